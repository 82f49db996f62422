use crate::{
    rules::prelude::*,
    syntax::{ParseError, ParseErrorKind},
};

declare_rule! {
    /// ## What it does
    ///
    /// Checks for bytes that are not UTF-8.
    ///
    /// ## Why is this bad?
    ///
    /// JSON is UTF-8. An editor that saves in an older encoding, such as Windows-1252, writes `ä` or `é` as bytes that
    /// the shell cannot read, or shows as other characters.
    ///
    /// ## Example
    ///
    /// ```text
    /// { "name": "Fl\xfcge" }      (\xfc is a single byte, the letter ü of Windows-1252)
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```json
    /// { "name": "Flüge" }
    /// ```
    ///
    /// Save the file with the encoding "UTF-8".
    "not-utf8" {
        summary: "the file is not UTF-8",
        group: Correctness,
        stage: File,
        source: Json,
        since: "0.1.0",
    }
}

fn check(cx: &RuleContext<'_>, out: &mut Findings) {
    for ParseError { span, kind } in &cx.manifest.errors {
        if matches!(kind, ParseErrorKind::NotUtf8) {
            out.push(
                cx.finding(span.clone(), "the file is not UTF-8 from here on")
                    .note("JSON is read as UTF-8, where this byte is invalid")
                    .help("save the file again with the encoding \"UTF-8\""),
            );
        }
    }
}
