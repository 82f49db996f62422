//! Plays a scenario: each step at its time, until one does not hold.

use std::time::Duration;

use stratos_protocol::logger;
use thiserror::Error;
use tokio::sync::OwnedMutexGuard;
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

use crate::control::Control;
use crate::event::{Event, ScenarioOutcome, ScenarioProgress, StepReport};
use crate::scenario::act::{act, does_something};
use crate::scenario::expect::Witness;
use crate::scenario::model::{Scenario, Step, When};
use crate::scenario::report::ScenarioReport;
use crate::scenario::stage::Stage;

/// How much of a reason is told; an answer that is named in it may be much longer.
const FAILURE_BYTES: usize = 4096;

/// A shell plays one scenario at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the shell plays another scenario already")]
pub struct Busy;

/// What happens to the shell when a scenario is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Afterwards {
    /// It goes on: plugins that were told the address of a stand-in start again with their own.
    GoesOn,
    /// It ends.
    Ends,
}

/// Plays a scenario that [fits](Scenario::fit) the shell, until its end or until somebody ends it.
///
/// Returns when what it broke is whole again. Dropped before, it cannot give back config values.
///
/// # Errors
///
/// When the shell plays one already.
pub async fn play(
    control: &Control,
    scenario: &Scenario,
    afterwards: Afterwards,
    until: &CancellationToken,
    tell: impl FnMut(&ScenarioProgress) + Send,
) -> Result<ScenarioReport, Busy> {
    let turn = control.try_lock_scenario().ok_or(Busy)?;
    Ok(play_in_turn(turn, control, scenario, afterwards, until, tell).await)
}

/// The same for whoever has the turn already.
pub(crate) async fn play_in_turn(
    _turn: OwnedMutexGuard<()>,
    control: &Control,
    scenario: &Scenario,
    afterwards: Afterwards,
    until: &CancellationToken,
    mut tell: impl FnMut(&ScenarioProgress) + Send,
) -> ScenarioReport {
    let mut tell = |progress: ScenarioProgress| {
        tell(&progress);
        control.emit(Event::Scenario {
            scenario: scenario.name.clone(),
            progress,
        });
    };
    let mut stage = Stage::new(control);
    let mut steps = Vec::new();
    let all = all_steps(&mut stage, scenario, &mut steps, &mut tell);
    let ending = tokio::select! {
        biased;
        () = until.cancelled() => ScenarioOutcome::Cancelled,
        () = control.shutdown_started() => ScenarioOutcome::Cancelled,
        ending = all => ending,
    };
    let goes_on = afterwards == Afterwards::GoesOn && !control.is_shutting_down();
    stage.give_back(goes_on).await;
    tell(ScenarioProgress::Ended {
        outcome: ending.clone(),
    });
    ScenarioReport {
        file: scenario.file.clone(),
        name: scenario.name.clone(),
        of: scenario.steps.len(),
        steps,
        ending,
    }
}

async fn all_steps(
    stage: &mut Stage,
    scenario: &Scenario,
    taken: &mut Vec<StepReport>,
    tell: &mut (impl FnMut(ScenarioProgress) + Send),
) -> ScenarioOutcome {
    let mut witness = Witness::new(&stage.control);
    if let Err((line, reason)) = stage.set_up(scenario).await {
        return ScenarioOutcome::Failed { line, reason };
    }
    let steps = scenario.steps.len();
    tell(ScenarioProgress::Began { steps });
    let begin = Instant::now();
    for (index, step) in scenario.steps.iter().enumerate() {
        sleep_until(match step.when {
            When::At(at) => begin + at,
            When::After(after) => Instant::now() + after,
        })
        .await;
        if does_something(&step.action) {
            witness = Witness::new(&stage.control);
        }
        let began = Instant::now();
        let failure = take(stage, &witness, step).await.err();
        let failure =
            failure.map(|reason| logger::truncate(&reason, FAILURE_BYTES).unwrap_or(reason));
        let report = StepReport {
            number: index + 1,
            line: step.line,
            at_ms: millis(began - begin),
            took_ms: millis(began.elapsed()),
            text: step.action.to_string(),
            failure: failure.clone(),
        };
        taken.push(report.clone());
        tell(ScenarioProgress::Step { step: report });
        if let Some(reason) = failure {
            let line = step.line;
            return ScenarioOutcome::Failed { line, reason };
        }
    }
    ScenarioOutcome::Passed
}

/// Does the step; where it must fail, that is what holds.
async fn take(stage: &mut Stage, witness: &Witness, step: &Step) -> Result<(), String> {
    let done = act(stage, witness, &step.action).await;
    match (&step.fails, done) {
        (None, done) => done,
        (Some(part), Err(reason)) if reason.contains(part) => Ok(()),
        (Some(part), Err(reason)) => Err(format!("it must fail with {part:?}, but: {reason}")),
        (Some(part), Ok(())) => Err(format!("it must fail with {part:?}, and it did not fail")),
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
