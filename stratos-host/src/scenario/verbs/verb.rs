//! The parts that all verbs have in common.

use std::time::Duration;

use crate::scenario::action::Action;
use crate::scenario::duration::format_duration;
use crate::scenario::step_reader::StepReader;

/// Time that `expect`, `answer` and `dismiss` wait without a `within`.
pub(super) const DEFAULT_WITHIN: Duration = Duration::from_secs(5);

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
    pub(in crate::scenario) parse: fn(&StepReader<'_>) -> Option<Action>,
}

impl Verb {
    /// Whether a step with this verb is about a plugin.
    pub(in crate::scenario) fn takes_plugin(&self) -> bool {
        self.optional.contains(&"plugin")
    }
}

/// The end of the details of a timed fault, such as ` for 5s`; empty without a duration.
pub(super) fn for_duration(duration: Option<Duration>) -> String {
    duration.map_or_else(String::new, |duration| {
        format!(" for {}", format_duration(duration))
    })
}
