use crate::{
    context::{Reason, UnknownKey, unknown_keys},
    rules::prelude::*,
    schema::{Field, ObjectNode},
    suggest::is_same_word,
};

declare_rule! {
    /// ## What it does
    ///
    /// Checks for keys that no documentation of the manifest mentions.
    ///
    /// ## Why is this bad?
    ///
    /// Most are spelling mistakes, and the intended field is missing. How the shell handles unknown keys is not
    /// documented, so this is a warning.
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
        summary: "an unknown key",
        group: Suspicious,
        stage: Manifest,
        source: Judgement,
        since: "0.1.0",
    }
}

fn check(cx: &RuleContext<'_>, out: &mut Findings) {
    for node in cx.objects {
        for key in unknown_keys(node) {
            match key.suggestion {
                // `missing-field` reports the key.
                Some(suggestion) if suggestion.is_missing_field() => {}
                Some(suggestion) => {
                    out.push(suggestion.with_rename_fix(describe(cx, node, &key), key.property));
                }
                None => out.push(describe(cx, node, &key)),
            }
        }
    }
}

fn describe(cx: &RuleContext<'_>, node: &ObjectNode<'_>, key: &UnknownKey<'_>) -> Diagnostic {
    let path = quote(&node.path(key.property.name.as_str()));
    let finding = cx.finding(
        span(&key.property.name),
        format!("{path} is not a known key"),
    );
    let no_field = format!("{} has no field of this name", node.schema.name);
    match key.suggestion {
        Some(suggestion) if suggestion.reason == Reason::Alias => finding
            .note(format!(
                "some documentation uses it, but the field is `{}`",
                suggestion.field.key
            ))
            .help(format!("rename it to `{}`", suggestion.field.key)),
        Some(suggestion) => finding
            .note(no_field)
            .help(format!("did you mean `{}`?", suggestion.field.key)),
        None => match existing_field(node, key.property.name.as_str()) {
            Some(field) => finding
                .note(format!("the field is `{field}`, which is here, too"))
                .help(format!(
                    "move its content to `{field}`, as far as it is not there yet, and remove it"
                )),
            None => finding
                .note(no_field)
                .help("remove it, unless you know that your shell reads it"),
        },
    }
}

/// The field of the object that the key is another name of.
fn existing_field(node: &ObjectNode<'_>, key: &str) -> Option<&'static str> {
    let is_meant = |field: &&Field| {
        let names = field
            .aliases
            .iter()
            .chain(field.synonyms)
            .chain([&field.key]);
        names.into_iter().any(|name| is_same_word(name, key))
    };
    let field = node.schema.fields.iter().find(is_meant)?;
    find(node.object, field.key).map(|_| field.key)
}
