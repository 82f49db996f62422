use crate::{
    diagnostic::{Diagnostic, Findings},
    quote::quote,
    reading::span,
    rule::declare_rule,
    rules::{
        RuleContext,
        unknown_keys::{UnknownKey, unknown_keys},
    },
    shape::Place,
};

declare_rule! {
    /// ## What it does
    ///
    /// Finds keys that no documentation of the manifest knows.
    ///
    /// ## Why is this bad?
    ///
    /// Most are spelling mistakes, and the field that was meant is missing. What the shell does with unknown keys is
    /// not documented, so that this is a warning.
    ///
    /// ## Example
    ///
    /// ```json
    /// { "availableSetings": [] }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```json
    /// { "availableSettings": [] }
    /// ```
    "unknown-key" {
        summary: "a key that a manifest does not have",
        group: Suspicious,
        stage: Manifest,
        source: Judgement,
        since: "0.1.0",
    }
}

fn check(cx: &RuleContext<'_>, out: &mut Findings) {
    for place in cx.places {
        for key in unknown_keys(place) {
            match key.meant {
                // `missing-field` says it.
                Some(meant) if meant.is_missed() => {}
                Some(meant) => out.push(meant.repair(describe(cx, place, &key), key.property)),
                None => out.push(describe(cx, place, &key)),
            }
        }
    }
}

fn describe(cx: &RuleContext<'_>, place: &Place<'_>, key: &UnknownKey<'_>) -> Diagnostic {
    let path = quote(&place.path(key.property.name.as_str()));
    let finding = cx.finding(
        span(&key.property.name),
        format!("{path} is not a known key"),
    );
    let no_field = format!("{} has no field of this name", place.shape.name);
    match key.meant {
        Some(meant) if meant.is_alias => finding
            .note(format!(
                "some documentation uses it, but the field is `{}`",
                meant.field.key
            ))
            .help(format!("rename it to `{}`", meant.field.key)),
        Some(meant) => finding
            .note(no_field)
            .help(format!("did you mean `{}`?", meant.field.key)),
        None => finding
            .note(no_field)
            .help("remove it, unless you know that your shell reads it"),
    }
}
