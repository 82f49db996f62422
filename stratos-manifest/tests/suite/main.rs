//! Integration tests of the full build, in one program.

#![expect(
    clippy::unwrap_used,
    reason = "a failure in a test helper fails the test"
)]

mod conventions;
mod fix_properties;
mod fixture_facts;
mod fixtures;
mod hostile_input;
mod json_conformance;
mod json_schema;
mod json_undefined_cases;
mod model_validity;
mod path_fixes;
mod published_manifests;
mod render;
mod text_fixes;
