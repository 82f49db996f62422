use crate::{context::RuleContext, diagnostic::Findings, reading::span, rule::declare_rule};

declare_rule! {
    /// ## What it does
    ///
    /// Finds an id of the plugin or its author that has more than 64 characters.
    ///
    /// ## Why is this bad?
    ///
    /// Ids become parts of folders, download paths and channel names. Windows programs get into trouble with paths of
    /// more than 260 characters, and people have to type an id. The limit is our own: it is the one that crates.io has
    /// for names, too.
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

/// What crates.io allows for a name; `cargo stratos new` makes no longer id either.
const MAX_LENGTH: usize = 64;

fn check(cx: &RuleContext<'_>, out: &mut Findings) {
    for (path, id) in cx.ids() {
        let length = id.value.len();
        if length > MAX_LENGTH {
            out.push(
                cx.finding(span(id), format!("`{path}` has {length} characters"))
                    .note("an id becomes part of paths, and Windows has limits for those")
                    .help(format!("choose one of at most {MAX_LENGTH} characters")),
            );
        }
    }
}
