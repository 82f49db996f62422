//! What follows from what happens to a plugin, decided without doing anything.
//!
//! Whoever carries the actions out does so one after the other, and says what came of each before anything else
//! happens. Two things run beside: a build, and the arrival of a program, which is its launch or its switch.

use std::time::{Duration, Instant};

use crate::plugin::PluginState;
use crate::plugin::supervision::Supervision;

/// What can happen to a plugin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Happening {
    /// Somebody asks for a start.
    Start,
    /// Somebody asks for a stop.
    Stop,
    /// Somebody asks for the newest version.
    Update,
    /// Something that its program is built from is another now.
    Changed {
        /// The build itself may have done it: no reason to begin it anew.
        by_build: bool,
    },
    /// The build ended well.
    Built {
        /// With the very program that is on its way, or else with the one that runs.
        same: bool,
    },
    /// The build failed.
    NotBuilt(String),
    /// A launch ended well.
    Started,
    /// A launch failed, or a switch that left nothing running.
    NotStarted(String),
    /// A switch ended well.
    Switched,
    /// A switch failed, and an older version runs.
    Kept,
    /// It ended by itself.
    Crashed(String),
    /// The wait after a crash is over.
    Due,
    /// It has ended as asked.
    Stopped,
    /// The shell ends.
    Close,
}

/// What is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    /// Begin a build beside everything else, instead of one that is under way.
    Build,
    /// End the build that is under way.
    GiveUpBuild,
    /// Begin to start this program while nothing runs, instead of one that is on its way.
    Launch(Which),
    /// Begin to put the newest program in the place of the one that runs, instead of one that is on its way.
    Switch,
    /// End what runs, with its `on_stop`, and what is on its way.
    End,
    /// Say so when this time is over.
    Wait(Duration),
}

/// A program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Which {
    /// The one that was built last.
    Newest,
    /// The one that started well last.
    LastGood,
}

/// One plugin's state and what its next depends on.
#[derive(Debug)]
pub(crate) struct Lifecycle {
    state: PluginState,
    build: Option<Build>,
    /// A launch or a switch has begun, and nobody knows yet how it ends.
    arriving: bool,
    /// Without it, a crash is the end.
    supervision: Option<Supervision>,
}

/// A build that is under way.
#[derive(Debug, Clone, Copy, Default)]
struct Build {
    /// Something changed since it began.
    stale: bool,
    /// The one before was given up for it, so it may come to its end: who saves all the time sees something, too.
    spared: bool,
    /// Somebody asked for the switch, also to the very program that runs.
    asked: bool,
}

impl Lifecycle {
    pub(crate) fn new(supervise: bool) -> Self {
        Self {
            state: PluginState::Discovered,
            build: None,
            arriving: false,
            supervision: supervise.then(Supervision::default),
        }
    }

    pub(crate) fn state(&self) -> &PluginState {
        &self.state
    }

    /// Whether another build follows the one that is under way.
    pub(crate) fn is_stale(&self) -> bool {
        self.build.is_some_and(|build| build.stale)
    }

