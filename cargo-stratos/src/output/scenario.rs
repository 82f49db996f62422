//! How far a scenario is, for people.

use std::time::Duration;

use stratos_host::scenario::{Ending, Progress, StepReport};

use crate::output::escape::escape;
use crate::output::{DIM, GREEN, RED};

/// A line, where there is something to say: the end is said by whoever played it.
pub(crate) fn in_words(progress: &Progress) -> Option<String> {
    match progress {
        Progress::Began { steps } => Some(format!("{DIM}{steps} steps{DIM:#}")),
        Progress::Step { step } => Some(of_step(step)),
        Progress::Ended { ending } => match ending {
            Ending::Held => Some(format!("{GREEN}all steps held{GREEN:#}")),
            Ending::Failed { .. } | Ending::Cut => None,
        },
    }
}

fn of_step(step: &StepReport) -> String {
    let at = Duration::from_millis(step.at_ms);
    let seconds = at.as_secs_f64();
    let text = escape(&step.text);
    match &step.failure {
        None => format!("{DIM}{seconds:8.3} s{DIM:#}  {text}"),
        Some(why) => {
            let why = escape(why);
            format!("{DIM}{seconds:8.3} s{DIM:#}  {RED}{text}{RED:#}: {why}")
        }
    }
}
