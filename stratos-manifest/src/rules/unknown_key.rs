use std::collections::HashMap;

use jsonc_parser::ast::ObjectProp;

use crate::{
    diagnostic::Diagnostic,
    fix::Edit,
    quote::quote,
    reading::{find, span},
    rule::declare_rule,
    rules::RuleContext,
    shape::{Field, Place},
    suggest::{closest, is_same_word},
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
        let vacant: Vec<&'static Field> = fields
            .iter()
            .filter(|field| find(place.object, field.key).is_none())
            .collect();
        let unknown: Vec<_> = place.object.properties.iter().filter(unknown).collect();
        let meant: Vec<_> = unknown
            .iter()
            .map(|property| meant(property.name.as_str(), &vacant))
            .collect();
        let mut rivals: HashMap<&str, usize> = HashMap::new();
        for meant in meant.iter().flatten() {
            *rivals.entry(meant.key).or_default() += 1;
        }
        for (property, meant_field) in unknown.into_iter().zip(&meant) {
            let finding = describe(cx, place, property, *meant_field);
            let Some(field) = meant_field else {
                out.push(finding);
                continue;
            };
            out.push(match (rivals[field.key], field.is_certain) {
                (1, true) => finding.safe_fix([Edit::rename(property, field.key)]),
                (1, false) => finding.unsafe_fix([Edit::rename(property, field.key)]),
                // Both cannot be meant.
                (_, _) => finding,
            });
        }
    }
}

/// The field that an unknown key most likely is.
#[derive(Debug, Clone, Copy)]
struct Meant {
    key: &'static str,
    is_alias: bool,
    is_certain: bool,
}

/// `vacant` are the fields that the object does not have yet: an unknown key can only be meant as one of them.
fn meant(key: &str, vacant: &[&'static Field]) -> Option<Meant> {
    if let Some(field) = vacant.iter().find(|field| field.aliases.contains(&key)) {
        return Some(Meant {
            key: field.key,
            is_alias: true,
            is_certain: true,
        });
    }
    let similar = closest(key, vacant.iter().map(|field| field.key))?;
    let key_of_field = vacant.iter().find(|field| field.key == similar)?.key;
    Some(Meant {
        key: key_of_field,
        is_alias: false,
        is_certain: is_same_word(key, similar),
    })
}

fn describe(
    cx: &RuleContext<'_>,
    place: &Place<'_>,
    property: &ObjectProp<'_>,
    meant: Option<Meant>,
) -> Diagnostic {
    let path = quote(&place.path(property.name.as_str()));
    let finding = cx.finding(span(&property.name), format!("{path} is not a known key"));
    let no_field = format!("{} has no field of this name", place.shape.name);
    match meant {
        Some(Meant { key, is_alias, .. }) if is_alias => finding
            .note(format!(
                "it stands in some of the documentation, but the field is `{key}`"
            ))
            .help(format!("rename it to `{key}`")),
        Some(Meant { key, .. }) => finding
            .note(no_field)
            .help(format!("did you mean `{key}`?")),
        None => finding
            .note(no_field)
            .help("remove it, unless you know that your shell reads it"),
    }
}
