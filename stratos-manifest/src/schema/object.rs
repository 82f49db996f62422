//! The objects of a manifest that have a schema.

use std::{ops::Range, ptr};

use jsonc_parser::ast::{Object, Value};

use crate::{
    schema::fields::{FieldKind, MANIFEST, ObjectSchema, SETTING},
    syntax::span,
};

/// An object of a manifest with its schema.
#[derive(Debug)]
pub(crate) struct ObjectNode<'t> {
    pub(crate) schema: &'static ObjectSchema,
    pub(crate) object: &'t Object<'t>,
    /// The span to underline when a field is missing: the object's key, or its opening brace.
    pub(crate) anchor: Range<usize>,
    /// The path of the object in messages, up to the dot before a field, such as `author.`; empty for the root.
    pub(crate) prefix: String,
}

impl ObjectNode<'_> {
    /// Whether the object is one of `availableSettings`.
    pub(crate) fn is_setting(&self) -> bool {
        ptr::eq(self.schema, &SETTING)
    }

    /// The path of the field `key` in messages.
    pub(crate) fn path(&self, key: &str) -> String {
        format!("{}{key}", self.prefix)
    }
}

/// The root and all objects in it that have a schema, in preorder.
pub(crate) fn object_nodes<'t>(root: &'t Object<'t>) -> Vec<ObjectNode<'t>> {
    let mut nodes = Vec::new();
    push_nodes(&MANIFEST, root, opening_brace(root), "", &mut nodes);
    nodes
}

fn push_nodes<'t>(
    schema: &'static ObjectSchema,
    object: &'t Object<'t>,
    anchor: Range<usize>,
    prefix: &str,
    nodes: &mut Vec<ObjectNode<'t>>,
) {
    nodes.push(ObjectNode {
        schema,
        object,
        anchor,
        prefix: prefix.to_owned(),
    });
    for field in schema.fields {
        let Some(property) = field.find(object) else {
            continue;
        };
        let path = format!("{prefix}{}", property.name.as_str());
        match (&field.kind, &property.value) {
            (FieldKind::Object(schema), Value::Object(inner)) => {
                push_nodes(
                    schema,
                    inner,
                    span(&property.name),
                    &format!("{path}."),
                    nodes,
                );
            }
            (FieldKind::List(schema), Value::Array(array)) => {
                for (index, element) in array.elements.iter().enumerate() {
                    if let Value::Object(inner) = element {
                        let prefix = format!("{path}[{index}].");
                        push_nodes(schema, inner, opening_brace(inner), &prefix, nodes);
                    }
                }
            }
            _ => {}
        }
    }
}

fn opening_brace(object: &Object<'_>) -> Range<usize> {
    let start = span(object).start;
    start..start + 1
}
