use crate::{
    context::{Reason, UnknownKey, unknown_keys},
    quote::join_and,
    rules::{
        findings::{extra_help, field_example},
        prelude::*,
    },
    schema::{Field, ObjectNode, ViolationKind},
    syntax::{LIST_SEPARATOR, key_path},
};

declare_rule! {
    /// ## What it does
    ///
    /// Checks for objects without a required field: the manifest itself, `author`, `background`, each setting, and each
    /// option of a setting. All missing fields of an object are one finding, except misspelled ones.
    ///
    /// ## Why is this bad?
    ///
    /// The shell validates the manifest before it loads anything, and does not register a plugin with an incomplete
    /// one. Shells of version V1 require `entryModule` in `background`.
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
        summary: "a required field is missing",
        group: Correctness,
        stage: Manifest,
        source: LaterDocs,
        since: "0.1.0",
    }
}

fn check(cx: &RuleContext<'_>, out: &mut Findings) {
    let violations: Vec<_> = cx.violations(ViolationKind::Missing).collect();
    // The violations of an object are consecutive.
    for violations in violations.chunk_by(|(_, a), (_, b)| a.object == b.object) {
        let node = violations[0].0;
        let keys = unknown_keys(node);
        let mut absent = Vec::new();
        for (_, violation) in violations {
            let is_misspelled = |key: &&UnknownKey<'_>| {
                key.suggestion.is_some_and(|suggestion| {
                    suggestion.is_missing_field() && suggestion.field.key == violation.field.key
                })
            };
            match keys.iter().find(is_misspelled) {
                Some(key) => out.push(misspelled(cx, node, violation.field, key)),
                None => absent.push(violation.field),
            }
        }
        if !absent.is_empty() {
            out.push(missing(cx, node, &absent));
        }
    }
}

/// The finding for all fields that an object lacks, with values to paste.
fn missing(cx: &RuleContext<'_>, node: &ObjectNode<'_>, fields: &[&'static Field]) -> Diagnostic {
    let keys: Vec<_> = fields
        .iter()
        .map(|field| quote(&node.path(field.key)))
        .collect();
    let examples: Vec<_> = fields
        .iter()
        .map(|field| field_example(cx, node, field))
        .collect();
    let (are, them) = match fields.len() {
        1 => ("is", "it"),
        _ => ("are", "them"),
    };
    let extra_help: String = fields.iter().map(|field| extra_help(field)).collect();
    let finding = cx
        .finding(
            node.anchor.clone(),
            format!("{} {are} missing", join_and(&keys)),
        )
        .note(format!("{} requires {them}", node.schema.name))
        .help(format!("add {them}: `{}`{extra_help}", examples.join(", ")));
    let object = cx
        .manifest
        .root
        .as_ref()
        .map(|root| key_path(root, span(node.object).start));
    let paths: Vec<_> = fields
        .iter()
        .map(|field| match object.as_deref().unwrap_or_default() {
            "" => field.key.to_owned(),
            object => format!("{object}.{}", field.key),
        })
        .collect();
    Diagnostic {
        // The paths of the missing fields, not of the object: an exception must not cover others that go missing later.
        at: paths.join(LIST_SEPARATOR),
        ..finding
    }
}

/// The finding for a required field whose key is probably misspelled as `key`.
fn misspelled(
    cx: &RuleContext<'_>,
    node: &ObjectNode<'_>,
    field: &Field,
    key: &UnknownKey<'_>,
) -> Diagnostic {
    let path = quote(&node.path(field.key));
    let name = quote(key.property.name.as_str());
    let is_synonym = key
        .suggestion
        .is_some_and(|suggestion| suggestion.reason == Reason::Synonym);
    let relation = match is_synonym {
        true => "is probably meant to be it",
        false => "may be a misspelling of it",
    };
    let finding = cx
        .finding(
            span(&key.property.name),
            format!("{path} is missing; {name} {relation}"),
        )
        .note(format!(
            "{} requires it, and has no field {name}",
            node.schema.name
        ))
        .help(format!("rename {name} to `{}`", field.key));
    match key.suggestion {
        Some(suggestion) => suggestion.with_rename_fix(finding, key.property),
        None => finding,
    }
}
