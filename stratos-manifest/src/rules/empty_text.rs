use crate::{
    diagnostic::Diagnostic,
    quote::quote,
    reading::{find, span, string_value},
    rule::declare_rule,
    rules::RuleContext,
};

declare_rule! {
    /// ## What it does
    ///
    /// Finds fields that must be there and have nothing but spaces in them.
    ///
    /// ## Why is this bad?
    ///
    /// An empty text is as good as a missing one: the plugin would have no name, or no icon.
    ///
    /// ## Example
    ///
    /// ```json
    /// { "name": "" }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```json
    /// { "name": "My plugin" }
    /// ```
    "empty-text" {
        summary: "a field that must be there is empty",
        group: Correctness,
        stage: Manifest,
        source: LaterDocs,
        since: "0.1.0",
    }
}

fn check(cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
    for place in cx.places {
        for field in place.shape.fields.iter().filter(|field| field.holds_text()) {
            let Some(property) = find(place.object, field.key) else {
                continue;
            };
            let is_blank = string_value(&property.value).is_some_and(|text| text.trim().is_empty());
            if field.required && is_blank {
                let key = quote(&place.path(field.key));
                out.push(
                    cx.finding(span(&property.value), format!("{key} is empty"))
                        .note(format!("{} has to have it", place.shape.name))
                        .help(format!("write something, such as `{}`", field.example)),
                );
            }
        }
    }
}
