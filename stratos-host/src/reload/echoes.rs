//! Files that builds write themselves: each build would be followed by another one for ever.

use std::collections::BTreeSet;
use std::mem;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use stratos_transport::guard::Guard;

/// So many builds in a row that were caused by nothing but the same files of the build before are no chance.
const ENOUGH: u32 = 4;

/// What one plugin's builds have written among their own inputs.
#[derive(Debug, Default)]
pub(super) struct Echoes {
    /// When the last build began and ended.
    last: Option<(SystemTime, Option<SystemTime>)>,
    /// It came to its end, so what it did not write is not written by each build.
    is_whole: bool,
    /// What was written while it ran.
    written: BTreeSet<PathBuf>,
    /// Something else has changed since it began.
    otherwise: bool,
    /// What the builds before have written, and how many in a row.
    same: BTreeSet<PathBuf>,
    times: u32,
    /// Not followed while a build runs.
    ignored: BTreeSet<PathBuf>,
}

impl Echoes {
    /// A build begins. Returns the files that are not followed from now on, if they are others than before.
    pub(super) fn build_begins(&mut self, now: SystemTime) -> BTreeSet<PathBuf> {
        let mut written = mem::take(&mut self.written);
        let alone = !mem::take(&mut self.otherwise);
        if mem::take(&mut self.is_whole) {
            self.ignored.retain(|path| written.contains(path));
        }
        written.retain(|path| !self.ignored.contains(path));
        self.times = match alone && !written.is_empty() {
            true if written == self.same => self.times + 1,
            true => 1,
            false => 0,
        };
        self.same = written;
        self.last = Some((now, None));
        if self.times < ENOUGH || !Guard::Echoes.is_on() {
            return BTreeSet::new();
        }
        self.times = 0;
        self.ignored.extend(self.same.iter().cloned());
        mem::take(&mut self.same)
    }

    /// It ended, by itself if it is whole.
    pub(super) fn build_ends(&mut self, now: SystemTime, is_whole: bool) {
        if let Some((_, end)) = &mut self.last {
            *end = Some(now);
        }
        self.is_whole = is_whole;
    }

    /// Whether a build should follow the change of a file that says when it was written.
    pub(super) fn follows(&mut self, path: &Path, written: Option<SystemTime>) -> bool {
        let during = |time| match self.last {
            Some((begin, end)) => time >= begin && end.is_none_or(|end| time <= end),
            None => false,
        };
        if !written.is_some_and(during) {
            self.otherwise = true;
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

    /// Builds of a second each, a minute apart unless something was written.
    struct Builds(Echoes, SystemTime);

    impl Builds {
        /// Returns the files that are not followed from now on, and how many of those that it wrote are followed.
        fn build(&mut self, writes: &[&str]) -> (usize, usize) {
            let told = self.0.build_begins(self.1).len();
            self.1 += Duration::from_secs(1);
            let time = Some(self.1);
            let follows = |path: &&&str| self.0.follows(Path::new(**path), time);
            let followed = writes.iter().filter(follows).count();
            self.1 += Duration::from_secs(1);
            self.0.build_ends(self.1, true);
            (told, followed)
        }

        fn save(&mut self, path: &str) -> bool {
            self.1 += Duration::from_secs(60);
            self.0.follows(Path::new(path), Some(self.1))
        }
    }

    fn builds() -> Builds {
        Builds(Echoes::default(), SystemTime::UNIX_EPOCH)
    }

    #[test]
    fn what_each_build_writes_is_not_followed_for_ever() {
        let mut builds = builds();
        for _ in 0..ENOUGH {
            assert_eq!(builds.build(&["made.rs"]), (0, 1));
        }
        assert_eq!(builds.build(&["made.rs"]), (1, 0), "said once");
        assert!(builds.save("main.rs"));
        assert_eq!(builds.build(&["made.rs"]), (0, 0));
        assert!(builds.save("made.rs"), "by a person");
        assert_eq!(builds.build(&["made.rs"]), (0, 0));
        assert!(builds.save("main.rs"));
        assert_eq!(builds.build(&[]), (0, 0), "it is repaired");
        assert!(builds.save("main.rs"));
        assert_eq!(builds.build(&["made.rs"]), (0, 1), "saved meanwhile");
    }

    #[test]
    fn whoever_saves_all_the_time_is_followed() {
        let mut builds = builds();
        for round in 0..20 {
            let saved = ["a.rs", "b.rs"][round % 2];
            assert_eq!(builds.build(&[saved]), (0, 1), "not the same file");
        }
        for _ in 0..20 {
            assert_eq!(builds.build(&["a.rs"]).0, 0);
            assert!(builds.save("a.rs"), "also between the builds");
        }
    }
}
