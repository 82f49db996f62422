//! Human-readable progress of a scenario.

use std::time::Duration;

use stratos_host::event::{ScenarioOutcome, ScenarioProgress, StepReport};

use crate::output::escape::escape;
use crate::output::{DIM, GREEN, RED};

/// One line about the progress of a scenario.
pub(crate) fn format_progress(progress: &ScenarioProgress) -> String {
    match progress {
        ScenarioProgress::Began { steps: 1 } => format!("{DIM}1 step{DIM:#}"),
        ScenarioProgress::Began { steps } => format!("{DIM}{steps} steps{DIM:#}"),
        ScenarioProgress::Step { step } => format_step(step),
        ScenarioProgress::Ended { outcome: ending } => match ending {
            ScenarioOutcome::Passed => format!("{GREEN}all steps held{GREEN:#}"),
            ScenarioOutcome::Failed { .. } => format!("{RED}failed{RED:#}"),
            ScenarioOutcome::Cancelled => format!("{RED}ended before its end{RED:#}"),
        },
    }
}

fn format_step(step: &StepReport) -> String {
    let seconds = Duration::from_millis(step.at_ms).as_secs_f64();
    let text = escape(&step.text);
    match &step.failure {
        None => format!("{DIM}{seconds:8.3} s{DIM:#}  {text}"),
        Some(failure) => {
            let failure = escape(failure);
            format!("{DIM}{seconds:8.3} s{DIM:#}  {RED}{text}{RED:#}: {failure}")
        }
    }
}
