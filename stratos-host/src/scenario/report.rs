//! What became of a scenario.

use std::fmt;
use std::time::Duration;

use crate::event::{ScenarioOutcome, StepReport};
use crate::scenario::time::show;

/// A scenario that was played, to its end or not.
#[must_use = "it says whether all steps held"]
#[derive(Debug, Clone, PartialEq)]
pub struct ScenarioReport {
    /// Its file, as messages name it.
    pub file: String,
    /// What it is about.
    pub name: String,
    /// How many steps it has.
    pub of: usize,
    /// The steps that were taken, in order.
    pub steps: Vec<StepReport>,
    /// How it ended.
    pub ending: ScenarioOutcome,
}

impl ScenarioReport {
    /// For tests.
    ///
    /// # Panics
    ///
    /// When a step did not hold, with the steps so far.
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

/// One sentence that says how it ended, and where.
impl fmt::Display for ScenarioReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            file,
            name,
            of,
            steps,
            ending,
        } = self;
        let taken = steps.len();
        match ending {
            ScenarioOutcome::Passed => write!(f, "{name}: all {of} steps held"),
            ScenarioOutcome::Cancelled => write!(f, "{name}: ended after {taken} of {of} steps"),
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

/// Such as `10s sign-out`.
impl fmt::Display for StepReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = show(Duration::from_millis(self.at_ms));
        write!(f, "{at} {}", self.text)?;
        match &self.failure {
            Some(failure) => write!(f, ": {failure}"),
            None => Ok(()),
        }
    }
}
