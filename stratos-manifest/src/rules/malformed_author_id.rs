use crate::{
    rules::prelude::*,
    slug::{is_slug, to_slug},
};

declare_rule! {
    /// ## What it does
    ///
    /// Checks for author ids with characters other than lowercase letters, digits and hyphens.
    ///
    /// ## Why is this bad?
    ///
    /// The author's id is a slug, and becomes part of the plugin's paths on the platform's servers.
    ///
    /// ## Example
    ///
    /// ```json
    /// { "author": { "id": "Jane Doe", "name": "Jane Doe" } }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```json
    /// { "author": { "id": "jane-doe", "name": "Jane Doe" } }
    /// ```
    "malformed-author-id" {
        summary: "the author's id has invalid characters",
        group: Correctness,
        stage: Manifest,
        source: LaterDocs,
        since: "0.1.0",
    }
}

fn check(cx: &RuleContext<'_>, out: &mut Findings) {
    let Some(id) = cx
        .text_at(&["author", "id"])
        .filter(|id| !is_slug(&id.value))
    else {
        return;
    };
    let slug = to_slug(&id.value);
    let help = match &slug {
        Some(slug) => format!("write `\"id\": \"{slug}\"`"),
        None => "choose an id of them, such as `jane-doe`".to_owned(),
    };
    let finding = cx
        .finding(
            span(id),
            format!("{} is not a valid author id", quote(&id.value)),
        )
        .note("an id may contain only lowercase letters (a to z), digits and hyphens")
        .help(format!("{help}; `author.name` is what people see"))
        // The platform may have registered the author under another id.
        .unsafe_fix(slug.as_ref().map(|slug| Edit::set_text(id, slug)));
    out.push(finding);
}
