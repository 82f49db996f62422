//! Scenarios as data.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use crate::scenario::action::Action;
use crate::scenario::mock_server_config::MockServerConfig;
use crate::scenario::verbs::Verb;

/// A scenario: mock servers, and steps that are played one after the other.
#[derive(Debug)]
pub struct Scenario {
    /// Name of the file, for messages.
    pub file: String,
    /// Title of the scenario; the name of the file if it has none.
    pub name: String,
    /// Mock servers by name.
    pub(super) servers: BTreeMap<String, MockServerConfig>,
    pub(super) steps: Vec<Step>,
}

/// A step of a scenario.
#[derive(Debug)]
pub(super) struct Step {
    /// Line of the step in the file, counted from 1.
    pub(super) line: usize,
    pub(super) time: StepTime,
    pub(super) verb: &'static Verb,
    /// Id of the plugin; empty if the verb takes none, and until [`Scenario::bind`] where the file names none.
    pub(super) plugin: String,
    pub(super) action: Action,
    /// Part of the error with which the step must fail; `None` for a step that must succeed.
    pub(super) expected_failure: Option<String>,
}

/// Start of a step; never before the end of the previous step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum StepTime {
    /// Time since the start of the scenario.
    At(Duration),
    /// Time since the end of the previous step.
    After(Duration),
}

impl Step {
    /// Whether the step is about a plugin.
    pub(super) fn takes_plugin(&self) -> bool {
        self.verb.takes_plugin() && !self.action.is_of_shell
    }
}

impl Scenario {
    /// Number of steps.
    #[must_use]
    pub fn step_count(&self) -> usize {
        self.steps.len()
    }

    /// Whether the scenario opens sockets of its own.
    #[must_use]
    pub fn has_mock_servers(&self) -> bool {
        !self.servers.is_empty()
    }
}

/// The step in words, such as `kill my-plugin`.
impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.verb.name)?;
        if self.takes_plugin() {
            write!(f, " {}", self.plugin)?;
        }
        f.write_str(&self.action.details)
    }
}
