//! The player of scenarios.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use stratos_protocol::logger;
use thiserror::Error;
use tokio::sync::OwnedMutexGuard;
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

use crate::control::Control;
use crate::event::{Event, ScenarioOutcome, ScenarioProgress, StepReport};
use crate::scenario::action::{StepContext, StepFailure};
use crate::scenario::config_override::ConfigOverrides;
use crate::scenario::faults::Faults;
use crate::scenario::mock_server::MockServer;
use crate::scenario::mock_server_config::MockServerConfig;
use crate::scenario::model::{Scenario, Step, StepTime};
use crate::scenario::observer::Observer;
use crate::scenario::report::ScenarioReport;

/// Maximum length of a failure's reason, which may contain a response.
const MAX_REASON_BYTES: usize = 4096;

/// Error of starting a scenario while another one is played.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the shell plays another scenario already")]
pub struct AlreadyPlaying;

/// State of the shell after a scenario.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AfterScenario {
    /// The shell keeps running. Plugins that were restarted with the URL of a mock server are restarted without it.
    KeepRunning,
    /// The shell stops.
    Stop,
}

/// Plays a scenario; a shell has at most one player at a time.
#[derive(Debug)]
pub struct ScenarioPlayer {
    control: Control,
    _lock: OwnedMutexGuard<()>,
}

impl ScenarioPlayer {
    /// A player for a shell.
    ///
    /// # Errors
    ///
    /// When the shell has another player.
    pub fn new(control: &Control) -> Result<Self, AlreadyPlaying> {
        let lock = control.try_lock_scenario().ok_or(AlreadyPlaying)?;
        Ok(Self {
            control: control.clone(),
            _lock: lock,
        })
    }

    /// Plays a scenario that is [bound](Scenario::bind) to the shell, until its end, or until `cancel` is cancelled.
    ///
    /// Returns when all faults are undone. Dropping the future only stops the mock servers.
    pub async fn play(
        self,
        scenario: Scenario,
        after: AfterScenario,
        cancel: &CancellationToken,
        mut on_progress: impl FnMut(&ScenarioProgress) + Send,
    ) -> ScenarioReport {
        let control = &self.control;
        let mut report = ScenarioReport {
            file: scenario.file.clone(),
            name: scenario.name.clone(),
            of: scenario.steps.len(),
            steps: Vec::new(),
            ending: ScenarioOutcome::Cancelled,
        };
        let mut emit = |progress: ScenarioProgress| {
            on_progress(&progress);
            control.emit(Event::Scenario {
                scenario: scenario.name.clone(),
                progress,
            });
        };
        let mut overrides = ConfigOverrides::new(control);
        let faults = Arc::new(Faults::new(control));
        let run = async {
            start_servers(&faults, &mut overrides, scenario.servers).await?;
            let mut run = StepRunner {
                control,
                faults: &faults,
                observer: Arc::new(Observer::new(control)),
                reports: &mut report.steps,
            };
            run.run_all(scenario.steps, &mut emit).await
        };
        let result = tokio::select! {
            biased;
            () = cancel.cancelled() => None,
            () = control.shutdown_started() => None,
            result = run => Some(result),
        };
        match result {
            Some(Ok(())) => report.ending = ScenarioOutcome::Passed,
            Some(Err(outcome)) => report.ending = outcome,
            None => {}
        }
        faults.undo_all().await;
        let restart = after == AfterScenario::KeepRunning && !control.is_shutting_down();
        overrides.restore(restart).await;
        emit(ScenarioProgress::Ended {
            outcome: report.ending.clone(),
        });
        report
    }
}

/// Starts the mock servers, and restarts the plugins with their URLs.
async fn start_servers(
    faults: &Faults,
    overrides: &mut ConfigOverrides,
    servers: BTreeMap<String, MockServerConfig>,
) -> Result<(), ScenarioOutcome> {
    let failed = |line, reason| ScenarioOutcome::Failed { line, reason };
    // Lines of the mock servers whose URLs a plugin gets.
    let mut lines = BTreeMap::new();
    for (name, config) in servers {
        let MockServerConfig {
            line,
            port,
            url_key,
            responses,
        } = config;
        let server = MockServer::start(port, responses).await;
        let server = server.map_err(|error| {
            let reason = format!("`{name}` cannot listen on 127.0.0.1:{port}: {error}");
            failed(line, reason)
        })?;
        let url = format!("http://{}", server.address);
        faults.add_server(name, server);
        if let Some(key) = url_key {
            let set = overrides.set(&key, url.into()).await;
            set.map_err(|error| failed(line, StepFailure::from(error).0))?;
            lines.entry(key.plugin).or_insert(line);
        }
    }
    let restarted = overrides.restart_plugins().await;
    restarted.map_err(|(plugin, error)| {
        let line = lines.get(&plugin).copied().unwrap_or(1);
        failed(line, error.to_string())
    })
}

/// Runs the steps of a scenario.
struct StepRunner<'p> {
    control: &'p Control,
    faults: &'p Arc<Faults>,
    observer: Arc<Observer>,
    reports: &'p mut Vec<StepReport>,
}

impl StepRunner<'_> {
    /// Runs the steps until one fails.
    async fn run_all(
        &mut self,
        steps: Vec<Step>,
        emit: &mut (impl FnMut(ScenarioProgress) + Send),
    ) -> Result<(), ScenarioOutcome> {
        emit(ScenarioProgress::Began { steps: steps.len() });
        let start = Instant::now();
        for (index, step) in steps.into_iter().enumerate() {
            sleep_until(match step.time {
                StepTime::At(at) => start + at,
                StepTime::After(after) => Instant::now() + after,
            })
            .await;
            let (line, text) = (step.line, step.to_string());
            let step_start = Instant::now();
            let failure = self.run(step).await.err();
            let failure =
                failure.map(|reason| logger::truncate(&reason, MAX_REASON_BYTES).unwrap_or(reason));
            let report = StepReport {
                number: index + 1,
                line,
                at_ms: millis(step_start - start),
                took_ms: millis(step_start.elapsed()),
                text,
                failure: failure.clone(),
            };
            self.reports.push(report.clone());
            emit(ScenarioProgress::Step { step: report });
            if let Some(reason) = failure {
                return Err(ScenarioOutcome::Failed { line, reason });
            }
        }
        Ok(())
    }

    /// Runs a step. A step with an expected failure succeeds if its action fails as expected.
    async fn run(&mut self, step: Step) -> Result<(), String> {
        if !step.action.is_passive {
            self.observer = Arc::new(Observer::new(self.control));
        }
        let cx = StepContext {
            control: self.control.clone(),
            faults: Arc::clone(self.faults),
            observer: Arc::clone(&self.observer),
            plugin: step.plugin,
        };
        let result = step.action.run(cx).await.map_err(|failure| failure.0);
        match (step.expected_failure, result) {
            (None, result) => result,
            (Some(part), Err(reason)) if reason.contains(&part) => Ok(()),
            (Some(part), Err(reason)) => Err(format!(
                "the step must fail with {part:?}, but failed with: {reason}"
            )),
            (Some(part), Ok(())) => Err(format!(
                "the step must fail with {part:?}, but it succeeded"
            )),
        }
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
