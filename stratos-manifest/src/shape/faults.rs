//! Values that are missing, of the wrong kind, empty or none of the known words, found with the table alone.

use jsonc_parser::ast::Value;

use crate::{
    reading::{find, is_blank, to_f64},
    shape::{Field, Kind, Place},
};

/// A place where a manifest does not have its shape.
///
/// That it is plain data is what makes two ways of finding it comparable: this table, and the published schema.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ShapeFault {
    /// The index of the object among the [`Place`]s.
    pub(crate) place: usize,
    /// The field of the object.
    pub(crate) field: &'static Field,
    /// The element, where the field is an array and one of its elements is meant.
    pub(crate) element: Option<usize>,
    pub(crate) kind: ShapeFaultKind,
}

impl ShapeFault {
    /// The value that is wrong; there is none where it is missing.
    pub(crate) fn value<'t>(&self, place: &Place<'t>) -> Option<&'t Value<'t>> {
        let value = &find(place.object, self.field.key)?.value;
        match self.element {
            Some(index) => value.as_array()?.elements.get(index),
            None => Some(value),
        }
    }
}

/// What is wrong with the shape; of one value the first that applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum ShapeFaultKind {
    /// A required field is not there.
    Missing,
    /// The value is of another kind.
    WrongType,
    /// A required text is blank.
    Empty,
    /// The text is none of the known words.
    UnknownWord,
}

/// All faults, in the order of the table.
pub(crate) fn faults(places: &[Place<'_>]) -> Vec<ShapeFault> {
    let mut faults = Vec::new();
    for (index, place) in places.iter().enumerate() {
        for field in place.shape.fields {
            let mut report = |element, kind| {
                faults.push(ShapeFault {
                    place: index,
                    field,
                    element,
                    kind,
                });
            };
            let Some(property) = find(place.object, field.key) else {
                if field.required {
                    report(None, ShapeFaultKind::Missing);
                }
                continue;
            };
            if let (Kind::List(_), Value::Array(array)) = (&field.kind, &property.value) {
                for (index, element) in array.elements.iter().enumerate() {
                    if element.as_object().is_none() {
                        report(Some(index), ShapeFaultKind::WrongType);
                    }
                }
            } else if let Some(kind) = fault(field, &property.value) {
                report(None, kind);
            }
        }
    }
    faults
}

fn fault(field: &Field, value: &Value<'_>) -> Option<ShapeFaultKind> {
    match (&field.kind, value) {
        (Kind::Any, _) | (Kind::Object(_), Value::Object(_)) => None,
        (Kind::Text | Kind::OneOf(_), Value::StringLit(text)) if is_blank(&text.value) => {
            field.required.then_some(ShapeFaultKind::Empty)
        }
        (Kind::Text, Value::StringLit(_)) => None,
        (Kind::OneOf(words), Value::StringLit(text)) => {
            let is_known = words.contains(&text.value.as_ref());
            (!is_known).then_some(ShapeFaultKind::UnknownWord)
        }
        // JavaScript reads larger ones as infinity.
        (Kind::Number, Value::NumberLit(number)) if to_f64(number.value).is_some() => None,
        _ => Some(ShapeFaultKind::WrongType),
    }
}
