//! The whole engine: with levels, and with the published schema as what tells the shape.

use crate::{
    check::{Report, check_with},
    facts::ProjectFacts,
    levels::Levels,
    rules::RULES,
    shape,
};

/// Checks any number of manifests at the same levels.
#[derive(Debug)]
pub struct Linter {
    levels: Levels,
}

impl Linter {
    /// A linter with these levels.
    pub fn new(levels: Levels) -> Self {
        Self { levels }
    }

    /// Looks at a manifest with all rules that are not allowed.
    ///
    /// For the rest it is as [`check`](crate::check()).
    pub fn check(&self, source: &[u8], facts: &ProjectFacts) -> Report {
        check_with(RULES, &self.levels, source, facts, |places, _, _| {
            shape::faults(places)
        })
    }
}
