use crate::{
    context::RuleContext,
    diagnostic::Findings,
    reading::{Fault, MAX_DEPTH},
    rule::declare_rule,
};

declare_rule! {
    /// ## What it does
    ///
    /// Refuses arrays and objects that lie in each other more than 64 levels deep, and looks at nothing in the file.
    ///
    /// ## Why is this bad?
    ///
    /// A manifest needs four levels. The limit keeps a broken or hostile file from exhausting the tools that read
    /// manifests.
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
        summary: "more than 64 levels of arrays and objects",
        group: Correctness,
        stage: File,
        source: ToolLimit,
        since: "0.1.0",
    }
}

fn check(cx: &RuleContext<'_>, out: &mut Findings) {
    for fault in cx.faults {
        if let Fault::TooDeep { at } = *fault {
            let message = format!("this bracket is nested more than {MAX_DEPTH} levels deep");
            out.push(
                cx.finding(at..at + 1, message)
                    .note("a manifest needs four; deeper files are not read")
                    .help("check that every bracket before this one is closed where it should be"),
            );
        }
    }
}
