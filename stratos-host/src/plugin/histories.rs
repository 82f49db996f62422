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
    BuildEnds {
        well: bool,
        same: bool,
    },
    /// What is on its way arrives, or else what it should replace runs on, if that can be.
    ArrivalEnds {
        well: bool,
        kept: bool,
    },
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
    /// What is on its way, and whether it should replace something.
    arriving: Option<(u32, bool)>,
    due: Option<Instant>,
    /// When crashed plugins were started again, since somebody did something about it.
    restarts: Vec<Instant>,
}

impl World {
    fn new(supervise: bool) -> Self {
        Self {
            lifecycle: Lifecycle::new(supervise),
            now: Instant::now(),
            saved: 1,
            building: None,
            begun: 0,
            built: 0,
            good: None,
            session: None,
            arriving: None,
            due: None,
            restarts: Vec::new(),
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
            Event::ArrivalEnds { well, kept } => self.arrival_ends(well, kept),
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
        let there = match &mut self.arriving {
            Some((program, _)) => Some(program),
            None => self.session.as_mut(),
        };
        let same = same && there.is_some();
        if let Some(there) = there.filter(|_| same) {
            *there = sources;
        }
        self.happens(Happening::Built { same });
    }

    fn arrival_ends(&mut self, well: bool, kept: bool) {
        let Some((program, is_switch)) = self.arriving.take() else {
            return;
        };
        let outcome = match (well, is_switch) {
            (true, _) => {
                (self.session, self.good) = (Some(program), Some(program));
                match is_switch {
                    true => Happening::Switched,
                    false => Happening::Started,
                }
            }
            (false, true) if kept && self.session.is_some() => Happening::Kept,
            (false, _) => {
                self.session = None;
                Happening::NotStarted("no".to_owned())
            }
        };
        assert!(self.happens(outcome), "an arrival has a consequence");
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
                self.arriving = Some((program, false));
            }
            Action::Switch => {
                let is_replaced = self.session.is_some() || self.arriving.is_some();
                assert!(is_replaced, "something is there to replace");
                self.arriving = Some((self.built, true));
            }
            Action::End => {
                let (session, arriving) = (self.session.take(), self.arriving.take());
                let is_there = session.is_some() || arriving.is_some();
                assert!(is_there, "there is something to end");
                assert!(self.happens(Happening::Stopped), "an end has a consequence");
            }
            Action::Wait(delay) => {
                let bounds = FIRST_DELAY.mul_f64(0.8)..=LONGEST_DELAY.mul_f64(1.2);
                assert!(bounds.contains(&delay), "{delay:?}");
                self.due = Some(self.now + delay);
            }
        }
    }

    /// What must be true between any two events.
    fn check(&self) {
        let state = self.lifecycle.state();
        let runs = *state == PluginState::Running;
        // What crashes while its successor is on its way leaves the state to that.
        let is_replaced = matches!(self.arriving, Some((_, true)));
        assert_eq!(runs, self.session.is_some() || is_replaced, "{self:?}");
        assert_ne!(*state, PluginState::Stopping, "an end is done to its end");
        if *state == PluginState::Starting {
            let comes = self.building.is_some() || self.arriving.is_some();
            assert!(comes, "what starts is built or is on its way");
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
        self.live(Event::Save);
        for _ in 0..3 {
            self.live(Event::BuildEnds {
                well: true,
                same: false,
            });
            self.live(Event::ArrivalEnds {
                well: true,
                kept: true,
            });
        }
        let under_way = (self.building, self.arriving);
        assert_eq!(under_way, (None, None), "it comes to rest");
        if !matches!(
            self.lifecycle.state(),
            PluginState::Discovered | PluginState::Stopped
        ) {
            assert_eq!(self.session, Some(self.saved), "{self:?}");
        }
    }

    fn close(&mut self) {
        self.happens(Happening::Close);
        let left = (self.session, self.building, self.arriving);
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
        3 => Just(Event::Save),
        1 => Just(Event::SaveByBuild),
        5 => (any::<bool>(), any::<bool>()).prop_map(|(well, same)| Event::BuildEnds { well, same }),
        5 => (any::<bool>(), any::<bool>()).prop_map(|(well, kept)| Event::ArrivalEnds { well, kept }),
        4 => Just(Event::Crash),
        4 => prop_oneof![0..400_u64, 0..70_000_u64].prop_map(Event::Time),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_history_breaks_a_rule(
        supervise: bool,
        events in prop::collection::vec(event(), 0..80),
        settles: bool,
    ) {
        let mut world = World::new(supervise);
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
        let mut world = World::new(true);
        world.live(Event::Start);
        world.live(Event::BuildEnds { well: true, same: false });
        for millis in times {
            world.live(Event::ArrivalEnds { well: true, kept: true });
            world.live(Event::Time(millis));
            world.live(Event::Crash);
        }
        world.close();
    }
}
