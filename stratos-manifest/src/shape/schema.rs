//! The same faults as those of the table, found by the published schema.
//!
//! Nothing else in the crate calls the validator, whose interface changes with most of its releases.

use std::{
    collections::{BTreeMap, HashMap},
    ptr,
};

use jsonc_parser::ast::{Object, Value};
use jsonschema::{
    Draft, PatternOptions, ValidationError, Validator, error::ValidationErrorKind,
    paths::LocationSegment,
};
use serde_json::Value as Json;

use crate::{
    reading::{find, is_blank, to_json},
    shape::{Field, Kind, Place, ShapeFault, ShapeFaultKind},
};

/// The JSON Schema (2020-12) of `plugin.json`, for editors and other tools.
///
/// It describes the structure only: what it refuses is an error for [`Linter`](crate::Linter), too, and the rules
/// find more than a schema can say.
pub const SCHEMA: &str = include_str!("../../schema/plugin.schema.json");

/// The compiled schema.
#[derive(Debug)]
pub(crate) struct SchemaShape {
    validator: Validator,
}

impl SchemaShape {
    pub(crate) fn new() -> Self {
        let schema: Json = serde_json::from_str(SCHEMA).expect("our schema is JSON");
        let validator = jsonschema::options()
            .with_draft(Draft::Draft202012)
            // An address or a regular expression that is none is a warning, and has a rule.
            .should_validate_formats(false)
            // Linear in time, whatever stands in the manifest.
            .with_pattern_options(PatternOptions::regex())
            .build(&schema)
            .expect("our schema is a schema");
        Self { validator }
    }

    /// All faults, in the order of the table.
    pub(crate) fn faults(&self, places: &[Place<'_>], root: &Value<'_>) -> Vec<ShapeFault> {
        let value = to_json(root);
        if self.validator.is_valid(&value) {
            return Vec::new();
        }
        let tree = Tree::of(places);
        // Several keywords may refuse one value; the gravest kind is the one to speak about.
        let mut found: BTreeMap<(usize, usize, Option<usize>), ShapeFaultKind> = BTreeMap::new();
        for error in self.validator.iter_errors(&value) {
            if let Some((target, kind)) = fault(&tree, &error) {
                let kept = found.entry(target).or_insert(kind);
                *kept = kind.min(*kept);
            }
        }
        found
            .into_iter()
            .map(|((place, field, element), kind)| ShapeFault {
                place,
                field: &places[place].shape.fields[field],
                element,
                kind,
            })
            .collect()
    }

    #[cfg(test)]
    pub(super) fn accepts(&self, value: &Json) -> bool {
        self.validator.is_valid(value)
    }
}

/// A place, one of its fields, and an element of it.
type Target = (usize, usize, Option<usize>);

/// What the error means for the shape; nothing where a rule of its own finds the same.
fn fault(tree: &Tree<'_, '_>, error: &ValidationError<'_>) -> Option<(Target, ShapeFaultKind)> {
    // What depends on a setting's type belongs to the rules about ranges and choices.
    let is_conditional = error.evaluation_path().as_str().contains("/then/");
    if is_conditional {
        return None;
    }
    let path = error.instance_path();
    let segments: Vec<_> = path.segments().collect();
    match error.kind() {
        ValidationErrorKind::Required { property } => {
            let place = tree.place(&segments)?;
            let field = tree.field(place, property.as_str()?)?;
            Some(((place, field, None), ShapeFaultKind::Missing))
        }
        ValidationErrorKind::Type { .. } => {
            Some((tree.target(&segments)?, ShapeFaultKind::WrongType))
        }
        // Most patterns belong to rules, but there is none that a blank text matches.
        ValidationErrorKind::Pattern { .. } | ValidationErrorKind::Enum { .. } => {
            let text = error.instance().as_str()?;
            let kind = match error.kind() {
                _ if is_blank(text) => ShapeFaultKind::Empty,
                ValidationErrorKind::Enum { .. } => ShapeFaultKind::UnknownWord,
                _ => return None,
            };
            Some((tree.target(&segments)?, kind))
        }
        _ => None,
    }
}

/// Which place lies in which: an error names the keys that lead to it.
struct Tree<'p, 't> {
    places: &'p [Place<'t>],
    /// For each place and field the places of the objects in it, with their index where the field is an array.
    inner: BTreeMap<Target, usize>,
}

impl<'p, 't> Tree<'p, 't> {
    fn of(places: &'p [Place<'t>]) -> Self {
        let by_object: HashMap<*const Object<'_>, usize> = places
            .iter()
            .enumerate()
            .map(|(index, place)| (ptr::from_ref(place.object), index))
            .collect();
        let index_of = |object: &Object<'_>| by_object.get(&ptr::from_ref(object)).copied();
        let mut inner = BTreeMap::new();
        for (at, place) in places.iter().enumerate() {
            for (index, field) in place.shape.fields.iter().enumerate() {
                let (Kind::Object(_) | Kind::List(_)) = field.kind else {
                    continue;
                };
                match find(place.object, field.key).map(|property| &property.value) {
                    Some(Value::Object(object)) => {
                        inner.extend(index_of(object).map(|to| ((at, index, None), to)));
                    }
                    Some(Value::Array(array)) => {
                        for (element, value) in array.elements.iter().enumerate() {
                            let to = value.as_object().and_then(index_of);
                            inner.extend(to.map(|to| ((at, index, Some(element)), to)));
                        }
                    }
                    _ => {}
                }
            }
        }
        Self { places, inner }
    }

    /// The object that the keys lead to.
    fn place(&self, path: &[LocationSegment<'_>]) -> Option<usize> {
        if path.is_empty() {
            return Some(0);
        }
        self.inner.get(&self.target(path)?).copied()
    }

    /// The field, or the element of a field, that the keys lead to.
    fn target(&self, path: &[LocationSegment<'_>]) -> Option<Target> {
        use LocationSegment::{Index, Property};
        let (parents, key, element) = match path {
            [parents @ .., Property(key), Index(element)] => (parents, key, Some(*element)),
            [parents @ .., Property(key)] => (parents, key, None),
            _ => return None,
        };
        let place = self.place(parents)?;
        Some((place, self.field(place, key)?, element))
    }

    fn field(&self, place: usize, key: &str) -> Option<usize> {
        let fields: &[Field] = self.places[place].shape.fields;
        fields.iter().position(|field| field.key == key)
    }
}
