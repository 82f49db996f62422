//! Random histories of one plugin: whatever happens in whatever order, the rules hold.

use std::time::{Duration, Instant};

use proptest::prelude::*;

use crate::plugin::PluginState;
use crate::plugin::lifecycle::{Action, Happening, Lifecycle, Which};
use crate::plugin::supervision::{CRASHES, FIRST_DELAY, LONGEST_DELAY, WINDOW};

/// What happens next, as far as it can.
#[derive(Debug, Clone, Copy)]
enum Event {
    Start,
    Stop,
    Update,
    Save,
    SaveByBuild,
    BuildEnds { well: bool, same: bool },
    Crash,
    Time(u64),
}

/// What the actor would do, without doing it.
#[derive(Debug)]
struct World {
    lifecycle: Lifecycle,
    now: Instant,
    /// The sources, counted by their changes.
    saved: u32,
    /// Which sources the build under way began with.
    building: Option<u32>,
    /// Which sources the last build began with.
    begun: u32,
    /// The newest program.
    built: u32,
    /// The last program that started well.
    good: Option<u32>,
    /// What runs.
    session: Option<u32>,
    due: Option<Instant>,
    /// When crashed plugins were started again, since somebody did something about it.
    restarts: Vec<Instant>,
    /// How launches and switches end.
    outcomes: Vec<bool>,
    turn: usize,
}

impl World {
    fn new(supervise: bool, outcomes: Vec<bool>) -> Self {
        Self {
            lifecycle: Lifecycle::new(supervise),
            now: Instant::now(),
            saved: 1,
            building: None,
            begun: 0,
            built: 0,
            good: None,
            session: None,
            due: None,
            restarts: Vec::new(),
            outcomes,
            turn: 0,
        }
    }

    fn live(&mut self, event: Event) {
        match event {
            Event::Start => {
                if self.happens(Happening::Start) {
                    self.restarts.clear();
                }
            }
            Event::Stop => drop(self.happens(Happening::Stop)),
            Event::Update => drop(self.happens(Happening::Update)),
            Event::Save | Event::SaveByBuild => {
                self.saved += 1;
                self.restarts.clear();
                let by_build = matches!(event, Event::SaveByBuild);
                self.happens(Happening::Changed { by_build });
            }
            Event::BuildEnds { well, same } => self.build_ends(well, same),
            Event::Crash => {
                if self.session.take().is_some() {
                    self.happens(Happening::Crashed("by itself".to_owned()));
                }
            }
            Event::Time(millis) => {
                let later = self.now + Duration::from_millis(millis);
                while let Some(due) = self.due.take_if(|due| *due <= later) {
                    self.now = due;
                    self.happens(Happening::Due);
                }
                self.now = later;
            }
        }
        self.check();
    }

    fn build_ends(&mut self, well: bool, same: bool) {
        let Some(sources) = self.building.take() else {
            return;
        };
        if !well {
            self.happens(Happening::NotBuilt("no".to_owned()));
            return;
        }
        self.built = sources;
        let same = same && self.session.is_some();
        if same {
            self.session = Some(sources);
        }
        self.happens(Happening::Built { same });
    }

