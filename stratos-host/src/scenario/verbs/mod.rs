//! The verbs of scenario steps: documentation, parsing and execution.
//!
//! Each file has a table with one entry for each of its verbs. To add a verb, add its entry, and describe new keys in
//! [`KEYS`]. The parser and the book's tables (`STRATOS_UPDATE_BOOK=1 cargo test -p stratos-tests --test docs`) follow
//! from them.

mod airline;
mod expect;
mod flight;
mod keys;
mod modal;
mod shell;
mod upstream;

use std::time::Duration;

use crate::scenario::action::Action;
use crate::scenario::duration::format_duration;
use crate::scenario::step_reader::StepReader;

pub use self::keys::{KEYS, Key};

/// Time that `expect`, `answer` and `dismiss` wait without a `within`.
const DEFAULT_WITHIN: Duration = Duration::from_secs(5);

/// A verb of scenario steps.
#[derive(Debug)]
pub struct Verb {
    /// Name of the verb: the value of the key `do`.
    pub name: &'static str,
    /// Effect of a step with this verb, as a phrase.
    pub summary: &'static str,
    /// Keys that a step must have.
    pub required: &'static [&'static str],
    /// Keys that a step may have, in addition to `do`, `at` and `after`.
    pub optional: &'static [&'static str],
    /// Parses the keys into an action, and reports wrong values. The required keys exist.
    pub(super) parse: fn(&StepReader<'_>) -> Option<Action>,
}

impl Verb {
    /// Whether a step with this verb is about a plugin.
    pub(super) fn takes_plugin(&self) -> bool {
        self.optional.contains(&"plugin")
    }
}

/// All verbs, in the order of the book.
pub fn verbs() -> impl Iterator<Item = &'static Verb> {
    let tables = [
        shell::SHELL,
        flight::FLIGHT,
        modal::MODAL,
        airline::AIRLINE,
        upstream::UPSTREAM,
        expect::EXPECT,
    ];
    tables.into_iter().flatten()
}

/// The end of the details of a timed fault, such as ` for 5s`; empty without a duration.
fn for_duration(duration: Option<Duration>) -> String {
    duration.map_or_else(String::new, |duration| {
        format!(" for {}", format_duration(duration))
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_key_is_documented_and_used() {
        let keys = verbs().flat_map(|verb| verb.required.iter().chain(verb.optional));
        let common = ["do", "at", "after"];
        let used: BTreeSet<_> = keys.copied().chain(common).collect();
        let documented: BTreeSet<_> = KEYS.iter().map(|key| key.name).collect();
        assert_eq!(used, documented);
    }
}
