//! The state machine of one plugin: events in, actions out. It does no I/O and reads no clock.
//!
//! The [actor](crate::plugin::actor) executes the actions in order, and reports the result of each before the next
//! event. A build and a pending start run concurrently with everything else.

use std::time::{Duration, Instant};

use crate::event::{PluginState, millis};
use crate::plugin::restart_backoff::{MAX_CRASHES, RestartBackoff, WINDOW};

/// Input of the state machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum LifecycleEvent {
    /// A start was requested.
    Start,
    /// A stop was requested.
    Stop,
    /// An update to the newest version was requested.
    Update,
    /// An input of the build changed.
    Changed {
        /// Whether the running build may have changed it, so that the build is not restarted.
        by_build: bool,
    },
    /// The build succeeded.
    Built {
        /// Whether the program equals the pending one, or the running one if no start is pending.
        unchanged: bool,
    },
    /// The build failed, for this reason.
    NotBuilt(String),
    /// A launch succeeded.
    Started,
    /// A launch failed, or a switch failed and left nothing running.
    NotStarted(String),
    /// A switch to a newer program succeeded.
    Switched,
    /// A switch failed, and an older version runs.
    Kept,
    /// The running process ended without a request, for this reason.
    Crashed(String),
    /// The restart delay has elapsed.
    RetryDue,
    /// The plugin has stopped, as requested.
    Stopped,
    /// The shell is shutting down.
    Close,
}

/// Output of the state machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    /// Start a build; a running one is cancelled.
    Build,
    /// Cancel the running build.
    CancelBuild,
    /// Start this program while none is running; a pending start is cancelled.
    Launch(ProgramChoice),
    /// Replace the running program by the newest one; a pending start is cancelled.
    Switch,
    /// Stop the running program with its `on_stop`, and cancel a pending start.
    Stop,
    /// Report [`LifecycleEvent::RetryDue`] after this time.
    Wait(Duration),
}

/// Choice between the known programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ProgramChoice {
    /// The program of the latest build.
    Newest,
    /// The program that started successfully last.
    LastGood,
}

/// State of one plugin.
#[derive(Debug)]
pub(crate) struct Lifecycle {
    state: PluginState,
    build: Option<Build>,
    /// Whether a launch or a switch is in progress.
    start_pending: bool,
    /// Restart policy; without one, a crash makes the plugin errored.
    backoff: Option<RestartBackoff>,
}

/// The running build.
#[derive(Debug, Clone, Copy, Default)]
struct Build {
    /// Whether an input changed since the build began.
    stale: bool,
    /// Whether the previous build was cancelled for this one, so that this one is not cancelled for a change:
    /// otherwise constant saving would never produce a result.
    keep: bool,
    /// Whether an update was requested, which restarts even an unchanged program.
    requested: bool,
}

impl Lifecycle {
    pub(crate) fn new(supervise: bool) -> Self {
        Self {
            state: PluginState::Discovered,
            build: None,
            start_pending: false,
            backoff: supervise.then(RestartBackoff::default),
        }
    }

    pub(crate) fn state(&self) -> &PluginState {
        &self.state
    }

    /// Whether another build follows the running one.
    pub(crate) fn is_stale(&self) -> bool {
        self.build.is_some_and(|build| build.stale)
    }

    /// Applies an event and returns the actions to execute; `None` where the state does not allow the event.
    ///
    /// `random`, between 0 and 1, chooses the jitter of a restart delay.
    pub(crate) fn step(
        &mut self,
        event: LifecycleEvent,
        now: Instant,
        random: f64,
    ) -> Option<Vec<Action>> {
        match event {
            LifecycleEvent::Start => self.start(),
            LifecycleEvent::Stop => self.stop(),
            LifecycleEvent::Update => self.update(),
            LifecycleEvent::Changed { by_build } => self.changed(by_build),
            LifecycleEvent::Built { unchanged } => self.built(unchanged),
            LifecycleEvent::NotBuilt(reason) => self.not_built(reason),
            LifecycleEvent::Started => self.started(now),
            LifecycleEvent::NotStarted(reason) => self.not_started(reason, now, random),
            LifecycleEvent::Switched => self.switched(now),
            LifecycleEvent::Kept => self.kept(),
            LifecycleEvent::Crashed(reason) => self.crashed(reason, now, random),
            LifecycleEvent::RetryDue => self.retry_due(),
            LifecycleEvent::Stopped => self.stopped(),
            LifecycleEvent::Close => Some(self.close()),
        }
    }

