//! Background task that plays the scenario of `--scenario`.

use std::future;

use stratos_host::control::Control;
use stratos_host::scenario::{
    AfterScenario, AlreadyPlaying, Scenario, ScenarioPlayer, ScenarioReport,
};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// A scenario that is played once all plugins have started.
#[derive(Debug)]
pub(super) struct ScenarioTask {
    /// Scenario that has not been started.
    pending: Option<(Control, Scenario)>,
    running: Option<JoinHandle<Result<ScenarioReport, AlreadyPlaying>>>,
    cancel: CancellationToken,
}

impl ScenarioTask {
    /// Without a scenario, the task does nothing and never ends.
    pub(super) fn new(control: &Control, scenario: Option<Scenario>) -> Self {
        Self {
            pending: scenario.map(|scenario| (control.clone(), scenario)),
            running: None,
            cancel: CancellationToken::new(),
        }
    }

    /// Starts to play the scenario.
    pub(super) fn start(&mut self) {
        let cancel = self.cancel.clone();
        self.running = self.pending.take().map(|(control, scenario)| {
            tokio::spawn(async move {
                let player = ScenarioPlayer::new(&control)?;
                let after = AfterScenario::Stop;
                Ok(player.play(scenario, after, &cancel, |_| {}).await)
            })
        });
    }

    /// Waits until the scenario has been played.
    pub(super) async fn ended(&mut self) -> Result<ScenarioReport, AlreadyPlaying> {
        let Some(running) = &mut self.running else {
            return future::pending().await;
        };
        let played = running.await.expect("the scenario player does not panic");
        self.running = None;
        played
    }

    /// Cancels the scenario if it is being played, undoes its faults, and returns its result so far.
    pub(super) async fn cancel(mut self) -> Option<ScenarioReport> {
        self.cancel.cancel();
        match self.running.take() {
            Some(running) => running.await.ok()?.ok(),
            None => None,
        }
    }
}
