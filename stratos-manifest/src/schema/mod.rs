//! The structure of a manifest: which keys its objects have, which of them are required, and of which kind they are.
//!
//! A table ([`ObjectSchema`]) serves the linter; the published JSON Schema serves other tools and the book. Tests hold
//! both to the same violations.

#[cfg(all(test, feature = "full"))]
mod equivalence_proptest;
mod fields;
#[cfg(all(test, feature = "full"))]
mod json_schema;
mod object;
#[cfg(feature = "full")]
mod published;
mod violation;

#[cfg(feature = "full")]
pub use self::published::SCHEMA;
pub(crate) use self::{
    fields::{Field, FieldKind, ObjectSchema, fields_named},
    object::{ObjectNode, object_nodes},
    violation::{SchemaViolation, ViolationKind, find_violations},
};
