//! Builds that see every change of an input, also those that cargo does not see.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};

use tracing::debug;

use crate::inputs::{BuildRecord, ChangedInputs, canonicalize, is_locked};
use crate::process::build::BuildError;
use crate::process::build_dirs::BuildDirs;

/// A build of a package whose inputs were compared with those of the previous build.
///
/// Cargo compares modification times. A file that was put back with an older time would not be built.
#[derive(Debug)]
pub(super) struct TrackedBuild {
    record: BuildRecord,
    record_path: PathBuf,
    changed: ChangedInputs,
    target: PathBuf,
    /// Whether another cargo builds in the same folder, for which this build waits.
    pub(super) waits: bool,
    package: PathBuf,
}

/// Prepares `cargo test` of a package. Returns additional arguments for cargo, with which it builds in the folder of
/// `cargo stratos run`, and what differs from the build before.
///
/// `state_dir` is the state folder, which exists; `args` are the arguments for cargo.
#[must_use]
pub fn prepare_tests(
    cargo: &OsStr,
    cargo_toml: &Path,
    state_dir: &Path,
    args: &[OsString],
) -> Vec<OsString> {
    let own = state_dir.join("target");
    let dirs = BuildDirs::find(cargo, cargo_toml, &own, args);
    let dirs = dirs.unwrap_or_else(|| BuildDirs::own(&own, args));
    let programs_dir = state_dir.join("programs");
    // Without the folder, the record is not saved.
    let _ = fs::create_dir_all(&programs_dir);
    TrackedBuild::begin(cargo, cargo_toml, &dirs, &programs_dir);
    dirs.args()
}

impl TrackedBuild {
    /// Compares the inputs with those of the previous build in the same folder, and makes cargo build what differs.
    ///
    /// `programs_dir` is the folder for the record, within the state folder.
    pub(super) fn begin(
        cargo: &OsStr,
        cargo_toml: &Path,
        dirs: &BuildDirs,
        programs_dir: &Path,
    ) -> Self {
        let package = cargo_toml.parent().unwrap_or(Path::new("")).to_owned();
        let record_path = programs_dir.join(record_name(cargo_toml, dirs));
        let mut record = BuildRecord::load(&record_path);
        let state_dir = canonicalize(programs_dir.parent().unwrap_or(programs_dir));
        let changed = record.update(cargo, cargo_toml, &dirs.folders(), &state_dir);
        let build = Self {
            record,
            record_path,
            changed,
            target: dirs.target().to_owned(),
            waits: dirs.folders().iter().any(|folder| is_locked(folder)),
            package,
        };
        // Changes that cargo may not see are recorded when it has built them: until then, each build is an error.
        if build.changed.files.is_empty() || build.changed.are_invalidated {
            build.save();
        }
        build
    }

    /// Checks that cargo has built what differs. `is_fresh`: whether cargo built nothing.
    pub(super) fn check(&self, is_fresh: bool) -> Result<(), BuildError> {
        match self.changed.files.first() {
            Some(file) if is_fresh && !self.changed.are_invalidated => Err(BuildError::Stale {
                file: file.clone(),
                target: self.target.clone(),
            }),
            _ => Ok(()),
        }
    }

    /// Records the inputs of the program that was built.
    pub(super) fn end(mut self, program: &Path) {
        self.record.add_dep_info(program, &self.package);
        self.save();
    }

    fn save(&self) {
        if let Err(error) = self.record.save(&self.record_path) {
            debug!(path = ?self.record_path, %error, "the build's inputs were not recorded");
        }
    }
}

/// Name of the record's file, which is different for each package and target folder.
fn record_name(cargo_toml: &Path, dirs: &BuildDirs) -> String {
    let mut hasher = DefaultHasher::new();
    (std::path::absolute(cargo_toml).ok(), dirs.target()).hash(&mut hasher);
    format!("{:016x}.inputs.json", hasher.finish())
}

// Needs cargo, which tests for Windows do not have under Wine.
#[cfg(all(test, not(windows)))]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_cargo_wrongly_takes_for_current_is_an_error() {
        let root = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            let path = root.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, text).unwrap();
            path
        };
        let package =
            "[package]\nname = \"p\"\nversion = \"1.0.0\"\nedition = \"2024\"\n[workspace]\n";
        let cargo_toml = write("p/Cargo.toml", package);
        let main = write("p/src/main.rs", "one");
        let dep_info = format!(
            "{0}/t/debug/p: {1}\n",
            root.path().display(),
            main.display()
        );
        write(
            "t/debug/p.d",
            &dep_info.replace(' ', "\\ ").replace(":\\ ", ": "),
        );
        let program = root.path().join("t/debug/p");
        #[expect(clippy::disallowed_methods, reason = "cargo sets it for tests")]
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let target = root.path().join("t");
        let dirs = BuildDirs::find(&cargo, &cargo_toml, &target, &[]).unwrap();
        let programs_dir = root.path().join("state/programs");
        fs::create_dir_all(&programs_dir).unwrap();
        let begin = || TrackedBuild::begin(&cargo, &cargo_toml, &dirs, &programs_dir);

        begin().end(&program);
        assert!(begin().check(true).is_ok(), "nothing changed");
        write("p/src/main.rs", "two");
        let changed = begin();
        assert!(changed.check(false).is_ok(), "cargo has built it");
        let error = changed.check(true).unwrap_err().to_string();
        assert!(error.contains("main.rs again, although"), "{error}");
        assert!(
            begin().check(true).is_err(),
            "the next build is an error too"
        );
        let unchangeable = target.join("debug/.fingerprint/p-1/dep-bin");
        fs::create_dir_all(&unchangeable).unwrap();
        assert!(
            begin().check(true).is_err(),
            "cargo was not made to build it"
        );
        fs::remove_dir(unchangeable).unwrap();
        write("p/src/main.rs", "three");
        assert!(begin().check(true).is_ok(), "cargo was made to build it");
    }
}