    /// What to do now; `None` where this cannot happen now, and nothing follows.
    ///
    /// `chance` lies between 0 and 1.
    pub(crate) fn step(
        &mut self,
        happening: Happening,
        now: Instant,
        chance: f64,
    ) -> Option<Vec<Action>> {
        match happening {
            Happening::Start => self.start(),
            Happening::Stop => self.stop(),
            Happening::Update => self.update(),
            Happening::Changed { by_build } => self.changed(by_build),
            Happening::Built { same } => self.built(same),
            Happening::NotBuilt(reason) => self.not_built(reason),
            Happening::Started => self.started(now),
            Happening::NotStarted(reason) => self.not_started(reason, now, chance),
            Happening::Switched => self.switched(now),
            Happening::Kept => self.kept(),
            Happening::Crashed(reason) => self.crashed(reason, now, chance),
            Happening::Due => self.due(),
            Happening::Stopped => self.stopped(),
            Happening::Close => Some(self.close()),
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
        self.forget_all();
        self.state = PluginState::Starting;
        self.build = Some(Build::default());
        Some(vec![Action::Build])
    }

    fn stop(&mut self) -> Option<Vec<Action>> {
        let end = match self.state {
            PluginState::Running => Some(Action::End),
            PluginState::Starting => self.arriving.then_some(Action::End),
            PluginState::BackingOff { .. } => None,
            _ => return None,
        };
        self.arriving = false;
        self.state = match end {
            Some(_) => PluginState::Stopping,
            None => PluginState::Stopped,
        };
        Some(self.give_up_build().into_iter().chain(end).collect())
    }

    fn update(&mut self) -> Option<Vec<Action>> {
        if self.state != PluginState::Running {
            return None;
        }
        let actions = self.begin_build(false);
        if let Some(build) = &mut self.build {
            build.asked = true;
        }
        Some(actions)
    }

    fn changed(&mut self, by_build: bool) -> Option<Vec<Action>> {
        match self.state {
            PluginState::Running
            | PluginState::Starting
            | PluginState::BackingOff { .. }
            | PluginState::Errored { .. } => {}
            // Its next start builds anyway.
            _ => return None,
        }
        if let Some(supervision) = &mut self.supervision {
            supervision.reset();
        }
        Some(self.begin_build(by_build))
    }

    fn built(&mut self, same: bool) -> Option<Vec<Action>> {
        let build = self.build.take()?;
        let mut actions = self.follow(build);
        match self.state {
            // Whoever asked gets what is on its way.
            _ if same && self.arriving => {}
            PluginState::Running if same && !build.asked => {}
            PluginState::Running => actions.push(self.arrive(Action::Switch)),
            PluginState::Starting
            | PluginState::BackingOff { .. }
            | PluginState::Errored { .. } => {
                self.state = PluginState::Starting;
                actions.push(self.arrive(Action::Launch(Which::Newest)));
            }
            _ => {}
        }
        Some(actions)
    }

    fn not_built(&mut self, reason: String) -> Option<Vec<Action>> {
        let build = self.build.take()?;
        let actions = self.follow(build);
        if actions.is_empty()
            && !self.arriving
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
        self.arriving = false;
        (self.state == PluginState::Running).then(Vec::new)
    }

    fn not_started(&mut self, reason: String, now: Instant, chance: f64) -> Option<Vec<Action>> {
        match self.state {
            PluginState::Starting | PluginState::Running => {}
            _ => return None,
        }
        self.arriving = false;
        let was_up = self.supervision.as_ref().is_some_and(Supervision::was_up);
        if was_up {
            return Some(self.fall(reason, now, chance));
        }
        self.state = PluginState::Errored { reason };
        Some(Vec::new())
    }

    fn switched(&mut self, now: Instant) -> Option<Vec<Action>> {
        if self.state != PluginState::Running {
            return None;
        }
        self.arriving = false;
        if let Some(supervision) = &mut self.supervision {
            supervision.up(now);
        }
        Some(Vec::new())
    }

    fn crashed(&mut self, reason: String, now: Instant, chance: f64) -> Option<Vec<Action>> {
        if self.state != PluginState::Running {
            return None;
        }
        if self.arriving {
            // Its successor is on its way, and says how that ends.
            return Some(Vec::new());
        }
        Some(self.fall(reason, now, chance))
    }

    fn due(&mut self) -> Option<Vec<Action>> {
        let PluginState::BackingOff { .. } = self.state else {
            return None;
        };
        self.state = PluginState::Starting;
        Some(vec![self.arrive(Action::Launch(Which::LastGood))])
    }

    fn stopped(&mut self) -> Option<Vec<Action>> {
        if self.state != PluginState::Stopping {
            return None;
        }
        self.state = PluginState::Stopped;
        Some(Vec::new())
    }

    fn close(&mut self) -> Vec<Action> {
        // Whatever was on its way or under way; nothing is left to do where nothing was.
        self.stop()
            .unwrap_or_else(|| self.give_up_build().into_iter().collect())
    }

    /// After a crash: errored, or under supervision started again after a delay.
    fn fall(&mut self, reason: String, now: Instant, chance: f64) -> Vec<Action> {
        let delay = self
            .supervision
            .as_mut()
            .and_then(|supervision| supervision.crashed(now, chance));
        match delay {
            Some(delay) => {
                let retry_in_ms = u64::try_from(delay.as_millis()).unwrap_or(u64::MAX);
                self.state = PluginState::BackingOff {
                    reason,
                    retry_in_ms,
                };
                vec![Action::Wait(delay)]
            }
            None => {
                self.forget_all();
                self.state = PluginState::Errored { reason };
                Vec::new()
            }
        }
    }

    fn arrive(&mut self, how: Action) -> Action {
        self.arriving = true;
        how
    }

    fn begin_build(&mut self, by_build: bool) -> Vec<Action> {
        match &mut self.build {
            Some(build) if by_build || build.spared => {
                build.stale = true;
                return Vec::new();
            }
            Some(build) => {
                build.spared = true;
                build.stale = false;
            }
            None => self.build = Some(Build::default()),
        }
        vec![Action::Build]
    }

    /// The build that follows one that has ended, if something changed meanwhile.
    fn follow(&mut self, ended: Build) -> Vec<Action> {
        if !ended.stale {
            return Vec::new();
        }
        self.build = Some(Build {
            asked: ended.asked,
            ..Build::default()
        });
        vec![Action::Build]
    }

    fn give_up_build(&mut self) -> Option<Action> {
        self.build.take().map(|_| Action::GiveUpBuild)
    }

    fn forget_all(&mut self) {
        if let Some(supervision) = &mut self.supervision {
            supervision.forget();
        }
    }
}

impl PluginState {
    /// One word for it.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Listed { .. } => "listed",
            Self::Discovered => "discovered",
            Self::Starting => "starting",
            Self::Running => "running",
            Self::Stopping => "stopping",
            Self::Stopped => "stopped",
            Self::BackingOff { .. } => "backing-off",
            Self::Errored { .. } => "errored",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Takes these steps one after the other, and returns the state and the actions of the last one.
    fn after(supervise: bool, steps: &[Happening]) -> (&'static str, Option<Vec<Action>>) {
        let mut lifecycle = Lifecycle::new(supervise);
        let mut last = None;
        for step in steps {
            last = lifecycle.step(step.clone(), Instant::now(), 0.5);
        }
        (lifecycle.state().word(), last)
    }

