use crate::{
    context::RuleContext,
    diagnostic::Findings,
    fix::Edit,
    quote::quote,
    reading::span,
    rule::declare_rule,
    slug::{is_slug, to_slug},
};

declare_rule! {
    /// ## What it does
    ///
    /// Finds a plugin id with other characters than lowercase letters, digits and hyphens.
    ///
    /// ## Why is this bad?
    ///
    /// The id becomes part of routes, channel names, storage and download paths, where other characters are not
    /// allowed or mean something else.
    ///
    /// ## Example
    ///
    /// ```json
    /// { "id": "My Plugin" }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```json
    /// { "id": "my-plugin" }
    /// ```
    "malformed-id" {
        summary: "the plugin's id has characters that it must not have",
        group: Correctness,
        stage: Manifest,
        source: LaterDocs,
        since: "0.1.0",
    }
}

fn check(cx: &RuleContext<'_>, out: &mut Findings) {
    let Some(id) = cx.text_at(&["id"]).filter(|id| !is_slug(&id.value)) else {
        return;
    };
    let slug = to_slug(&id.value);
    let example = slug.as_deref().unwrap_or("my-plugin");
    let finding = cx
        .finding(
            span(id),
            format!("{} cannot be a plugin's id", quote(&id.value)),
        )
        .note("an id may contain only lowercase letters (a to z), digits and hyphens")
        .help(format!("write `\"id\": \"{example}\"`"));
    // It is another name for everything that is stored under the id.
    out.push(match &slug {
        Some(slug) => finding.unsafe_fix([Edit::set_text(id, slug)]),
        None => finding,
    });
}
