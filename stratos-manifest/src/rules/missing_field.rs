use jsonc_parser::ast::ObjectProp;

use crate::{
    diagnostic::Diagnostic,
    quote::quote,
    rule::declare_rule,
    rules::RuleContext,
    shape::{Field, Place, ShapeFaultKind},
    suggest::closest,
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

fn check(cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
    for (place, fault) in cx.shape_faults(ShapeFaultKind::Missing) {
        out.push(describe(cx, place, fault.field));
    }
}

fn describe(cx: &RuleContext<'_>, place: &Place<'_>, field: &Field) -> Diagnostic {
    let key = quote(&place.path(field.key));
    let help = match misspelt(place, field) {
        Some(property) => format!(
            "rename {} to `{}`",
            quote(property.name.as_str()),
            field.key
        ),
        None => format!("add it: `{}`", field.example),
    };
    cx.finding(place.anchor.clone(), format!("{key} is missing"))
        .note(format!("{} has to have it", place.shape.name))
        .help(help)
}

/// The unknown key that the author most likely meant to be this field.
fn misspelt<'t>(place: &Place<'t>, field: &Field) -> Option<&'t ObjectProp<'t>> {
    let is_known = |key: &str| place.shape.fields.iter().any(|field| field.key == key);
    place.object.properties.iter().find(|property| {
        let key = property.name.as_str();
        !is_known(key) && closest(key, [field.key]).is_some()
    })
}
