//! The scenario of `cargo stratos run --scenario`.

use std::future;

use stratos_host::control::Control;
use stratos_host::scenario::{self, Afterwards, Busy, Scenario, ScenarioReport};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// Plays beside everything else, from when the plugins have started.
#[derive(Debug)]
pub(super) struct Playing {
    waits: Option<(Control, Scenario)>,
    plays: Option<JoinHandle<Result<ScenarioReport, Busy>>>,
    end: CancellationToken,
}

impl Playing {
    /// Nothing happens before [`begin`](Self::begin).
    pub(super) fn new(control: &Control, scenario: Option<Scenario>) -> Self {
        Self {
            waits: scenario.map(|scenario| (control.clone(), scenario)),
            plays: None,
            end: CancellationToken::new(),
        }
    }

    /// The plugins have started.
    pub(super) fn begin(&mut self) {
        let end = self.end.clone();
        self.plays = self.waits.take().map(|(control, scenario)| {
            tokio::spawn(async move {
                let after = Afterwards::Ends;
                scenario::play(&control, &scenario, after, &end, |_| {}).await
            })
        });
    }

    /// Waits until it was played.
    pub(super) async fn played(&mut self) -> Result<ScenarioReport, Busy> {
        let Some(plays) = &mut self.plays else {
            return future::pending().await;
        };
        let played = plays.await.expect("playing does not panic");
        self.plays = None;
        played
    }

    /// Ends it if it still plays; what it broke is whole again then.
    pub(super) async fn end(mut self) -> Option<ScenarioReport> {
        self.end.cancel();
        match self.plays.take() {
            Some(plays) => plays.await.ok()?.ok(),
            None => None,
        }
    }
}