    fn start(&mut self) -> Option<Vec<Action>> {
        match self.state {
            PluginState::Discovered
            | PluginState::Stopped
            | PluginState::BackingOff { .. }
            | PluginState::Errored { .. } => {}
            _ => return None,
        }
        self.clear_backoff();
        self.state = PluginState::Starting;
        self.build = Some(Build::default());
        Some(vec![Action::Build])
    }

    fn stop(&mut self) -> Option<Vec<Action>> {
        let end = match self.state {
            PluginState::Running => Some(Action::Stop),
            PluginState::Starting => self.start_pending.then_some(Action::Stop),
            PluginState::BackingOff { .. } => None,
            _ => return None,
        };
        self.start_pending = false;
        self.state = match end {
            Some(_) => PluginState::Stopping,
            None => PluginState::Stopped,
        };
        Some(self.cancel_build().into_iter().chain(end).collect())
    }

    fn update(&mut self) -> Option<Vec<Action>> {
        if self.state != PluginState::Running {
            return None;
        }
        let actions = self.begin_build(false);
        if let Some(build) = &mut self.build {
            build.requested = true;
        }
        Some(actions)
    }

    fn changed(&mut self, by_build: bool) -> Option<Vec<Action>> {
        match self.state {
            PluginState::Running
            | PluginState::Starting
            | PluginState::BackingOff { .. }
            | PluginState::Errored { .. } => {}
            // The next start builds anyway.
            _ => return None,
        }
        if let Some(backoff) = &mut self.backoff {
            backoff.reset();
        }
        Some(self.begin_build(by_build))
    }

    fn built(&mut self, unchanged: bool) -> Option<Vec<Action>> {
        let build = self.build.take()?;
        let mut actions = self.build_again_if_stale(build);
        match self.state {
            // The pending start already has this program.
            _ if unchanged && self.start_pending => {}
            PluginState::Running if unchanged && !build.requested => {}
            PluginState::Running => actions.push(self.begin_start(Action::Switch)),
            PluginState::Starting
            | PluginState::BackingOff { .. }
            | PluginState::Errored { .. } => {
                self.state = PluginState::Starting;
                actions.push(self.begin_start(Action::Launch(ProgramChoice::Newest)));
            }
            _ => {}
        }
        Some(actions)
    }

    fn not_built(&mut self, reason: String) -> Option<Vec<Action>> {
        let build = self.build.take()?;
        let actions = self.build_again_if_stale(build);
        if actions.is_empty()
            && !self.start_pending
            && let PluginState::Starting | PluginState::Errored { .. } = self.state
        {
            self.state = PluginState::Errored { reason };
        }
        Some(actions)
    }

    fn started(&mut self, now: Instant) -> Option<Vec<Action>> {
        if self.state != PluginState::Starting {
            return None;
        }
        self.state = PluginState::Running;
        self.switched(now)
    }

    fn kept(&mut self) -> Option<Vec<Action>> {
        self.start_pending = false;
        (self.state == PluginState::Running).then(Vec::new)
    }

    fn not_started(&mut self, reason: String, now: Instant, random: f64) -> Option<Vec<Action>> {
        match self.state {
            PluginState::Starting | PluginState::Running => {}
            _ => return None,
        }
        self.start_pending = false;
        let has_started = self
            .backoff
            .as_ref()
            .is_some_and(RestartBackoff::has_started);
        if has_started {
            return Some(self.handle_crash(reason, now, random));
        }
        self.state = PluginState::Errored { reason };
        Some(Vec::new())
    }

