use crate::{
    rules::prelude::*,
    syntax::{ParseError, ParseErrorKind},
};

declare_rule! {
    /// ## What it does
    ///
    /// Checks for a byte order mark at the start of the file.
    ///
    /// ## Why is this bad?
    ///
    /// The three invisible bytes `EF BB BF` are not JSON: `JSON.parse` fails at the first character. Some Windows
    /// programs write them when they save as "UTF-8 with BOM".
    ///
    /// ## Example
    ///
    /// ```text
    /// \xef\xbb\xbf{ "id": "my-plugin" }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```json
    /// { "id": "my-plugin" }
    /// ```
    ///
    /// Save the file with the encoding "UTF-8", without BOM.
    "byte-order-mark" {
        summary: "the file starts with a byte order mark",
        group: Correctness,
        stage: File,
        source: Json,
        since: "0.1.0",
    }
}

fn check(cx: &RuleContext<'_>, out: &mut Findings) {
    for ParseError { span, kind } in &cx.manifest.errors {
        if matches!(kind, ParseErrorKind::ByteOrderMark) {
            out.push(
                cx.finding(
                    span.clone(),
                    "the file starts with an invisible byte order mark",
                )
                .note("the Stratos shell reads the manifest as JSON, which must not start with it")
                .help("save the file again as \"UTF-8\", not as \"UTF-8 with BOM\"")
                .safe_fix([Edit::remove(span.clone())]),
            );
        }
    }
}
