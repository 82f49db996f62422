//! Builds of one plugin, which run beside everything else that the plugin does.

use std::future;
use std::sync::Arc;
use std::time::SystemTime;

use stratos_protocol::error::chain;
use tokio::sync::watch;
use tokio::time::Instant;
use tokio_util::task::AbortOnDropHandle;
use tracing::debug;

use crate::event::{BuildEnd, BuildResult, BuildStep, Event, EventBus, LatestBuild, millis};
use crate::process::{BuildError, LaunchError, Launcher, Program};

pub(super) type BuildOutcome = Result<Program, LaunchError>;

/// The builds of one plugin, at most one at a time.
pub(super) struct Builds {
    plugin: String,
    launcher: Arc<dyn Launcher>,
    events: EventBus,
    /// Number of the latest build, counted from 1.
    pub(super) build_id: u64,
    /// The running build and its start; dropping it kills cargo.
    running: Option<(Instant, AbortOnDropHandle<BuildOutcome>)>,
    /// Compiler output of the previous build, or the reason why the compiler did not run.
    last_output: String,
    /// Start and end of the latest build; stays `None` for a launcher that runs no compiler.
    latest: watch::Sender<Option<LatestBuild>>,
}

impl Builds {
    pub(super) fn new(plugin: String, launcher: Arc<dyn Launcher>, events: EventBus) -> Self {
        Self {
            plugin,
            launcher,
            events,
            build_id: 0,
            running: None,
            last_output: String::new(),
            latest: watch::Sender::default(),
        }
    }

    /// Subscribes to starts and ends of builds.
    pub(super) fn subscribe(&self) -> watch::Receiver<Option<LatestBuild>> {
        self.latest.subscribe()
    }

    /// Starts a build; a running one is cancelled.
    pub(super) fn start(&mut self) {
        self.cancel();
        self.build_id += 1;
        let (launcher, build_id) = (Arc::clone(&self.launcher), self.build_id);
        let events = self.events.clone();
        let task = tokio::spawn(async move { launcher.prepare(build_id, events).await });
        self.running = Some((Instant::now(), AbortOnDropHandle::new(task)));
        self.report(BuildStep::Started);
    }

    pub(super) fn cancel(&mut self) {
        if self.running.take().is_some() {
            self.report(BuildStep::Superseded);
        }
    }

    pub(super) fn is_running(&self) -> bool {
        self.running.is_some()
    }

    /// Number of the latest build that has ended.
    pub(super) fn last_finished(&self) -> u64 {
        self.build_id - u64::from(self.is_running())
    }

    /// Waits for the outcome of the running build; never resolves while there is none.
    pub(super) async fn wait(&mut self) -> BuildOutcome {
        let Some((_, task)) = &mut self.running else {
            return future::pending().await;
        };
        task.await.unwrap_or(Err(LaunchError::Panicked))
    }

    /// Ends the running build and emits its result. `serves`: whether a version of the plugin is running.
    pub(super) fn finish(&mut self, outcome: &BuildOutcome, unchanged: bool, serves: bool) {
        let elapsed = self.running.take().map(|(start, _)| start.elapsed());
        let ms = elapsed.map_or(0, millis);
        let text = match outcome {
            Ok(program) => program.warnings().to_owned(),
            Err(LaunchError::Build(BuildError::Failed { output, .. })) => output.clone(),
            Err(error) => chain(error),
        };
        let again = !text.is_empty() && text == self.last_output;
        let output = if again { String::new() } else { text.clone() };
        self.last_output = text;
        self.report(match outcome {
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

    /// Emits an event, and publishes the start or the end of the build.
    fn report(&self, build: BuildStep) {
        if !self.launcher.builds() {
            return;
        }
        let (plugin, build_id) = (&self.plugin, self.build_id);
        let result = match build {
            BuildStep::Started => None,
            BuildStep::Superseded => Some(BuildResult::Cancelled),
            BuildStep::Finished { .. } => Some(BuildResult::Succeeded),
            BuildStep::Failed { .. } => Some(BuildResult::Failed),
        };
        debug!(plugin, build_id, ?result, "build changed");
        self.latest.send_modify(|latest| {
            let at = SystemTime::now();
            let started_at = match (result, &latest) {
                (Some(_), Some(latest)) => latest.started_at,
                _ => at,
            };
            *latest = Some(LatestBuild {
                id: self.build_id,
                started_at,
                end: result.map(|result| BuildEnd { at, result }),
            });
        });
        self.events.emit(Event::Build {
            plugin: self.plugin.clone(),
            build,
        });
    }
}
