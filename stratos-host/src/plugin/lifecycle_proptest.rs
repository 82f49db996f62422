//! Property tests of the state machine: invariants hold for random sequences of events.

use std::time::{Duration, Instant};

use proptest::prelude::*;

use crate::event::PluginState;
use crate::plugin::lifecycle::{Action, Lifecycle, LifecycleEvent, ProgramChoice};
use crate::plugin::restart_backoff::{FIRST_DELAY, MAX_CRASHES, MAX_DELAY, WINDOW};

/// A generated input; one that the simulation does not allow is skipped.
#[derive(Debug, Clone, Copy)]
enum Event {
    Start,
    Stop,
    Update,
    Change,
    ChangeByBuild,
    BuildEnds {
        succeeds: bool,
        unchanged: bool,
    },
    /// The pending start ends. After a failure, `kept` says whether the replaced program still runs.
    StartEnds {
        succeeds: bool,
        kept: bool,
    },
    Crash,
    Time(u64),
}

/// A simulation of the actor, which counts programs and sources instead of running them.
#[derive(Debug)]
struct Simulation {
    lifecycle: Lifecycle,
    now: Instant,
    /// Version of the sources.
    sources: u32,
    /// Source version of the running build.
    building: Option<u32>,
    /// Source version of the latest build that began.
    begun: u32,
    /// Source version of the newest program.
    built: u32,
    /// Source version of the last program that started successfully.
    last_good: Option<u32>,
    /// Source version of the running program.
    session: Option<u32>,
    /// Source version of the pending start, and whether it replaces a running program.
    pending: Option<(u32, bool)>,
    /// Time of the next restart.
    retry_at: Option<Instant>,
    /// Times of automatic restarts since the last start request or change.
    restarts: Vec<Instant>,
}

impl Simulation {
    fn new(supervise: bool) -> Self {
        Self {
            lifecycle: Lifecycle::new(supervise),
            now: Instant::now(),
            sources: 1,
            building: None,
            begun: 0,
            built: 0,
            last_good: None,
            session: None,
            pending: None,
            retry_at: None,
            restarts: Vec::new(),
        }
    }

    fn apply(&mut self, event: Event) {
        match event {
            Event::Start => {
                if self.handle_event(LifecycleEvent::Start) {
                    self.restarts.clear();
                }
            }
            Event::Stop => drop(self.handle_event(LifecycleEvent::Stop)),
            Event::Update => drop(self.handle_event(LifecycleEvent::Update)),
            Event::Change | Event::ChangeByBuild => {
                self.sources += 1;
                self.restarts.clear();
                let by_build = matches!(event, Event::ChangeByBuild);
                self.handle_event(LifecycleEvent::Changed { by_build });
            }
            Event::BuildEnds {
                succeeds,
                unchanged,
            } => self.build_ends(succeeds, unchanged),
            Event::StartEnds { succeeds, kept } => self.start_ends(succeeds, kept),
            Event::Crash => {
                if self.session.take().is_some() {
                    self.handle_event(LifecycleEvent::Crashed("crashed".to_owned()));
                }
            }
            Event::Time(millis) => {
                let later = self.now + Duration::from_millis(millis);
                while let Some(retry_at) = self.retry_at.take_if(|time| *time <= later) {
                    self.now = retry_at;
                    self.handle_event(LifecycleEvent::RetryDue);
                }
                self.now = later;
            }
        }
        self.check();
    }

    fn build_ends(&mut self, succeeds: bool, unchanged: bool) {
        let Some(built) = self.building.take() else {
            return;
        };
        if !succeeds {
            self.handle_event(LifecycleEvent::NotBuilt("no".to_owned()));
            return;
        }
        self.built = built;
        let current = match &mut self.pending {
            Some((program, _)) => Some(program),
            None => self.session.as_mut(),
        };
        let unchanged = unchanged && current.is_some();
        if let Some(current) = current.filter(|_| unchanged) {
            *current = built;
        }
        self.handle_event(LifecycleEvent::Built { unchanged });
    }

    fn start_ends(&mut self, succeeds: bool, kept: bool) {
        let Some((program, is_switch)) = self.pending.take() else {
            return;
        };
        let outcome = match (succeeds, is_switch) {
            (true, _) => {
                (self.session, self.last_good) = (Some(program), Some(program));
                match is_switch {
                    true => LifecycleEvent::Switched,
                    false => LifecycleEvent::Started,
                }
            }
            (false, true) if kept && self.session.is_some() => LifecycleEvent::Kept,
            (false, _) => {
                self.session = None;
                LifecycleEvent::NotStarted("no".to_owned())
            }
        };
        assert!(
            self.handle_event(outcome),
            "the outcome of a start is accepted"
        );
    }

    fn handle_event(&mut self, event: LifecycleEvent) -> bool {
        let Some(actions) = self.lifecycle.step(event, self.now, 0.5) else {
            return false;
        };
        for action in actions {
            self.act(action);
        }
        true
    }

