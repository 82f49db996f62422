use crate::{diagnostic::Diagnostic, reading::Fault, rule::declare_rule, rules::RuleContext};

declare_rule! {
    /// ## What it does
    ///
    /// Finds files that were saved as UTF-16, with a byte order mark or without.
    ///
    /// ## Why is this bad?
    ///
    /// The shell reads UTF-8. PowerShell 5 writes UTF-16 whenever `>` or `Out-File` makes a file, and it looks the
    /// same in an editor.
    ///
    /// ## Example
    ///
    /// ```text
    /// PS> $manifest | ConvertTo-Json > plugin.json
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```text
    /// PS> $manifest | ConvertTo-Json | Set-Content -Encoding ascii plugin.json
    /// ```
    ///
    /// Or open the file in an editor, and save it with the encoding "UTF-8".
    "utf16-text" {
        summary: "the file is UTF-16",
        group: Correctness,
        stage: File,
        source: Json,
        since: "0.1.0",
    }
}

fn check(cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
    if cx.faults.iter().any(|fault| matches!(fault, Fault::Utf16)) {
        out.push(
            cx.finding(0..cx.source_len.min(2), "the file is saved as UTF-16")
                .note("JSON is read as UTF-8; PowerShell's `>` is what mostly writes UTF-16")
                .help("save the file again with the encoding \"UTF-8\""),
        );
    }
}
