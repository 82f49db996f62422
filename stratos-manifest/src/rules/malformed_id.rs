use crate::{
    rules::prelude::*,
    slug::{is_slug, to_slug},
};

declare_rule! {
    /// ## What it does
    ///
    /// Checks for plugin ids with characters other than lowercase letters, digits and hyphens.
    ///
    /// ## Why is this bad?
    ///
    /// The id becomes part of routes, channel names, storage and download paths, where other characters are not allowed
    /// or have another meaning.
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
        summary: "the plugin's id has invalid characters",
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
    let help = match &slug {
        Some(slug) => format!("write `\"id\": \"{slug}\"`"),
        None => "choose an id of them, such as `fuel-check`".to_owned(),
    };
    let finding = cx
        .finding(
            span(id),
            format!("{} is not a valid plugin id", quote(&id.value)),
        )
        .note("an id may contain only lowercase letters (a to z), digits and hyphens")
        .help(help)
        // Data that is stored under the old id would be lost.
        .unsafe_fix(slug.as_ref().map(|slug| Edit::set_text(id, slug)));
    out.push(finding);
}