    fn act(&mut self, action: Action) {
        match action {
            Action::Build => {
                self.building = Some(self.sources);
                self.begun = self.sources;
            }
            Action::CancelBuild => assert!(self.building.take().is_some(), "no build is running"),
            Action::Launch(choice) => {
                assert_eq!(self.session, None, "two programs at once");
                let program = match choice {
                    ProgramChoice::Newest => self.built,
                    ProgramChoice::LastGood => {
                        self.restarts.push(self.now);
                        self.last_good.expect("a program has started before")
                    }
                };
                self.pending = Some((program, false));
            }
            Action::Switch => {
                let is_replaced = self.session.is_some() || self.pending.is_some();
                assert!(is_replaced, "a switch replaces nothing");
                self.pending = Some((self.built, true));
            }
            Action::Stop => {
                let (session, pending) = (self.session.take(), self.pending.take());
                let is_active = session.is_some() || pending.is_some();
                assert!(is_active, "a stop stops nothing");
                assert!(
                    self.handle_event(LifecycleEvent::Stopped),
                    "a stop is accepted"
                );
            }
            Action::Wait(delay) => {
                let bounds = FIRST_DELAY.mul_f64(0.8)..=MAX_DELAY.mul_f64(1.2);
                assert!(bounds.contains(&delay), "{delay:?}");
                self.retry_at = Some(self.now + delay);
            }
        }
    }

    /// Checks the invariants, which hold between any two events.
    fn check(&self) {
        let state = self.lifecycle.state();
        let runs = *state == PluginState::Running;
        // While a replacement is pending, a crash does not change the state.
        let is_replaced = matches!(self.pending, Some((_, true)));
        assert_eq!(runs, self.session.is_some() || is_replaced, "{self:?}");
        assert_ne!(
            *state,
            PluginState::Stopping,
            "a stop completes within one event"
        );
        if *state == PluginState::Starting {
            let progresses = self.building.is_some() || self.pending.is_some();
            assert!(progresses, "nothing leads out of `starting`");
        }
        if let PluginState::BackingOff { .. } = state {
            assert!(self.retry_at.is_some(), "no restart is scheduled");
        }
        let follows = !matches!(state, PluginState::Discovered | PluginState::Stopped);
        if follows && self.begun < self.sources {
            let is_rebuilt = self.building.is_some() && self.lifecycle.is_stale();
            assert!(is_rebuilt, "a change was lost: {self:?}");
        }
        let recent = |restart: &&Instant| self.now.duration_since(**restart) < WINDOW;
        // A restart that was scheduled before the last change, which resets the crashes, may be added.
        assert!(self.restarts.iter().filter(recent).count() <= MAX_CRASHES);
    }

    /// Changes the sources once more, with builds and starts that succeed: the newest version must run.
    fn settle(&mut self) {
        self.apply(Event::Change);
        for _ in 0..3 {
            self.apply(Event::BuildEnds {
                succeeds: true,
                unchanged: false,
            });
            self.apply(Event::StartEnds {
                succeeds: true,
                kept: true,
            });
        }
        let running = (self.building, self.pending);
        assert_eq!(running, (None, None), "a build or a start is still running");
        if !matches!(
            self.lifecycle.state(),
            PluginState::Discovered | PluginState::Stopped
        ) {
            assert_eq!(self.session, Some(self.sources), "{self:?}");
        }
    }

    fn close(&mut self) {
        self.handle_event(LifecycleEvent::Close);
        let left = (self.session, self.building, self.pending);
        assert_eq!(left, (None, None, None), "{self:?}");
        assert!(
            matches!(
                self.lifecycle.state(),
                PluginState::Discovered | PluginState::Stopped | PluginState::Errored { .. }
            ),
            "{self:?}"
        );
    }
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        2 => Just(Event::Start),
        1 => Just(Event::Stop),
        1 => Just(Event::Update),
        3 => Just(Event::Change),
        1 => Just(Event::ChangeByBuild),
        5 => (any::<bool>(), any::<bool>()).prop_map(|(succeeds, unchanged)| Event::BuildEnds { succeeds, unchanged }),
        5 => (any::<bool>(), any::<bool>()).prop_map(|(succeeds, kept)| Event::StartEnds { succeeds, kept }),
        4 => Just(Event::Crash),
        4 => prop_oneof![0..400_u64, 0..70_000_u64].prop_map(Event::Time),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn invariants_hold_for_random_events(
        supervise: bool,
        events in prop::collection::vec(event(), 0..80),
        settles: bool,
    ) {
        let mut simulation = Simulation::new(supervise);
        for event in events {
            simulation.apply(event);
        }
        if settles {
            simulation.settle();
        }
        simulation.close();
    }

    /// Without requests or changes, the number of restarts is bounded.
    #[test]
    fn a_plugin_that_always_crashes_is_not_restarted_forever(times in prop::collection::vec(0..40_000_u64, 1..60)) {
        let mut simulation = Simulation::new(true);
        simulation.apply(Event::Start);
        simulation.apply(Event::BuildEnds { succeeds: true, unchanged: false });
        for millis in times {
            simulation.apply(Event::StartEnds { succeeds: true, kept: true });
            simulation.apply(Event::Time(millis));
            simulation.apply(Event::Crash);
        }
        simulation.close();
    }
}
