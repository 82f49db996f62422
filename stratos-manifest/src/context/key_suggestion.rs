//! Unknown keys, and the known keys that they probably misspell.

use std::collections::HashMap;

use jsonc_parser::ast::ObjectProp;

use crate::{
    diagnostic::Diagnostic,
    fix::{Edit, Safety},
    schema::{Field, ObjectNode},
    suggest::{closest, is_same_word},
    syntax::find,
};

/// A property whose key is not in the schema of its object.
#[derive(Debug)]
pub(crate) struct UnknownKey<'t> {
    pub(crate) property: &'t ObjectProp<'t>,
    pub(crate) suggestion: Option<KeySuggestion>,
}

/// The field that an unknown key probably stands for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct KeySuggestion {
    pub(crate) field: &'static Field,
    pub(crate) reason: Reason,
    /// Whether no other unknown key of the object has the same suggestion.
    is_unique: bool,
}

/// Reason for the suggestion of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reason {
    /// Some documentation uses the key as a name of the field.
    Alias,
    /// The keys differ in letter case and word separators only, such as `iconLight` and `icon_light`.
    SameWord,
    /// The key is another word for the field, such as `id` for the `key` of a setting.
    Synonym,
    /// The key is spelled similarly.
    Similar,
}

impl KeySuggestion {
    /// Whether `missing-field` reports the key, as a misspelling of a required field, so that `unknown-key` does not.
    pub(crate) fn is_missing_field(&self) -> bool {
        self.field.required && self.is_unique
    }

    /// Adds the fix that renames the key, unless several keys have the same suggestion.
    pub(crate) fn with_rename_fix(
        &self,
        finding: Diagnostic,
        property: &ObjectProp<'_>,
    ) -> Diagnostic {
        if !self.is_unique {
            return finding;
        }
        let safety = match self.reason {
            Reason::Alias | Reason::SameWord => Safety::Safe,
            Reason::Synonym | Reason::Similar => Safety::Unsafe,
        };
        finding.fix(safety, [Edit::rename(property, self.field.key)])
    }
}

/// The unknown keys of an object. Only fields that the object lacks are suggested.
pub(crate) fn unknown_keys<'t>(node: &ObjectNode<'t>) -> Vec<UnknownKey<'t>> {
    let fields = node.schema.fields;
    let is_unknown = |property: &&ObjectProp<'_>| {
        let key = property.name.as_str();
        !fields.iter().any(|field| field.key == key)
    };
    let missing: Vec<&'static Field> = fields
        .iter()
        .filter(|field| find(node.object, field.key).is_none())
        .collect();
    let mut keys: Vec<UnknownKey<'t>> = node
        .object
        .properties
        .iter()
        .filter(is_unknown)
        .map(|property| UnknownKey {
            property,
            suggestion: suggest(property.name.as_str(), &missing),
        })
        .collect();
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for suggestion in keys.iter().filter_map(|key| key.suggestion) {
        *counts.entry(suggestion.field.key).or_default() += 1;
    }
    for suggestion in keys.iter_mut().filter_map(|key| key.suggestion.as_mut()) {
        suggestion.is_unique = counts[suggestion.field.key] == 1;
    }
    keys
}

fn suggest(key: &str, missing: &[&'static Field]) -> Option<KeySuggestion> {
    let find =
        |is_match: &dyn Fn(&Field) -> bool| missing.iter().copied().find(|field| is_match(field));
    let is_synonym = |field: &Field| {
        let mut words = field.aliases.iter().chain(field.synonyms);
        words.any(|word| is_same_word(word, key))
    };
    let (field, reason) = if let Some(field) = find(&|field| field.aliases.contains(&key)) {
        (field, Reason::Alias)
    } else if let Some(field) = find(&is_synonym) {
        (field, Reason::Synonym)
    } else {
        let similar = closest(key, missing.iter().map(|field| field.key))?;
        let reason = match is_same_word(key, similar) {
            true => Reason::SameWord,
            false => Reason::Similar,
        };
        (find(&|field| field.key == similar)?, reason)
    };
    Some(KeySuggestion {
        field,
        reason,
        is_unique: false,
    })
}