    fn switched(&mut self, now: Instant) -> Option<Vec<Action>> {
        if self.state != PluginState::Running {
            return None;
        }
        self.start_pending = false;
        if let Some(backoff) = &mut self.backoff {
            backoff.record_start(now);
        }
        Some(Vec::new())
    }

    fn crashed(&mut self, reason: String, now: Instant, random: f64) -> Option<Vec<Action>> {
        if self.state != PluginState::Running {
            return None;
        }
        if self.start_pending {
            // The pending start decides what becomes of the plugin.
            return Some(Vec::new());
        }
        Some(self.handle_crash(reason, now, random))
    }

    fn retry_due(&mut self) -> Option<Vec<Action>> {
        let PluginState::BackingOff { .. } = self.state else {
            return None;
        };
        self.state = PluginState::Starting;
        Some(vec![
            self.begin_start(Action::Launch(ProgramChoice::LastGood)),
        ])
    }

    fn stopped(&mut self) -> Option<Vec<Action>> {
        if self.state != PluginState::Stopping {
            return None;
        }
        self.state = PluginState::Stopped;
        Some(Vec::new())
    }

    fn close(&mut self) -> Vec<Action> {
        // Where the state allows no stop, only a build can be running.
        self.stop()
            .unwrap_or_else(|| self.cancel_build().into_iter().collect())
    }

    /// Handles a crash: the plugin becomes errored or, with a restart policy, waits for its restart.
    fn handle_crash(&mut self, mut reason: String, now: Instant, random: f64) -> Vec<Action> {
        let delay = self
            .backoff
            .as_mut()
            .and_then(|backoff| backoff.record_crash(now, random));
        match delay {
            Some(delay) => {
                self.state = PluginState::BackingOff {
                    reason,
                    retry_in_ms: millis(delay),
                };
                vec![Action::Wait(delay)]
            }
            None => {
                if self.backoff.is_some() {
                    let seconds = WINDOW.as_secs();
                    reason = format!(
                        "{reason}; it is not started again after {MAX_CRASHES} crashes within {seconds} s"
                    );
                }
                self.clear_backoff();
                self.state = PluginState::Errored { reason };
                Vec::new()
            }
        }
    }

    fn begin_start(&mut self, action: Action) -> Action {
        self.start_pending = true;
        action
    }

    fn begin_build(&mut self, by_build: bool) -> Vec<Action> {
        match &mut self.build {
            Some(build) if by_build || build.keep => {
                build.stale = true;
                return Vec::new();
            }
            Some(build) => {
                build.keep = true;
                build.stale = false;
            }
            None => self.build = Some(Build::default()),
        }
        vec![Action::Build]
    }

    /// Starts the next build if an input changed during the one that has ended.
    fn build_again_if_stale(&mut self, ended: Build) -> Vec<Action> {
        if !ended.stale {
            return Vec::new();
        }
        self.build = Some(Build {
            requested: ended.requested,
            ..Build::default()
        });
        vec![Action::Build]
    }

    fn cancel_build(&mut self) -> Option<Action> {
        self.build.take().map(|_| Action::CancelBuild)
    }

