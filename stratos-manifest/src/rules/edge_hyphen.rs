use crate::{
    context::RuleContext, diagnostic::Findings, fix::Edit, quote::quote, reading::span,
    rule::declare_rule,
};

declare_rule! {
    /// ## What it does
    ///
    /// Finds an id of the plugin or its author that starts or ends with a hyphen.
    ///
    /// ## Why is this bad?
    ///
    /// An id becomes part of folders, download paths and channel names. In a command, a name that starts with a hyphen
    /// is taken for an option, and one that ends with a hyphen is easily typed without it. No documentation forbids it.
    ///
    /// ## Example
    ///
    /// ```json
    /// { "id": "fuel-check-" }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```json
    /// { "id": "fuel-check" }
    /// ```
    "edge-hyphen" {
        summary: "an id starts or ends with a hyphen",
        group: Suspicious,
        stage: Manifest,
        source: Judgement,
        since: "0.1.0",
    }
}

fn check(cx: &RuleContext<'_>, out: &mut Findings) {
    for (path, id) in cx.ids() {
        let trimmed = id.value.trim_matches('-');
        if trimmed == id.value {
            continue;
        }
        let place = match (id.value.starts_with('-'), id.value.ends_with('-')) {
            (true, true) => "starts and ends",
            (true, false) => "starts",
            _ => "ends",
        };
        let finding = cx
            .finding(
                span(id),
                format!("{} {place} with a hyphen", quote(&id.value)),
            )
            .note(format!(
                "`{path}` becomes part of commands and paths, where such a name is easily misread"
            ));
        out.push(match trimmed {
            "" => {
                finding.help("write an id that starts and ends with a lowercase letter or a digit")
            }
            _ => finding
                .help(format!("write `\"id\": \"{trimmed}\"`"))
                .unsafe_fix([Edit::set_text(id, trimmed)]),
        });
    }
}
