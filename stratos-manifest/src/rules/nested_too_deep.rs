use crate::{
    rules::prelude::*,
    syntax::{MAX_DEPTH, ParseError, ParseErrorKind},
};

declare_rule! {
    /// ## What it does
    ///
    /// Checks for arrays and objects that are nested more than 64 levels deep. Such a file is not parsed.
    ///
    /// ## Why is this bad?
    ///
    /// A manifest needs four levels. The limit protects tools that read manifests from broken or hostile files.
    ///
    /// ## Example
    ///
    /// ```text
    /// { "availableSettings": [[[[[[[[ ...and so on
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```json
    /// { "availableSettings": [] }
    /// ```
    "nested-too-deep" {
        summary: "arrays and objects are nested more than 64 levels deep",
        group: Correctness,
        stage: File,
        source: ToolLimit,
        since: "0.1.0",
    }
}

fn check(cx: &RuleContext<'_>, out: &mut Findings) {
    for ParseError { span, kind } in &cx.manifest.errors {
        if matches!(kind, ParseErrorKind::TooDeep) {
            let message = format!("this bracket is nested more than {MAX_DEPTH} levels deep");
            out.push(
                cx.finding(span.clone(), message)
                    .note("a manifest needs four levels; deeper files are not parsed")
                    .help("check that every bracket before this one is closed where it should be"),
            );
        }
    }
}
