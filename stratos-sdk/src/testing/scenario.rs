//! Scenarios in tests.

use std::fs;
use std::panic::Location;
use std::path::Path;
use std::thread;
use std::time::Duration;

use stratos_host::scenario::{AfterScenario, Scenario, ScenarioPlayer, ScenarioReport};
use tokio_util::sync::CancellationToken;

use crate::testing::host_kind::clock_is_paused;
use crate::testing::shell::TestShell;

/// Step by which virtual time advances while real sockets are in use. Each step takes [`REAL_STEP`].
const VIRTUAL_STEP: Duration = Duration::from_millis(100);
/// See [`VIRTUAL_STEP`].
const REAL_STEP: Duration = Duration::from_millis(1);

impl TestShell {
    /// Plays a scenario from a file. The path is relative to the folder of `Cargo.toml`.
    ///
    /// In virtual time, waits take no time. If the scenario has mock servers, whose sockets are real, virtual time
    /// passes at most a hundred times as fast as real time.
    ///
    /// # Panics
    ///
    /// If the file cannot be read, or is no valid scenario for the plugins of this shell.
    #[track_caller]
    pub fn play(&self, file: impl AsRef<Path>) -> impl Future<Output = ScenarioReport> {
        let (at, file) = (Location::caller(), file.as_ref().to_owned());
        async move {
            let text = fs::read_to_string(&file);
            let text = text
                .unwrap_or_else(|error| panic!("cannot read {}: {error}, at {at}", file.display()));
            self.play_text(&file.display().to_string(), &text, at).await
        }
    }

    /// Plays a scenario from a string; see [`play`](Self::play).
    ///
    /// # Panics
    ///
    /// If the text is no valid scenario for the plugins of this shell.
    #[track_caller]
    pub fn play_str(&self, text: &str) -> impl Future<Output = ScenarioReport> {
        let at = Location::caller();
        async move { self.play_text("scenario", text, at).await }
    }

    async fn play_text(&self, file: &str, text: &str, at: &Location<'_>) -> ScenarioReport {
        let control = self.control();
        let ids: Vec<_> = control
            .plugins()
            .into_iter()
            .map(|plugin| plugin.id)
            .collect();
        let scenario = Scenario::parse_and_bind(file, text, &ids);
        let scenario = scenario.unwrap_or_else(|error| panic!("{error}\nat {at}"));
        let until = CancellationToken::new();
        let player = ScenarioPlayer::new(control);
        let player = player.unwrap_or_else(|error| panic!("{error}, at {at}"));
        let is_slow = scenario.has_mock_servers() && clock_is_paused();
        let play = player.play(scenario, AfterScenario::KeepRunning, &until, |_| {});
        if !is_slow {
            return play.await;
        }
        tokio::select! {
            played = play => played,
            () = advance_slowly() => unreachable!("`advance_slowly` never returns"),
        }
    }
}

/// Keeps virtual time from jumping ahead while data is in transit in real sockets, which tokio's clock ignores.
async fn advance_slowly() {
    loop {
        // A paused clock does not advance while a blocking task runs.
        let pause = tokio::task::spawn_blocking(|| thread::sleep(REAL_STEP));
        pause.await.expect("`thread::sleep` does not panic");
        tokio::time::sleep(VIRTUAL_STEP).await;
    }
}
