use jsonc_parser::ast::ObjectProp;

use crate::{
    diagnostic::Diagnostic,
    quote::quote,
    reading::{find, span},
    rule::declare_rule,
    rules::RuleContext,
    shape::{Field, Place},
    suggest::closest,
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

fn check(cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
    for place in cx.places {
        let fields = place.shape.fields;
        let unknown = |property: &&ObjectProp<'_>| {
            let key = property.name.as_str();
            !fields.iter().any(|field| field.key == key)
        };
        let vacant: Vec<&Field> = fields
            .iter()
            .filter(|field| find(place.object, field.key).is_none())
            .collect();
        for property in place.object.properties.iter().filter(unknown) {
            out.push(describe(cx, place, property, &vacant));
        }
    }
}

/// `vacant` are the fields that the object does not have yet: an unknown key can only be meant as one of them.
fn describe(
    cx: &RuleContext<'_>,
    place: &Place<'_>,
    property: &ObjectProp<'_>,
    vacant: &[&Field],
) -> Diagnostic {
    let key = property.name.as_str();
    let path = quote(&place.path(key));
    let finding = cx.finding(span(&property.name), format!("{path} is not a known key"));
    if let Some(field) = vacant.iter().find(|field| field.aliases.contains(&key)) {
        let field = field.key;
        return finding
            .note(format!(
                "it stands in some of the documentation, but the field is `{field}`"
            ))
            .help(format!("rename it to `{field}`"));
    }
    let finding = finding.note(format!("{} has no field of this name", place.shape.name));
    match closest(key, vacant.iter().map(|field| field.key)) {
        Some(similar) => finding.help(format!("did you mean `{similar}`?")),
        None => finding.help("remove it, unless you know that your shell reads it"),
    }
}
