//! Integration tests of the full build, in one program.

#![expect(
    clippy::unwrap_used,
    reason = "a failure in a test helper fails the test"
)]

mod conventions;
mod files;
mod fix_properties;
mod fixture_facts;
mod fixtures;
mod hostile_input;
mod json_conformance;
mod json_schema;
mod published_manifests;
mod render;
