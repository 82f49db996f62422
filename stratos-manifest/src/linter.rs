//! The whole engine: with levels, and with the published schema as what tells the shape.

use crate::{
    check::{Report, check_with},
    facts::ProjectFacts,
    levels::Levels,
    rules::RULES,
    shape::SchemaShape,
};

/// Checks any number of manifests at the same levels.
#[derive(Debug)]
pub struct Linter {
    levels: Levels,
    shape: SchemaShape,
}

impl Linter {
    /// A linter with these levels. It compiles the schema, so that one is better than one for each manifest.
    pub fn new(levels: Levels) -> Self {
        let shape = SchemaShape::new();
        Self { levels, shape }
    }

    /// Looks at a manifest with all rules that are not allowed.
    ///
    /// For the rest it is as [`check`](crate::check()).
    pub fn check(&self, source: &[u8], facts: &ProjectFacts) -> Report {
        check_with(RULES, &self.levels, source, facts, |places, value, _| {
            self.shape.faults(places, value)
        })
    }
}
