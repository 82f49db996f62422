//! Scenarios, played against a test's shell.

use std::fs;
use std::panic::Location;
use std::path::Path;
use std::thread;
use std::time::Duration;

use stratos_host::scenario::{self, Afterwards, Played, Scenario};
use tokio_util::sync::CancellationToken;

use crate::testing::host::clock_is_paused;
use crate::testing::shell::TestShell;

/// Virtual time beside real sockets passes in pieces of this length, each of which takes [`REAL_PIECE`].
const VIRTUAL_PIECE: Duration = Duration::from_millis(100);
/// See [`VIRTUAL_PIECE`].
const REAL_PIECE: Duration = Duration::from_millis(1);

impl TestShell {
    /// Plays a scenario from a file, in virtual time where the test has it.
    ///
    /// In virtual time it takes no time at all. With stand-ins for an API, whose sockets are real, time is a hundred
    /// times as fast as on the clock.
    ///
    /// # Panics
    ///
    /// When the file cannot be read, or is no scenario for the plugins of this shell.
    #[track_caller]
    pub fn play(&self, file: impl AsRef<Path>) -> impl Future<Output = Played> {
        let (at, file) = (Location::caller(), file.as_ref().to_owned());
        async move {
            let text = fs::read_to_string(&file);
            let text = text
                .unwrap_or_else(|error| panic!("cannot read {}: {error}, at {at}", file.display()));
            self.play_text(&file.display().to_string(), &text, at).await
        }
    }

    /// Plays a scenario from a text; see [`play`](Self::play).
    ///
    /// # Panics
    ///
    /// When the text is no scenario for the plugins of this shell.
    #[track_caller]
    pub fn play_str(&self, text: &str) -> impl Future<Output = Played> {
        let at = Location::caller();
        async move { self.play_text("scenario", text, at).await }
    }

    async fn play_text(&self, file: &str, text: &str, at: &Location<'_>) -> Played {
        let control = self.control();
        let ids: Vec<_> = control.plugins().into_iter().map(|its| its.id).collect();
        let scenario = Scenario::parse(file, text).and_then(|scenario| scenario.fit(&ids));
        let scenario = scenario.unwrap_or_else(|error| panic!("{error}\nat {at}"));
        let until = CancellationToken::new();
        let play = scenario::play(control, &scenario, Afterwards::GoesOn, &until, |_| {});
        let played = if scenario.upstreams.is_empty() || !clock_is_paused() {
            play.await
        } else {
            tokio::select! {
                played = play => played,
                () = pass_slowly() => unreachable!("time does not end"),
            }
        };
        played.unwrap_or_else(|error| panic!("{error}, at {at}"))
    }
}

/// Virtual time does not know of bytes that are on their way through a real socket: it must not leap meanwhile.
async fn pass_slowly() {
    loop {
        // Tokio's clock stands still while a thread of the pool works.
        let pause = tokio::task::spawn_blocking(|| thread::sleep(REAL_PIECE));
        pause.await.expect("sleep does not panic");
        tokio::time::sleep(VIRTUAL_PIECE).await;
    }
}
