use crate::{
    diagnostic::{Diagnostic, Findings},
    quote::quote,
    reading::span,
    rule::declare_rule,
    rules::{
        RuleContext,
        unknown_keys::{UnknownKey, unknown_keys},
    },
    shape::{Field, Place, ShapeFaultKind},
};

declare_rule! {
    /// ## What it does
    ///
    /// Finds objects without a field that they must have: the manifest itself, its `author`, `background`, each
    /// setting, and each option of a setting.
    ///
    /// ## Why is this bad?
    ///
    /// The shell validates the manifest before it loads anything, and does not register a plugin with an incomplete
    /// one. `background` needs its `entryModule` in shells of V1.
    ///
    /// ## Example
    ///
    /// ```json
    /// { "id": "my-plugin", "name": "My plugin" }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```json
    /// {
    ///   "id": "my-plugin",
    ///   "name": "My plugin",
    ///   "version": "0.1.0",
    ///   "description": "What the plugin does.",
    ///   "type": "user",
    ///   "author": { "id": "my-name", "name": "My Name" },
    ///   "icon_light": "icon-light.svg",
    ///   "icon_dark": "icon-dark.svg"
    /// }
    /// ```
    "missing-field" {
        summary: "a field that must be there is not",
        group: Correctness,
        stage: Manifest,
        source: LaterDocs,
        since: "0.1.0",
    }
}

fn check(cx: &RuleContext<'_>, out: &mut Findings) {
    // The faults of one object follow one another.
    let mut keys_of = None;
    let mut keys = Vec::new();
    for (place, fault) in cx.shape_faults(ShapeFaultKind::Missing) {
        if keys_of != Some(fault.place) {
            keys_of = Some(fault.place);
            keys = unknown_keys(place);
        }
        let is_it = |key: &&UnknownKey<'_>| {
            key.meant
                .is_some_and(|meant| meant.is_missed() && meant.field.key == fault.field.key)
        };
        out.push(match keys.iter().find(is_it) {
            Some(key) => misspelt(cx, place, fault.field, key),
            None => missing(cx, place, fault.field),
        });
    }
}

fn missing(cx: &RuleContext<'_>, place: &Place<'_>, field: &Field) -> Diagnostic {
    let key = quote(&place.path(field.key));
    cx.finding(place.anchor.clone(), format!("{key} is missing"))
        .note(format!("{} has to have it", place.shape.name))
        .help(format!("add it: `{}`", field.example))
}

/// It is there, under another name.
fn misspelt(
    cx: &RuleContext<'_>,
    place: &Place<'_>,
    field: &Field,
    key: &UnknownKey<'_>,
) -> Diagnostic {
    let path = quote(&place.path(field.key));
    let name = quote(key.property.name.as_str());
    let finding = cx
        .finding(
            span(&key.property.name),
            format!("{path} is missing, unless {name} is meant"),
        )
        .note(format!(
            "{} has to have it, and has no field called {name}",
            place.shape.name
        ))
        .help(format!("rename {name} to `{}`", field.key));
    match key.meant {
        Some(meant) => meant.repair(finding, key.property),
        None => finding,
    }
}