    fn running() -> Vec<Happening> {
        let built = Happening::Built { same: false };
        vec![Happening::Start, built, Happening::Started]
    }

    fn then(more: &[Happening]) -> Vec<Happening> {
        [&running()[..], more].concat()
    }

    const SAVED: Happening = Happening::Changed { by_build: false };
    const BUILT: Happening = Happening::Built { same: false };
    const SAME: Happening = Happening::Built { same: true };

    fn crashed() -> Happening {
        Happening::Crashed("by itself".to_owned())
    }

    fn not_built() -> Happening {
        Happening::NotBuilt("no".to_owned())
    }

    fn not_started() -> Happening {
        Happening::NotStarted("no".to_owned())
    }

    #[test]
    fn a_start_builds_and_launches() {
        assert_eq!(
            after(false, &[Happening::Start]),
            ("starting", Some(vec![Action::Build]))
        );
        assert_eq!(
            after(false, &[Happening::Start, BUILT]),
            ("starting", Some(vec![Action::Launch(Which::Newest)]))
        );
        assert_eq!(after(false, &running()), ("running", Some(vec![])));
        let errored = [
            vec![Happening::Start, not_built()],
            vec![Happening::Start, BUILT, not_started()],
            then(&[crashed()]),
        ];
        for steps in errored {
            assert_eq!(after(false, &steps), ("errored", Some(vec![])));
            let again = [&steps[..], &[Happening::Start]].concat();
            assert_eq!(
                after(false, &again),
                ("starting", Some(vec![Action::Build]))
            );
        }
        assert_eq!(after(false, &then(&[Happening::Start])), ("running", None));
    }

    #[test]
    fn a_stop_ends_what_runs_and_gives_up_what_is_built() {
        assert_eq!(
            after(false, &then(&[SAVED, Happening::Stop])),
            ("stopping", Some(vec![Action::GiveUpBuild, Action::End]))
        );
        assert_eq!(
            after(false, &[Happening::Start, Happening::Stop]),
            ("stopped", Some(vec![Action::GiveUpBuild]))
        );
        assert_eq!(after(false, &[Happening::Stop]), ("discovered", None));
    }

    #[test]
    fn what_is_on_its_way_gives_way_to_a_stop_and_to_something_newer() {
        let starting = [Happening::Start, BUILT];
        let then = |more: &[Happening]| after(false, &[&starting[..], more].concat());
        assert_eq!(
            then(&[Happening::Stop]),
            ("stopping", Some(vec![Action::End]))
        );
        assert_eq!(then(&[SAVED]), ("starting", Some(vec![Action::Build])));
        assert_eq!(
            then(&[SAVED, BUILT]),
            ("starting", Some(vec![Action::Launch(Which::Newest)]))
        );
        assert_eq!(then(&[SAVED, SAME]), ("starting", Some(vec![])));
        assert_eq!(then(&[SAVED, not_built()]), ("starting", Some(vec![])));
        assert_eq!(
            then(&[SAVED, not_built(), Happening::Started]).0,
            "running",
            "what does not build keeps nothing else from its start"
        );
        assert_eq!(
            then(&[SAVED, not_started()]).0,
            "errored",
            "until the build has ended"
        );
    }