    fn clear_backoff(&mut self) {
        if let Some(backoff) = &mut self.backoff {
            backoff.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: &[LifecycleEvent] = &[LifecycleEvent::Start];
    const STOP: LifecycleEvent = LifecycleEvent::Stop;
    const UPDATE: LifecycleEvent = LifecycleEvent::Update;
    const CHANGED: LifecycleEvent = LifecycleEvent::Changed { by_build: false };
    const CHANGED_BY_BUILD: LifecycleEvent = LifecycleEvent::Changed { by_build: true };
    const BUILT: LifecycleEvent = LifecycleEvent::Built { unchanged: false };
    const UNCHANGED: LifecycleEvent = LifecycleEvent::Built { unchanged: true };
    const NOT_BUILT: LifecycleEvent = LifecycleEvent::NotBuilt(String::new());
    const STARTED: LifecycleEvent = LifecycleEvent::Started;
    const NOT_STARTED: LifecycleEvent = LifecycleEvent::NotStarted(String::new());
    const SWITCHED: LifecycleEvent = LifecycleEvent::Switched;
    const CRASHED: LifecycleEvent = LifecycleEvent::Crashed(String::new());
    const RETRY: LifecycleEvent = LifecycleEvent::RetryDue;
    /// Events after which a first start is pending.
    const PENDING: &[LifecycleEvent] = &[LifecycleEvent::Start, BUILT];
    const RUNNING: &[LifecycleEvent] = &[LifecycleEvent::Start, BUILT, STARTED];
    /// Events after which the switch to a newer program is pending.
    const SWITCHING: &[LifecycleEvent] = &[LifecycleEvent::Start, BUILT, STARTED, CHANGED, BUILT];

    const LAUNCH: Action = Action::Launch(ProgramChoice::Newest);
    const RELAUNCH: Action = Action::Launch(ProgramChoice::LastGood);

    /// Two lists of events, and the state and the actions after the last of them.
    type Row<'a> = (
        &'a [LifecycleEvent],
        &'a [LifecycleEvent],
        &'a str,
        Option<&'a [Action]>,
    );

    fn check(supervise: bool, rows: &[Row<'_>]) {
        for (first, then, state, actions) in rows {
            let mut lifecycle = Lifecycle::new(supervise);
            let mut last = None;
            for event in first.iter().chain(*then) {
                last = lifecycle.step(event.clone(), Instant::now(), 0.5);
            }
            assert_eq!(lifecycle.state().as_str(), *state, "{first:?} {then:?}");
            assert_eq!(last.as_deref(), *actions, "{first:?} {then:?}");
        }
    }

    #[test]
    fn requests_start_and_stop_a_plugin() {
        check(
            false,
            &[
                (START, &[], "starting", Some(&[Action::Build])),
                (START, &[BUILT], "starting", Some(&[LAUNCH])),
                (RUNNING, &[], "running", Some(&[])),
                (RUNNING, START, "running", None),
                (START, &[NOT_BUILT], "errored", Some(&[])),
                (PENDING, &[NOT_STARTED], "errored", Some(&[])),
                (RUNNING, &[CRASHED], "errored", Some(&[])),
                (&[STOP], &[], "discovered", None),
                (START, &[STOP], "stopped", Some(&[Action::CancelBuild])),
                (PENDING, &[STOP], "stopping", Some(&[Action::Stop])),
                (SWITCHING, &[STOP], "stopping", Some(&[Action::Stop])),
                (
                    RUNNING,
                    &[CHANGED, STOP],
                    "stopping",
                    Some(&[Action::CancelBuild, Action::Stop]),
                ),
            ],
        );
    }

    #[test]
    fn errored_plugins_can_be_started_again() {
        for errored in [
            &[LifecycleEvent::Start, NOT_BUILT][..],
            &[LifecycleEvent::Start, BUILT, NOT_STARTED],
            &[LifecycleEvent::Start, BUILT, STARTED, CRASHED],
        ] {
            let again: Row<'_> = (errored, START, "starting", Some(&[Action::Build]));
            check(false, &[again]);
        }
    }

    #[test]
    fn a_newer_program_supersedes_a_pending_start_or_switch() {
        check(
            false,
            &[
                (PENDING, &[CHANGED], "starting", Some(&[Action::Build])),
                (PENDING, &[CHANGED, BUILT], "starting", Some(&[LAUNCH])),
                (PENDING, &[CHANGED, UNCHANGED], "starting", Some(&[])),
                (PENDING, &[CHANGED, NOT_BUILT], "starting", Some(&[])),
                // A failed build does not affect a pending start.
                (
                    PENDING,
                    &[CHANGED, NOT_BUILT, STARTED],
                    "running",
                    Some(&[]),
                ),
                (PENDING, &[CHANGED, NOT_STARTED], "errored", Some(&[])),
                (
                    SWITCHING,
                    &[CHANGED, BUILT],
                    "running",
                    Some(&[Action::Switch]),
                ),
                (SWITCHING, &[UPDATE, UNCHANGED], "running", Some(&[])),
                // The pending switch decides what becomes of a plugin that crashed.
                (SWITCHING, &[CRASHED], "running", Some(&[])),
                (SWITCHING, &[CRASHED, NOT_STARTED], "errored", Some(&[])),
                (SWITCHING, &[CRASHED, SWITCHED], "running", Some(&[])),
                (
                    SWITCHING,
                    &[LifecycleEvent::Kept, CRASHED],
                    "errored",
                    Some(&[]),
                ),
            ],
        );
    }

    #[test]
    fn changes_are_built() {
        let stopped = [STOP, LifecycleEvent::Stopped, CHANGED];
        check(
            false,
            &[
                (RUNNING, &[CHANGED], "running", Some(&[Action::Build])),
                (
                    RUNNING,
                    &[CHANGED, BUILT],
                    "running",
                    Some(&[Action::Switch]),
                ),
                (RUNNING, &[CHANGED, UNCHANGED], "running", Some(&[])),
                (RUNNING, &[CHANGED, NOT_BUILT], "running", Some(&[])),
                // A requested update restarts even an unchanged program.
                (
                    RUNNING,
                    &[UPDATE, UNCHANGED],
                    "running",
                    Some(&[Action::Switch]),
                ),
                // A second change restarts the build and a third does not.
                (
                    RUNNING,
                    &[CHANGED, CHANGED],
                    "running",
                    Some(&[Action::Build]),
                ),
                (RUNNING, &[CHANGED, CHANGED, CHANGED], "running", Some(&[])),
                (
                    RUNNING,
                    &[CHANGED, CHANGED, CHANGED, BUILT],
                    "running",
                    Some(&[Action::Build, Action::Switch]),
                ),
                (RUNNING, &[CHANGED, CHANGED_BY_BUILD], "running", Some(&[])),
                (
                    RUNNING,
                    &[CHANGED, CHANGED_BY_BUILD, NOT_BUILT],
                    "running",
                    Some(&[Action::Build]),
                ),
                (
                    START,
                    &[NOT_BUILT, CHANGED],
                    "errored",
                    Some(&[Action::Build]),
                ),
                (
                    START,
                    &[NOT_BUILT, CHANGED, BUILT],
                    "starting",
                    Some(&[LAUNCH]),
                ),
                (RUNNING, &stopped, "stopped", None),
            ],
        );
    }

    #[test]
    fn a_supervised_plugin_restarts_its_last_good_program() {
        let first_delay: &[Action] = &[Action::Wait(Duration::from_millis(250))];
        let second_delay: &[Action] = &[Action::Wait(Duration::from_millis(500))];
        let saved = [CRASHED, CHANGED, BUILT, NOT_STARTED, RETRY];
        let by_hand = [CRASHED, STOP, LifecycleEvent::Start, BUILT, NOT_STARTED];
        let crashes = [CRASHED, RETRY, STARTED].into_iter().cycle();
        let too_many: Vec<_> = crashes.take(13).collect();
        check(
            true,
            &[
                (RUNNING, &[CRASHED], "backing-off", Some(first_delay)),
                (RUNNING, &[CRASHED, RETRY], "starting", Some(&[RELAUNCH])),
                (
                    RUNNING,
                    &[CRASHED, RETRY, NOT_STARTED],
                    "backing-off",
                    Some(second_delay),
                ),
                // A change resets the crashes and keeps the last good program.
                (RUNNING, &saved[..4], "backing-off", Some(first_delay)),
                (RUNNING, &saved, "starting", Some(&[RELAUNCH])),
                (RUNNING, &by_hand, "errored", Some(&[])),
                // A first start that fails is no crash.
                (PENDING, &[NOT_STARTED], "errored", Some(&[])),
                (RUNNING, &too_many, "errored", Some(&[])),
            ],
        );
    }
}
