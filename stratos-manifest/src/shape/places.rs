//! The objects of a manifest whose keys are known.

use std::{ops::Range, ptr};

use jsonc_parser::ast::{Object, Value};

use crate::{
    reading::{find, span},
    shape::table::{Kind, MANIFEST, SETTING, Shape},
};

/// An object of a manifest at hand, and what it should look like.
#[derive(Debug)]
pub(crate) struct Place<'t> {
    pub(crate) shape: &'static Shape,
    pub(crate) object: &'t Object<'t>,
    /// Where to point when something is missing in it: its key, or its opening brace.
    pub(crate) anchor: Range<usize>,
    /// How a message calls a key of it: `author.` before the key, or nothing.
    pub(crate) prefix: String,
}

impl Place<'_> {
    /// Whether the object is one of `availableSettings`.
    pub(crate) fn is_setting(&self) -> bool {
        ptr::eq(self.shape, &SETTING)
    }

    /// How a message calls the key `key` of this object.
    pub(crate) fn path(&self, key: &str) -> String {
        format!("{}{key}", self.prefix)
    }
}

/// The root and all objects in it that have a shape, outer before inner.
pub(crate) fn places<'t>(root: &'t Object<'t>) -> Vec<Place<'t>> {
    let mut places = Vec::new();
    visit(&MANIFEST, root, brace(root), "", &mut places);
    places
}

fn visit<'t>(
    shape: &'static Shape,
    object: &'t Object<'t>,
    anchor: Range<usize>,
    prefix: &str,
    places: &mut Vec<Place<'t>>,
) {
    places.push(Place {
        shape,
        object,
        anchor,
        prefix: prefix.to_owned(),
    });
    for field in shape.fields {
        let Some(property) = find(object, field.key) else {
            continue;
        };
        let path = format!("{prefix}{}", field.key);
        match (&field.kind, &property.value) {
            (Kind::Object(shape), Value::Object(inner)) => {
                visit(
                    shape,
                    inner,
                    span(&property.name),
                    &format!("{path}."),
                    places,
                );
            }
            (Kind::List(shape), Value::Array(array)) => {
                for (index, element) in array.elements.iter().enumerate() {
                    if let Value::Object(inner) = element {
                        let prefix = format!("{path}[{index}].");
                        visit(shape, inner, brace(inner), &prefix, places);
                    }
                }
            }
            _ => {}
        }
    }
}

fn brace(object: &Object<'_>) -> Range<usize> {
    let start = span(object).start;
    start..start + 1
}
