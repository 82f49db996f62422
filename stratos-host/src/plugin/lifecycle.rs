//! The state machine of one plugin: events in, actions out. It does no I/O and reads no clock.
//!
//! The [actor](crate::plugin::actor) executes the actions in order, and reports the result of each before the next
//! event. A build and a pending start run concurrently with everything else.

use std::time::{Duration, Instant};

use crate::event::{PluginState, millis};
use crate::plugin::restart_backoff::RestartBackoff;

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
    fn handle_crash(&mut self, reason: String, now: Instant, random: f64) -> Vec<Action> {
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

    /// Applies the events in order; returns the final state and the actions of the last event.
    fn after(supervise: bool, steps: &[LifecycleEvent]) -> (&'static str, Option<Vec<Action>>) {
        let mut lifecycle = Lifecycle::new(supervise);
        let mut last = None;
        for step in steps {
            last = lifecycle.step(step.clone(), Instant::now(), 0.5);
        }
        (lifecycle.state().as_str(), last)
    }

    fn running() -> Vec<LifecycleEvent> {
        let built = LifecycleEvent::Built { unchanged: false };
        vec![LifecycleEvent::Start, built, LifecycleEvent::Started]
    }

    fn then(more: &[LifecycleEvent]) -> Vec<LifecycleEvent> {
        [&running()[..], more].concat()
    }

    const CHANGED: LifecycleEvent = LifecycleEvent::Changed { by_build: false };
    const BUILT: LifecycleEvent = LifecycleEvent::Built { unchanged: false };
    const UNCHANGED: LifecycleEvent = LifecycleEvent::Built { unchanged: true };

    fn crashed() -> LifecycleEvent {
        LifecycleEvent::Crashed("by itself".to_owned())
    }

    fn not_built() -> LifecycleEvent {
        LifecycleEvent::NotBuilt("no".to_owned())
    }

    fn not_started() -> LifecycleEvent {
        LifecycleEvent::NotStarted("no".to_owned())
    }

    #[test]
    fn a_start_builds_and_launches() {
        assert_eq!(
            after(false, &[LifecycleEvent::Start]),
            ("starting", Some(vec![Action::Build]))
        );
        assert_eq!(
            after(false, &[LifecycleEvent::Start, BUILT]),
            (
                "starting",
                Some(vec![Action::Launch(ProgramChoice::Newest)])
            )
        );
        assert_eq!(after(false, &running()), ("running", Some(vec![])));
        let errored = [
            vec![LifecycleEvent::Start, not_built()],
            vec![LifecycleEvent::Start, BUILT, not_started()],
            then(&[crashed()]),
        ];
        for steps in errored {
            assert_eq!(after(false, &steps), ("errored", Some(vec![])));
            let again = [&steps[..], &[LifecycleEvent::Start]].concat();
            assert_eq!(
                after(false, &again),
                ("starting", Some(vec![Action::Build]))
            );
        }
        assert_eq!(
            after(false, &then(&[LifecycleEvent::Start])),
            ("running", None)
        );
    }

    #[test]
    fn a_stop_stops_the_program_and_cancels_the_build() {
        assert_eq!(
            after(false, &then(&[CHANGED, LifecycleEvent::Stop])),
            ("stopping", Some(vec![Action::CancelBuild, Action::Stop]))
        );
        assert_eq!(
            after(false, &[LifecycleEvent::Start, LifecycleEvent::Stop]),
            ("stopped", Some(vec![Action::CancelBuild]))
        );
        assert_eq!(after(false, &[LifecycleEvent::Stop]), ("discovered", None));
    }

    #[test]
    fn a_pending_start_is_superseded_by_a_stop_or_a_newer_program() {
        let starting = [LifecycleEvent::Start, BUILT];
        let then = |more: &[LifecycleEvent]| after(false, &[&starting[..], more].concat());
        assert_eq!(
            then(&[LifecycleEvent::Stop]),
            ("stopping", Some(vec![Action::Stop]))
        );
        assert_eq!(then(&[CHANGED]), ("starting", Some(vec![Action::Build])));
        assert_eq!(
            then(&[CHANGED, BUILT]),
            (
                "starting",
                Some(vec![Action::Launch(ProgramChoice::Newest)])
            )
        );
        assert_eq!(then(&[CHANGED, UNCHANGED]), ("starting", Some(vec![])));
        assert_eq!(then(&[CHANGED, not_built()]), ("starting", Some(vec![])));
        assert_eq!(
            then(&[CHANGED, not_built(), LifecycleEvent::Started]).0,
            "running",
            "a failed build does not affect a pending start"
        );
        assert_eq!(
            then(&[CHANGED, not_started()]).0,
            "errored",
            "errored until the build has ended"
        );
    }

    #[test]
    fn a_pending_switch_is_superseded_like_a_pending_start() {
        let switching = then(&[CHANGED, BUILT]);
        let then = |more: &[LifecycleEvent]| after(false, &[&switching[..], more].concat());
        assert_eq!(
            then(&[LifecycleEvent::Stop]),
            ("stopping", Some(vec![Action::Stop]))
        );
        assert_eq!(
            then(&[CHANGED, BUILT]),
            ("running", Some(vec![Action::Switch]))
        );
        assert_eq!(then(&[LifecycleEvent::Update, UNCHANGED]).1, Some(vec![]));
        assert_eq!(
            then(&[crashed()]),
            ("running", Some(vec![])),
            "a start is pending"
        );
        assert_eq!(then(&[crashed(), not_started()]).0, "errored");
        assert_eq!(then(&[crashed(), LifecycleEvent::Switched]).0, "running");
        assert_eq!(then(&[LifecycleEvent::Kept, crashed()]).0, "errored");
    }

    #[test]
    fn a_change_is_built_while_the_old_version_runs() {
        assert_eq!(
            after(false, &then(&[CHANGED])),
            ("running", Some(vec![Action::Build]))
        );
        assert_eq!(
            after(false, &then(&[CHANGED, BUILT])),
            ("running", Some(vec![Action::Switch]))
        );
        assert_eq!(
            after(false, &then(&[CHANGED, UNCHANGED])),
            ("running", Some(vec![]))
        );
        assert_eq!(
            after(false, &then(&[CHANGED, not_built()])),
            ("running", Some(vec![]))
        );
        assert_eq!(
            after(false, &then(&[LifecycleEvent::Update, UNCHANGED])),
            ("running", Some(vec![Action::Switch])),
            "an update was requested"
        );
    }

    #[test]
    fn a_second_change_restarts_the_build_and_a_third_does_not() {
        assert_eq!(
            after(false, &then(&[CHANGED, CHANGED])).1,
            Some(vec![Action::Build])
        );
        assert_eq!(
            after(false, &then(&[CHANGED, CHANGED, CHANGED])).1,
            Some(vec![])
        );
        assert_eq!(
            after(false, &then(&[CHANGED, CHANGED, CHANGED, BUILT])).1,
            Some(vec![Action::Build, Action::Switch])
        );
        let by_build = LifecycleEvent::Changed { by_build: true };
        assert_eq!(
            after(false, &then(&[CHANGED, by_build.clone()])).1,
            Some(vec![])
        );
        assert_eq!(
            after(false, &then(&[CHANGED, by_build, not_built()])).1,
            Some(vec![Action::Build])
        );
    }

    #[test]
    fn a_change_restarts_an_errored_plugin_but_not_a_stopped_one() {
        let errored = [LifecycleEvent::Start, not_built(), CHANGED];
        assert_eq!(
            after(false, &errored),
            ("errored", Some(vec![Action::Build]))
        );
        let built = [&errored[..], &[BUILT]].concat();
        assert_eq!(
            after(false, &built),
            (
                "starting",
                Some(vec![Action::Launch(ProgramChoice::Newest)])
            )
        );
        let stopped = then(&[LifecycleEvent::Stop, LifecycleEvent::Stopped, CHANGED]);
        assert_eq!(after(false, &stopped), ("stopped", None));
    }

    #[test]
    fn a_supervised_plugin_restarts_its_last_good_program() {
        let (state, actions) = after(true, &then(&[crashed()]));
        assert_eq!(state, "backing-off");
        assert_eq!(
            actions,
            Some(vec![Action::Wait(Duration::from_millis(250))])
        );
        assert_eq!(
            after(true, &then(&[crashed(), LifecycleEvent::RetryDue])),
            (
                "starting",
                Some(vec![Action::Launch(ProgramChoice::LastGood)])
            )
        );
        let again = then(&[crashed(), LifecycleEvent::RetryDue, not_started()]);
        let twice = Some(vec![Action::Wait(Duration::from_millis(500))]);
        assert_eq!(after(true, &again), ("backing-off", twice));
        let saved = then(&[crashed(), CHANGED, BUILT, not_started()]);
        assert_eq!(
            after(true, &saved),
            (
                "backing-off",
                Some(vec![Action::Wait(Duration::from_millis(250))])
            ),
            "a change resets the crashes and keeps the last good program"
        );
        let back = [&saved[..], &[LifecycleEvent::RetryDue]].concat();
        assert_eq!(
            after(true, &back),
            (
                "starting",
                Some(vec![Action::Launch(ProgramChoice::LastGood)])
            )
        );
        let by_hand = then(&[crashed(), LifecycleEvent::Stop, LifecycleEvent::Start]);
        let by_hand = [&by_hand[..], &[BUILT, not_started()]].concat();
        assert_eq!(after(true, &by_hand).0, "errored");
        let first = [LifecycleEvent::Start, BUILT, not_started()];
        assert_eq!(
            after(true, &first),
            ("errored", Some(vec![])),
            "a first start that fails is no crash"
        );
        let build_id = [crashed(), LifecycleEvent::RetryDue, LifecycleEvent::Started];
        let build_ids = build_id.iter().cycle().take(13).cloned();
        let too_often = then(&build_ids.collect::<Vec<_>>());
        assert_eq!(after(true, &too_often), ("errored", Some(vec![])));
    }
}
