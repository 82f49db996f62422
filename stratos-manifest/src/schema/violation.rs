//! Violations of the schema, and their search.

use jsonc_parser::ast::Value;

use crate::{
    schema::{
        fields::{Field, FieldKind},
        object::ObjectNode,
    },
    syntax::{is_blank, to_f64},
};

/// A field that violates the schema, as plain data, which the tests compare with the JSON Schema's violations.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SchemaViolation {
    /// The index of the object in the list of [`ObjectNode`]s.
    pub(crate) object: usize,
    pub(crate) field: &'static Field,
    /// The index of the wrong element, if the field is an array of objects.
    pub(crate) element: Option<usize>,
    pub(crate) kind: ViolationKind,
}

impl SchemaViolation {
    /// The wrong value; `None` if the field is missing. `node` is the node of [`object`](Self::object).
    pub(crate) fn value<'t>(&self, node: &ObjectNode<'t>) -> Option<&'t Value<'t>> {
        let value = &self.field.find(node.object)?.value;
        match self.element {
            Some(index) => value.as_array()?.elements.get(index),
            None => Some(value),
        }
    }
}

/// The kind of a violation; a value has the first that applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum ViolationKind {
    /// A required field is missing.
    Missing,
    /// The value is of another kind than [`Field::kind`].
    WrongType,
    /// A required text is blank.
    Empty,
    /// The text is not one of the words of [`FieldKind::OneOf`].
    UnknownWord,
}

/// The violations of all nodes, in the order of the nodes and of their schema's fields.
pub(crate) fn find_violations(nodes: &[ObjectNode<'_>]) -> Vec<SchemaViolation> {
    let mut violations = Vec::new();
    for (object, node) in nodes.iter().enumerate() {
        for field in node.schema.fields {
            let mut report = |element, kind| {
                violations.push(SchemaViolation {
                    object,
                    field,
                    element,
                    kind,
                });
            };
            let Some(property) = field.find(node.object) else {
                if field.required {
                    report(None, ViolationKind::Missing);
                }
                continue;
            };
            if let (FieldKind::List(_), Value::Array(array)) = (&field.kind, &property.value) {
                for (index, element) in array.elements.iter().enumerate() {
                    if element.as_object().is_none() {
                        report(Some(index), ViolationKind::WrongType);
                    }
                }
            } else if let Some(kind) = value_violation(field, &property.value) {
                report(None, kind);
            }
        }
    }
    violations
}

fn value_violation(field: &Field, value: &Value<'_>) -> Option<ViolationKind> {
    match (&field.kind, value) {
        (FieldKind::Any, _) | (FieldKind::Object(_), Value::Object(_)) => None,
        (FieldKind::Text | FieldKind::OneOf(_), Value::StringLit(text))
            if is_blank(&text.value) =>
        {
            field.required.then_some(ViolationKind::Empty)
        }
        (FieldKind::Text, Value::StringLit(_)) => None,
        (FieldKind::OneOf(words), Value::StringLit(text)) => {
            let is_known = words.contains(&text.value.as_ref());
            (!is_known).then_some(ViolationKind::UnknownWord)
        }
        // `None` if JavaScript would read infinity.
        (FieldKind::Number, Value::NumberLit(number)) if to_f64(number.value).is_some() => None,
        _ => Some(ViolationKind::WrongType),
    }
}
