//! The structure of a manifest: which keys its objects have, which of them are required, and of which kind they are.
//!
//! A table ([`ObjectSchema`]) serves the light build; the published JSON Schema serves the full build, other tools and
//! the book. Tests hold both to the same violations.

#[cfg(all(test, feature = "full"))]
mod equivalence_proptest;
mod fields;
#[cfg(feature = "full")]
mod json_schema;
mod object;
mod violation;

#[cfg(feature = "full")]
pub(crate) use self::json_schema::JsonSchema;
#[cfg(feature = "full")]
pub use self::json_schema::SCHEMA;
pub(crate) use self::{
    fields::{Field, FieldKind, ObjectSchema, fields_named},
    object::{ObjectNode, object_nodes},
    violation::{SchemaViolation, ViolationKind, find_violations},
};
