//! A plugin's builds, which run beside everything else that it does.

use std::future;
use std::sync::Arc;

use tokio::time::Instant;
use tokio_util::task::AbortOnDropHandle;

use crate::events::{BuildStep, Event, Events};
use crate::process::{BuildError, LaunchError, Launcher, Program};

/// What a build ended with.
pub(super) type Prepared = Result<Program, LaunchError>;

/// The builds of one plugin: one at a time.
pub(super) struct Builds {
    plugin: String,
    launcher: Arc<dyn Launcher>,
    events: Events,
    /// How many have begun.
    pub(super) round: u64,
    /// Ends with this value, and cargo with it.
    under_way: Option<(Instant, AbortOnDropHandle<Prepared>)>,
    /// What the compiler said last.
    said: String,
}

impl Builds {
    pub(super) fn new(plugin: String, launcher: Arc<dyn Launcher>, events: Events) -> Self {
        Self {
            plugin,
            launcher,
            events,
            round: 0,
            under_way: None,
            said: String::new(),
        }
    }

    pub(super) fn begin(&mut self) {
        self.give_up();
        self.round += 1;
        let (launcher, round) = (Arc::clone(&self.launcher), self.round);
        let task = tokio::spawn(async move { launcher.prepare(round).await });
        self.under_way = Some((Instant::now(), AbortOnDropHandle::new(task)));
        self.tell(BuildStep::Started);
    }

    pub(super) fn give_up(&mut self) {
        if self.under_way.take().is_some() {
            self.tell(BuildStep::Superseded);
        }
    }

    pub(super) fn is_under_way(&self) -> bool {
        self.under_way.is_some()
    }

    /// Waits for the end of the build that is under way, and of the next one where there is none.
    pub(super) async fn ended(&mut self) -> Prepared {
        let Some((_, task)) = &mut self.under_way else {
            return future::pending().await;
        };
        task.await.unwrap_or(Err(LaunchError::Panicked))
    }

    /// Says what became of the build, beside a version that serves or does not.
    pub(super) fn report(&mut self, prepared: &Prepared, unchanged: bool, serves: bool) {
        let begun = self.under_way.take().map(|(begun, _)| begun.elapsed());
        let ms = begun.map_or(0, |time| {
            u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
        });
        let text = match prepared {
            Ok(program) => program.warnings().to_owned(),
            Err(LaunchError::Build(BuildError::Failed { output, .. })) => output.clone(),
            Err(_) => String::new(),
        };
        let again = !text.is_empty() && text == self.said;
        let output = if again { String::new() } else { text.clone() };
        self.said = text;
        self.tell(match prepared {
            Ok(_) => BuildStep::Finished {
                ms,
                unchanged,
                output,
            },
            Err(_) => BuildStep::Failed {
                ms,
                output,
                again,
                serves,
            },
        });
    }

    fn tell(&self, build: BuildStep) {
        if self.launcher.builds() {
            self.events.emit(Event::Build {
                plugin: self.plugin.clone(),
                build,
            });
        }
    }
}
