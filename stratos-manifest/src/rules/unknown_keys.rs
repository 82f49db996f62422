//! The keys that a manifest does not have, and the fields that they are most likely meant to be.

use std::collections::HashMap;

use jsonc_parser::ast::ObjectProp;

use crate::{
    diagnostic::Diagnostic,
    fix::{Edit, Safety},
    reading::find,
    shape::{Field, Place},
    suggest::{closest, is_same_word},
};

/// A key that its object does not have.
#[derive(Debug)]
pub(super) struct UnknownKey<'t> {
    pub(super) property: &'t ObjectProp<'t>,
    pub(super) meant: Option<Meant>,
}

/// The field that an unknown key most likely is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Meant {
    pub(super) field: &'static Field,
    /// Some documentation calls the field so.
    pub(super) is_alias: bool,
    /// The key is the field's in all but letter case and the way its words are joined, or its alias.
    is_certain: bool,
    /// No other key could be meant as well.
    is_only: bool,
}

impl Meant {
    /// Whether the missing of the required field is all that there is to say.
    pub(super) fn is_missed(&self) -> bool {
        self.field.required && self.is_only
    }

    /// The finding with the repair that renames the key, where only one can be meant.
    pub(super) fn repair(&self, finding: Diagnostic, property: &ObjectProp<'_>) -> Diagnostic {
        let edit = Edit::rename(property, self.field.key);
        match (self.is_only, self.is_certain) {
            (true, true) => finding.rename_fix(Safety::Safe, edit),
            (true, false) => finding.rename_fix(Safety::Unsafe, edit),
            (false, _) => finding,
        }
    }
}

/// All of an object's unknown keys.
///
/// A key can only be meant as a field that the object does not have yet.
pub(super) fn unknown_keys<'t>(place: &Place<'t>) -> Vec<UnknownKey<'t>> {
    let fields = place.shape.fields;
    let is_unknown = |property: &&ObjectProp<'_>| {
        let key = property.name.as_str();
        !fields.iter().any(|field| field.key == key)
    };
    let vacant: Vec<&'static Field> = fields
        .iter()
        .filter(|field| find(place.object, field.key).is_none())
        .collect();
    let mut keys: Vec<UnknownKey<'t>> = place
        .object
        .properties
        .iter()
        .filter(is_unknown)
        .map(|property| UnknownKey {
            property,
            meant: meant(property.name.as_str(), &vacant),
        })
        .collect();
    let mut rivals: HashMap<&str, usize> = HashMap::new();
    for meant in keys.iter().filter_map(|key| key.meant) {
        *rivals.entry(meant.field.key).or_default() += 1;
    }
    for meant in keys.iter_mut().filter_map(|key| key.meant.as_mut()) {
        meant.is_only = rivals[meant.field.key] == 1;
    }
    keys
}

fn meant(key: &str, vacant: &[&'static Field]) -> Option<Meant> {
    let alias = vacant.iter().find(|field| field.aliases.contains(&key));
    if let Some(field) = alias {
        return Some(Meant {
            field,
            is_alias: true,
            is_certain: true,
            is_only: false,
        });
    }
    let synonym = vacant
        .iter()
        .find(|field| field.synonyms.iter().any(|word| is_same_word(word, key)));
    if let Some(field) = synonym {
        return Some(Meant {
            field,
            is_alias: false,
            is_certain: false,
            is_only: false,
        });
    }
    let similar = closest(key, vacant.iter().map(|field| field.key))?;
    Some(Meant {
        field: vacant.iter().find(|field| field.key == similar)?,
        is_alias: false,
        is_certain: is_same_word(key, similar),
        is_only: false,
    })
}
