//! What became of a scenario.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::scenario::time::show;

/// A scenario that was played, to its end or not.
#[must_use = "it says whether all steps held"]
#[derive(Debug, Clone, PartialEq)]
pub struct Played {
    /// Its file, as messages name it.
    pub file: String,
    /// What it is about.
    pub name: String,
    /// How many steps it has.
    pub of: usize,
    /// The steps that were taken, in order.
    pub steps: Vec<StepReport>,
    /// How it ended.
    pub ending: Ending,
}

/// A step that was taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepReport {
    /// Counted from 1.
    pub number: usize,
    /// Where it stands in the file.
    pub line: usize,
    /// When it began, in milliseconds after the scenario.
    pub at_ms: u64,
    /// How long it took, in milliseconds.
    pub took_ms: u64,
    /// What it does.
    pub text: String,
    /// Why it did not hold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<String>,
}

/// How a scenario ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "name", rename_all = "lowercase")]
pub enum Ending {
    /// All steps held.
    Held,
    /// One did not, and nothing after it was done.
    Failed {
        /// Where it stands in the file.
        line: usize,
        /// Why.
        reason: String,
    },
    /// Somebody ended it before its end.
    Cut,
}

/// How far a scenario is, for whoever watches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "name", rename_all = "lowercase")]
pub enum Progress {
    /// Its clock starts.
    Began {
        /// How many steps it has.
        steps: usize,
    },
    /// A step was taken.
    Step {
        /// Which, and how it went.
        step: StepReport,
    },
    /// It is over, and what it broke is whole again.
    Ended {
        /// How.
        ending: Ending,
    },
}

impl Ending {
    /// In one word.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Failed { .. } => "failed",
            Self::Cut => "cut",
        }
    }
}

impl Played {
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
        self.ending == Ending::Held
    }
}

/// One sentence that says how it ended, and where.
impl fmt::Display for Played {
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
            Ending::Held => write!(f, "{name}: all {of} steps held"),
            Ending::Cut => write!(f, "{name}: ended after {taken} of {of} steps"),
            Ending::Failed { line, reason } => {
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
