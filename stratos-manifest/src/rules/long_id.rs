use crate::rules::prelude::*;

declare_rule! {
    /// ## What it does
    ///
    /// Checks for ids of the plugin or its author with more than 64 characters.
    ///
    /// ## Why is this bad?
    ///
    /// Ids become part of folders, download paths and channel names. Many Windows programs fail on paths of more than
    /// 260 characters, and people have to type the id. The limit is our own; crates.io has the same limit for names.
    ///
    /// ## Example
    ///
    /// ```json
    /// { "id": "a-plugin-that-compares-the-planned-fuel-with-the-fuel-that-was-loaded" }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```json
    /// { "id": "fuel-check" }
    /// ```
    "long-id" {
        summary: "an id is too long",
        group: Suspicious,
        stage: Manifest,
        source: Judgement,
        since: "0.1.0",
    }
}

/// The limit of crates.io for names, and of `cargo stratos new` for ids.
const MAX_LENGTH: usize = 64;

fn check(cx: &RuleContext<'_>, out: &mut Findings) {
    for (path, id) in cx.ids() {
        let length = id.value.len();
        if length > MAX_LENGTH {
            out.push(
                cx.finding(span(id), format!("`{path}` has {length} characters"))
                    .note("an id becomes part of paths, whose length Windows limits")
                    .help(format!("choose an id of at most {MAX_LENGTH} characters")),
            );
        }
    }
}