    fn happens(&mut self, happening: Happening) -> bool {
        let Some(actions) = self.lifecycle.step(happening, self.now, 0.5) else {
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
                self.building = Some(self.saved);
                self.begun = self.saved;
            }
            Action::GiveUpBuild => assert!(self.building.take().is_some(), "there is a build"),
            Action::Launch(which) => {
                assert_eq!(self.session, None, "never two at once");
                let program = match which {
                    Which::Newest => self.built,
                    Which::LastGood => {
                        self.restarts.push(self.now);
                        self.good.expect("it ran before")
                    }
                };
                let outcome = if self.outcome() {
                    self.session = Some(program);
                    self.good = Some(program);
                    Happening::Started
                } else {
                    Happening::NotStarted("no".to_owned())
                };
                assert!(self.happens(outcome), "a launch has a consequence");
            }
            Action::Switch => {
                assert!(self.session.is_some(), "something is there to replace");
                let outcome = match (self.outcome(), self.outcome()) {
                    (true, _) => {
                        self.session = Some(self.built);
                        self.good = self.session;
                        Happening::Switched
                    }
                    (false, true) => Happening::Kept,
                    (false, false) => {
                        self.session = None;
                        Happening::NotStarted("no".to_owned())
                    }
                };
                assert!(self.happens(outcome), "a switch has a consequence");
            }
            Action::End => {
                assert!(self.session.take().is_some(), "on_stop is for what runs");
                assert!(self.happens(Happening::Stopped), "an end has a consequence");
            }
            Action::Wait(delay) => {
                let bounds = FIRST_DELAY.mul_f64(0.8)..=LONGEST_DELAY.mul_f64(1.2);
                assert!(bounds.contains(&delay), "{delay:?}");
                self.due = Some(self.now + delay);
            }
        }
    }

    fn outcome(&mut self) -> bool {
        self.turn += 1;
        self.outcomes[self.turn % self.outcomes.len()]
    }

    /// What must be true between any two events.
    fn check(&self) {
        let state = self.lifecycle.state();
        let runs = *state == PluginState::Running;
        assert_eq!(runs, self.session.is_some(), "{self:?}");
        assert_ne!(*state, PluginState::Stopping, "an end is done to its end");
        if *state == PluginState::Starting {
            assert!(self.building.is_some(), "what starts is being built");
        }
        if let PluginState::BackingOff { .. } = state {
            assert!(self.due.is_some(), "who waits will be woken");
        }
        let follows = !matches!(state, PluginState::Discovered | PluginState::Stopped);
        if follows && self.begun < self.saved {
            let is_coming = self.building.is_some() && self.lifecycle.is_stale();
            assert!(is_coming, "a change was lost: {self:?}");
        }
        let recent = |restart: &&Instant| self.now.duration_since(**restart) < WINDOW;
        // One that was planned before the last change, which forgets the crashes, may come on top.
        assert!(self.restarts.iter().filter(recent).count() <= CRASHES);
    }

    /// With sources that are good now, the newest of them runs soon.
    fn settle(&mut self) {
        self.outcomes = vec![true];
        self.live(Event::Save);
        for _ in 0..3 {
            self.live(Event::BuildEnds {
                well: true,
                same: false,
            });
        }
        assert_eq!(self.building, None, "it comes to rest");
        if !matches!(
            self.lifecycle.state(),
            PluginState::Discovered | PluginState::Stopped
        ) {
            assert_eq!(self.session, Some(self.saved), "{self:?}");
        }
    }

    fn close(&mut self) {
        self.happens(Happening::Close);
        assert_eq!((self.session, self.building), (None, None), "{self:?}");
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
        3 => Just(Event::Save),
        1 => Just(Event::SaveByBuild),
        5 => (any::<bool>(), any::<bool>()).prop_map(|(well, same)| Event::BuildEnds { well, same }),
        4 => Just(Event::Crash),
        4 => prop_oneof![0..400_u64, 0..70_000_u64].prop_map(Event::Time),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_history_breaks_a_rule(
        supervise: bool,
        outcomes in prop::collection::vec(any::<bool>(), 1..20),
        events in prop::collection::vec(event(), 0..60),
        settles: bool,
    ) {
        let mut world = World::new(supervise, outcomes);
        for event in events {
            world.live(event);
        }
        if settles {
            world.settle();
        }
        world.close();
    }

    /// Nobody does anything about it, so the number of its lives is bounded.
    #[test]
    fn a_plugin_that_always_crashes_rests(times in prop::collection::vec(0..40_000_u64, 1..60)) {
        let mut world = World::new(true, vec![true]);
        world.live(Event::Start);
        world.live(Event::BuildEnds { well: true, same: false });
        for millis in times {
            world.live(Event::Time(millis));
            world.live(Event::Crash);
        }
        world.close();
    }
}
