//! The result of a scenario.

use std::fmt;
use std::time::Duration;

use crate::event::{ScenarioOutcome, StepReport};
use crate::scenario::duration::format_duration;

/// The result of a scenario that was played.
#[must_use = "the report says whether all steps held"]
#[derive(Debug, Clone, PartialEq)]
pub struct ScenarioReport {
    /// Name of the file, for messages.
    pub file: String,
    /// Title of the scenario.
    pub name: String,
    /// Number of steps in the file.
    pub of: usize,
    /// Results of the steps that were run, in order.
    pub steps: Vec<StepReport>,
    /// Outcome of the scenario.
    pub ending: ScenarioOutcome,
}

impl ScenarioReport {
    /// Asserts that all steps held.
    ///
    /// # Panics
    ///
    /// When a step did not hold. The message lists the steps so far.
    #[track_caller]
    pub fn assert_held(&self) {
        let steps = self.steps.iter().map(|step| format!("\n  {step}"));
        assert!(
            self.held(),
            "{self}\nthe steps:{}",
            steps.collect::<String>()
        );
    }

    /// Whether all steps held.
    #[must_use]
    pub fn held(&self) -> bool {
        self.ending == ScenarioOutcome::Passed
    }
}

/// The outcome in one sentence, with the failed step.
impl fmt::Display for ScenarioReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            file,
            name,
            of,
            steps,
            ending,
        } = self;
        let run = steps.len();
        match ending {
            ScenarioOutcome::Passed => write!(f, "{name}: all {of} steps held"),
            ScenarioOutcome::Cancelled => write!(f, "{name}: ended after {run} of {of} steps"),
            ScenarioOutcome::Failed { line, reason } => {
                write!(f, "{name}: failed\n  {file}:{line}: ")?;
                if let Some(step) = steps.last().filter(|step| step.failure.is_some()) {
                    let StepReport { number, text, .. } = step;
                    write!(f, "step {number} of {of}, `{text}`: ")?;
                }
                f.write_str(reason)
            }
        }
    }
}

/// The start time and the step in words, such as `10s sign-out`.
impl fmt::Display for StepReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = format_duration(Duration::from_millis(self.at_ms));
        write!(f, "{at} {}", self.text)?;
        match &self.failure {
            Some(failure) => write!(f, ": {failure}"),
            None => Ok(()),
        }
    }
}
