//! The published JSON Schema.

/// The JSON Schema (2020-12) of `plugin.json`, for editors and other tools.
///
/// The schema describes the structure only. [`Linter`](crate::Linter) reports an error for everything that the schema
/// rejects, and for more that a schema cannot express.
pub const SCHEMA: &str = include_str!("../../schema/plugin.schema.json");
