//! Progress and outcome of a scenario that is being played.

use serde::{Deserialize, Serialize};

/// Progress of a scenario, as subscribers and the control API see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "name", rename_all = "lowercase")]
pub enum ScenarioProgress {
    /// The scenario's clock has started.
    Began {
        /// Number of steps in the file.
        steps: usize,
    },
    /// A step was executed.
    Step {
        /// The step and its result.
        step: StepReport,
    },
    /// The scenario has ended, and every fault that it injected is undone.
    Ended {
        /// Outcome of the whole scenario.
        #[serde(rename = "ending")]
        outcome: ScenarioOutcome,
    },
}

/// Result of one executed step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepReport {
    /// Position among the steps, counted from 1.
    pub number: usize,
    /// Line of the step in the scenario file, counted from 1.
    pub line: usize,
    /// Start of the step, in milliseconds after the start of the scenario.
    pub at_ms: u64,
    /// Duration of the step, in milliseconds.
    pub took_ms: u64,
    /// The step in words, as `10s sign-out` without the time.
    pub text: String,
    /// Reason of a failed step; absent where the step succeeded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<String>,
}

/// Outcome of a scenario.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "name", rename_all = "lowercase")]
pub enum ScenarioOutcome {
    /// All steps succeeded.
    #[serde(rename = "held")]
    Passed,
    /// A step failed, and no later step was executed.
    Failed {
        /// Line of the failed step in the scenario file.
        line: usize,
        /// Reason of the failure.
        reason: String,
    },
    /// The scenario was cancelled before its last step.
    #[serde(rename = "cut")]
    Cancelled,
}

impl ScenarioOutcome {
    /// The outcome's name on the wire: `held`, `failed` or `cut`.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Passed => "held",
            Self::Failed { .. } => "failed",
            Self::Cancelled => "cut",
        }
    }
}
