use crate::{
    rules::prelude::*,
    syntax::{MAX_BYTES, ParseErrorKind},
};

declare_rule! {
    /// ## What it does
    ///
    /// Checks for files of more than 256 KiB, which are not parsed.
    ///
    /// ## Why is this bad?
    ///
    /// A manifest has one or two kilobytes. A file this large is usually another file under the wrong name, and the
    /// limit protects tools that read manifests.
    ///
    /// ## Example
    ///
    /// ```text
    /// cp route-database.json plugin.json
    /// ```
    ///
    /// ## Use instead
    ///
    /// Keep data in a file of its own beside the manifest.
    "file-too-large" {
        summary: "the file is larger than 256 KiB",
        group: Correctness,
        stage: File,
        source: ToolLimit,
        since: "0.1.0",
    }
}

fn check(cx: &RuleContext<'_>, out: &mut Findings) {
    if cx
        .manifest
        .errors
        .iter()
        .any(|error| matches!(error.kind, ParseErrorKind::TooLarge))
    {
        let limit = MAX_BYTES / 1024;
        out.push(
            cx.finding(
                0..0,
                format!("the file is larger than {limit} KiB, so it was not read"),
            )
            .note("a manifest is usually 1-2 KB")
            .help(match is_mostly_blank(cx.manifest.source) {
                true => "remove the white space, which is most of the file",
                false => "check that this is the manifest, and move data into a file of its own",
            }),
        );
    }
}

fn is_mostly_blank(source: &[u8]) -> bool {
    let blank = source.iter().filter(|byte| byte.is_ascii_whitespace());
    blank.count() > source.len() / 2
}
