use crate::rules::prelude::*;

declare_rule! {
    /// ## What it does
    ///
    /// Checks for ids of the plugin or its author that start or end with a hyphen.
    ///
    /// ## Why is this bad?
    ///
    /// Ids become part of folders, download paths and channel names. On a command line, a name that starts with a
    /// hyphen is taken for an option, and a trailing hyphen is easily forgotten. No documentation forbids either.
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
        let verb = match (id.value.starts_with('-'), id.value.ends_with('-')) {
            (true, true) => "starts and ends",
            (true, false) => "starts",
            _ => "ends",
        };
        let finding = cx
            .finding(
                span(id),
                format!("{} {verb} with a hyphen", quote(&id.value)),
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
