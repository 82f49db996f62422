//! How far a scenario is, for people.

use std::time::Duration;

use stratos_host::scenario::{Ending, Progress, StepReport};

use crate::output::escape::escape;
use crate::output::{DIM, GREEN, RED};

/// One line.
pub(crate) fn in_words(progress: &Progress) -> String {
    match progress {
        Progress::Began { steps } => format!("{DIM}{steps} steps{DIM:#}"),
        Progress::Step { step } => of_step(step),
        Progress::Ended { ending } => match ending {
            Ending::Held => format!("{GREEN}all steps held{GREEN:#}"),
            Ending::Failed { .. } => format!("{RED}failed{RED:#}"),
            Ending::Cut => format!("{RED}ended before its end{RED:#}"),
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
