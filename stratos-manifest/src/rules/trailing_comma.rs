use crate::{
    rules::prelude::*,
    syntax::{ParseError, ParseErrorKind},
};

declare_rule! {
    /// ## What it does
    ///
    /// Checks for commas before a closing bracket.
    ///
    /// ## Why is this bad?
    ///
    /// JavaScript allows them, JSON does not: the shell cannot read the file.
    ///
    /// ## Example
    ///
    /// ```json
    /// { "id": "my-plugin", }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```json
    /// { "id": "my-plugin" }
    /// ```
    "trailing-comma" {
        summary: "a comma before a closing bracket",
        group: Correctness,
        stage: File,
        source: Json,
        since: "0.1.0",
    }
}

fn check(cx: &RuleContext<'_>, out: &mut Findings) {
    for ParseError { span, kind } in &cx.manifest.errors {
        if matches!(kind, ParseErrorKind::TrailingComma) {
            out.push(
                cx.finding(span.clone(), "nothing follows this comma")
                    .note("JSON allows a comma between two entries only, not after the last one")
                    .help("remove the comma")
                    .safe_fix([Edit::remove(span.clone())]),
            );
        }
    }
}
