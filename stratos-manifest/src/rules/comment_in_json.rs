use crate::{diagnostic::Diagnostic, reading::Fault, rule::declare_rule, rules::RuleContext};

declare_rule! {
    /// ## What it does
    ///
    /// Finds comments.
    ///
    /// ## Why is this bad?
    ///
    /// JSON has none, and the shell reads the manifest as JSON. Editors accept them in their own configuration
    /// files, which makes them look allowed.
    ///
    /// ## Example
    ///
    /// ```json
    /// {
    ///   // what the shell shows
    ///   "name": "My plugin"
    /// }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```json
    /// { "name": "My plugin" }
    /// ```
    "comment-in-json" {
        summary: "the file has comments",
        group: Correctness,
        stage: File,
        source: Json,
        since: "0.1.0",
    }
}

fn check(cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
    for fault in cx.faults {
        if let Fault::Comment { span } = fault {
            out.push(
                cx.finding(span.clone(), "comments are not allowed here")
                    .note("the shell reads the manifest as JSON, which has no comments")
                    .help("remove the comment"),
            );
        }
    }
}