    #[test]
    fn a_switch_gives_way_as_a_start_does() {
        let switching = then(&[SAVED, BUILT]);
        let then = |more: &[Happening]| after(false, &[&switching[..], more].concat());
        assert_eq!(
            then(&[Happening::Stop]),
            ("stopping", Some(vec![Action::End]))
        );
        assert_eq!(
            then(&[SAVED, BUILT]),
            ("running", Some(vec![Action::Switch]))
        );
        assert_eq!(then(&[Happening::Update, SAME]).1, Some(vec![]));
        assert_eq!(
            then(&[crashed()]),
            ("running", Some(vec![])),
            "its successor is on its way"
        );
        assert_eq!(then(&[crashed(), not_started()]).0, "errored");
        assert_eq!(then(&[crashed(), Happening::Switched]).0, "running");
        assert_eq!(then(&[Happening::Kept, crashed()]).0, "errored");
    }

    #[test]
    fn a_saved_file_is_built_beside_the_running_version() {
        assert_eq!(
            after(false, &then(&[SAVED])),
            ("running", Some(vec![Action::Build]))
        );
        assert_eq!(
            after(false, &then(&[SAVED, BUILT])),
            ("running", Some(vec![Action::Switch]))
        );
        assert_eq!(
            after(false, &then(&[SAVED, SAME])),
            ("running", Some(vec![]))
        );
        assert_eq!(
            after(false, &then(&[SAVED, not_built()])),
            ("running", Some(vec![]))
        );
        assert_eq!(
            after(false, &then(&[Happening::Update, SAME])),
            ("running", Some(vec![Action::Switch])),
            "somebody asked for it"
        );
    }

    #[test]
    fn a_second_save_begins_the_build_anew_and_a_third_one_lets_it_end() {
        assert_eq!(
            after(false, &then(&[SAVED, SAVED])).1,
            Some(vec![Action::Build])
        );
        assert_eq!(after(false, &then(&[SAVED, SAVED, SAVED])).1, Some(vec![]));
        assert_eq!(
            after(false, &then(&[SAVED, SAVED, SAVED, BUILT])).1,
            Some(vec![Action::Build, Action::Switch])
        );
        let by_build = Happening::Changed { by_build: true };
        assert_eq!(
            after(false, &then(&[SAVED, by_build.clone()])).1,
            Some(vec![])
        );
        assert_eq!(
            after(false, &then(&[SAVED, by_build, not_built()])).1,
            Some(vec![Action::Build])
        );
    }

    #[test]
    fn a_saved_file_brings_an_errored_plugin_back_and_leaves_a_stopped_one() {
        let errored = [Happening::Start, not_built(), SAVED];
        assert_eq!(
            after(false, &errored),
            ("errored", Some(vec![Action::Build]))
        );
        let built = [&errored[..], &[BUILT]].concat();
        assert_eq!(
            after(false, &built),
            ("starting", Some(vec![Action::Launch(Which::Newest)]))
        );
        let stopped = then(&[Happening::Stop, Happening::Stopped, SAVED]);
        assert_eq!(after(false, &stopped), ("stopped", None));
    }

    #[test]
    fn a_supervised_crash_waits_and_starts_the_last_good_program() {
        let (state, actions) = after(true, &then(&[crashed()]));
        assert_eq!(state, "backing-off");
        assert_eq!(
            actions,
            Some(vec![Action::Wait(Duration::from_millis(250))])
        );
        assert_eq!(
            after(true, &then(&[crashed(), Happening::Due])),
            ("starting", Some(vec![Action::Launch(Which::LastGood)]))
        );
        let again = then(&[crashed(), Happening::Due, not_started()]);
        let twice = Some(vec![Action::Wait(Duration::from_millis(500))]);
        assert_eq!(after(true, &again), ("backing-off", twice));
        let saved = then(&[crashed(), SAVED, BUILT, not_started()]);
        assert_eq!(
            after(true, &saved),
            (
                "backing-off",
                Some(vec![Action::Wait(Duration::from_millis(250))])
            ),
            "a save forgets the crashes, but not that there is a good program"
        );
        let back = [&saved[..], &[Happening::Due]].concat();
        assert_eq!(
            after(true, &back),
            ("starting", Some(vec![Action::Launch(Which::LastGood)]))
        );
        let by_hand = then(&[crashed(), Happening::Stop, Happening::Start]);
        let by_hand = [&by_hand[..], &[BUILT, not_started()]].concat();
        assert_eq!(after(true, &by_hand).0, "errored");
        let first = [Happening::Start, BUILT, not_started()];
        assert_eq!(
            after(true, &first),
            ("errored", Some(vec![])),
            "what never ran did not crash"
        );
        let round = [crashed(), Happening::Due, Happening::Started];
        let rounds = round.iter().cycle().take(13).cloned();
        let too_often = then(&rounds.collect::<Vec<_>>());
        assert_eq!(after(true, &too_often), ("errored", Some(vec![])));
    }
}
