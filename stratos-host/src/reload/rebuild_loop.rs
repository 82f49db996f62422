//! Detection of rebuild loops: builds that write their own inputs, so that each build causes the next one.

use std::collections::BTreeSet;
use std::mem;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Number of consecutive builds, each caused only by files that the build before it wrote, that count as a loop.
const LOOP_LENGTH: u32 = 4;

/// Detects rebuild loops of one plugin.
#[derive(Debug, Default)]
pub(super) struct RebuildLoopDetector {
    latest_build: Option<BuildPeriod>,
    /// Whether the latest build succeeded, so that it wrote every file that builds write.
    succeeded: bool,
    /// Inputs that were written during the latest build.
    written: BTreeSet<PathBuf>,
    /// Whether an input changed outside of builds since the start of the latest build.
    changed_by_user: bool,
    /// Inputs that each of the last `repetitions` builds wrote.
    repeated: BTreeSet<PathBuf>,
    repetitions: u32,
    /// Inputs whose changes during a build cause no further build.
    ignored: BTreeSet<PathBuf>,
}

/// The period of a build.
#[derive(Debug)]
struct BuildPeriod {
    start: SystemTime,
    /// None while the build runs.
    end: Option<SystemTime>,
}

impl RebuildLoopDetector {
    /// Records the start of a build. Returns the inputs that are ignored from now on because they form a loop.
    pub(super) fn build_started(&mut self, at: SystemTime) -> BTreeSet<PathBuf> {
        let mut written = mem::take(&mut self.written);
        let is_caused_by_build = !mem::take(&mut self.changed_by_user);
        if mem::take(&mut self.succeeded) {
            self.ignored.retain(|path| written.contains(path));
        }
        written.retain(|path| !self.ignored.contains(path));
        self.repetitions = match is_caused_by_build && !written.is_empty() {
            true if written == self.repeated => self.repetitions + 1,
            true => 1,
            false => 0,
        };
        self.repeated = written;
        self.latest_build = Some(BuildPeriod {
            start: at,
            end: None,
        });
        if self.repetitions < LOOP_LENGTH {
            return BTreeSet::new();
        }
        self.repetitions = 0;
        self.ignored.extend(self.repeated.iter().cloned());
        mem::take(&mut self.repeated)
    }

    /// Records the end of a build.
    pub(super) fn build_ended(&mut self, at: SystemTime, succeeded: bool) {
        if let Some(build) = &mut self.latest_build {
            build.end = Some(at);
        }
        self.succeeded = succeeded;
    }

    /// Whether the change of an input is followed by a build. `modified` is the file's modification time.
    pub(super) fn causes_build(&mut self, path: &Path, modified: Option<SystemTime>) -> bool {
        let is_during_build = |time| match &self.latest_build {
            Some(build) => time >= build.start && build.end.is_none_or(|end| time <= end),
            None => false,
        };
        if !modified.is_some_and(is_during_build) {
            self.changed_by_user = true;
            return true;
        }
        self.written.insert(path.to_owned());
        !self.ignored.contains(path)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    /// Simulates builds of two seconds, and saves by the user one minute later.
    struct Simulation {
        detector: RebuildLoopDetector,
        now: SystemTime,
    }

    impl Simulation {
        fn new() -> Self {
            Self {
                detector: RebuildLoopDetector::default(),
                now: SystemTime::UNIX_EPOCH,
            }
        }

        /// Runs a build that writes these inputs. Returns the number of inputs that are newly ignored, and the number
        /// of written inputs that cause another build.
        fn build(&mut self, writes: &[&str]) -> (usize, usize) {
            let ignored = self.detector.build_started(self.now).len();
            self.now += Duration::from_secs(1);
            let modified = Some(self.now);
            let causes = |path: &&&str| self.detector.causes_build(Path::new(**path), modified);
            let causing = writes.iter().filter(causes).count();
            self.now += Duration::from_secs(1);
            self.detector.build_ended(self.now, true);
            (ignored, causing)
        }

        fn save(&mut self, path: &str) -> bool {
            self.now += Duration::from_secs(60);
            self.detector.causes_build(Path::new(path), Some(self.now))
        }
    }

    #[test]
    fn an_input_that_every_build_writes_is_ignored() {
        let mut simulation = Simulation::new();
        for _ in 0..LOOP_LENGTH {
            assert_eq!(simulation.build(&["made.rs"]), (0, 1));
        }
        assert_eq!(simulation.build(&["made.rs"]), (1, 0), "reported once");
        assert!(simulation.save("main.rs"));
        assert_eq!(simulation.build(&["made.rs"]), (0, 0));
        assert!(simulation.save("made.rs"), "saved by the user");
        assert_eq!(simulation.build(&["made.rs"]), (0, 0));
        assert!(simulation.save("main.rs"));
        assert_eq!(simulation.build(&[]), (0, 0), "the build script is fixed");
        assert!(simulation.save("main.rs"));
        assert_eq!(
            simulation.build(&["made.rs"]),
            (0, 1),
            "saved during a build"
        );
    }

    #[test]
    fn saves_by_the_user_always_cause_builds() {
        let mut simulation = Simulation::new();
        for round in 0..20 {
            let saved = ["a.rs", "b.rs"][round % 2];
            assert_eq!(simulation.build(&[saved]), (0, 1), "different files");
        }
        for _ in 0..20 {
            assert_eq!(simulation.build(&["a.rs"]).0, 0);
            assert!(simulation.save("a.rs"), "saved between builds");
        }
    }
}
