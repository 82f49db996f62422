//! Builds that see every change of an input, also those that cargo does not see.

use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};

use tracing::debug;

use crate::inputs::{BuildRecord, ChangedInputs, RecordFile, canonicalize, is_locked};
use crate::process::build_error::BuildError;
use crate::process::cargo_build::build_dirs::BuildDirs;

/// Name of the record's file in the folder that it is about.
const RECORD_FILE: &str = "stratos-inputs.json";

/// A build of a package whose inputs were compared with those of the previous build.
///
/// Cargo compares modification times. A file that was put back with an older time would not be built.
#[derive(Debug)]
pub(super) struct TrackedBuild {
    cargo_toml: PathBuf,
    /// The record as it was when the build began.
    record: BuildRecord,
    record_path: PathBuf,
    changed: ChangedInputs,
    /// Whether the record was written when the build began.
    is_recorded: bool,
    target: PathBuf,
    /// Whether another cargo builds in the same folder, for which this build waits.
    pub(super) waits: bool,
}

impl TrackedBuild {
    /// Compares the inputs with those of the previous build in the same folder, and makes cargo build what differs.
    ///
    /// `state_dir` is the state folder, which contains no inputs.
    pub(super) fn begin(
        cargo: &OsStr,
        cargo_toml: &Path,
        dirs: &BuildDirs,
        state_dir: Option<&Path>,
    ) -> Self {
        let record_path = dirs.intermediate().join(RECORD_FILE);
        // Cargo creates the folder, with attributes that keep it out of backups.
        let mut file = RecordFile::open(&record_path);
        let record = file.as_mut().ok().and_then(RecordFile::read);
        let mut record = record.unwrap_or_default();
        let ignored = state_dir.map(canonicalize);
        let changed = record.update(cargo, cargo_toml, &dirs.folders(), ignored.as_deref());
        let written = match can_be_recorded(&changed) {
            true => file.and_then(|mut file| file.write(&record)),
            false => Err(io::Error::other("cargo may not see the changes")),
        };
        if let Err(error) = &written {
            debug!(path = ?record_path, %error, "the build's inputs are not recorded yet");
        }
        Self {
            cargo_toml: cargo_toml.to_owned(),
            record,
            record_path,
            changed,
            is_recorded: written.is_ok(),
            target: dirs.target().to_owned(),
            waits: dirs.folders().iter().any(|folder| is_locked(folder)),
        }
    }

    pub(super) fn cargo_toml(&self) -> &Path {
        &self.cargo_toml
    }

    /// Checks that cargo has built what differs. `is_fresh`: whether cargo built nothing.
    pub(super) fn check(&self, is_fresh: bool) -> Result<(), BuildError> {
        let mut files = self.changed.files.iter();
        match files.find(|file| self.record.is_input(&self.cargo_toml, file)) {
            Some(file) if is_fresh && !self.changed.are_invalidated => Err(BuildError::Stale {
                file: file.clone(),
                target: self.target.clone(),
            }),
            _ => Ok(()),
        }
    }

    /// Records the inputs after cargo has exited. `program` is what it has built, if it has.
    pub(super) fn end(self, program: Option<&Path>) {
        if program.is_none() && (self.is_recorded || !can_be_recorded(&self.changed)) {
            return;
        }
        self.write(|record, cargo_toml, _| {
            if let Some(program) = program {
                record.add_dep_info(cargo_toml, program);
            }
        });
    }

    /// Records the inputs after a command has built the package's tests.
    pub(super) fn end_tests(self) {
        if can_be_recorded(&self.changed) {
            self.write(BuildRecord::add_test_dep_info);
        }
    }

    /// `add` gets the record, the package's manifest and the folder of the record.
    fn write(self, add: impl FnOnce(&mut BuildRecord, &Path, &Path)) {
        let path = self.record_path.clone();
        if let Err(error) = self.try_write(add) {
            debug!(?path, %error, "the build's inputs were not recorded");
        }
    }

    fn try_write(self, add: impl FnOnce(&mut BuildRecord, &Path, &Path)) -> io::Result<()> {
        let mut file = RecordFile::open(&self.record_path)?;
        // Another process may have recorded a build meanwhile.
        let written = file.read().filter(|_| self.is_recorded);
        let mut record = written.unwrap_or(self.record);
        let folder = self.record_path.parent().unwrap_or(Path::new(""));
        add(&mut record, &self.cargo_toml, folder);
        file.write(&record)
    }
}

/// Whether cargo will build all changes. Others are recorded when it has built them: until then, each build is an error.
fn can_be_recorded(changed: &ChangedInputs) -> bool {
    changed.files.is_empty() || changed.are_invalidated
}

// Needs cargo, which tests for Windows do not have under Wine.
#[cfg(all(test, not(windows)))]
mod tests {
    use std::fs;

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
            "{0}/state/target/debug/p: {1}\n",
            root.path().display(),
            main.display()
        );
        write(
            "state/target/debug/p.d",
            &dep_info.replace(' ', "\\ ").replace(":\\ ", ": "),
        );
        let program = root.path().join("state/target/debug/p");
        #[expect(clippy::disallowed_methods, reason = "cargo sets it for tests")]
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let state_dir = root.path().join("state");
        let dirs = BuildDirs::find(&cargo, &cargo_toml, Some(&state_dir), &[]).unwrap();
        let begin = || TrackedBuild::begin(&cargo, &cargo_toml, &dirs, Some(&state_dir));

        begin().end(Some(&program));
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
        let unchangeable = dirs.target().join("debug/.fingerprint/p-1/dep-bin");
        fs::create_dir_all(&unchangeable).unwrap();
        assert!(
            begin().check(true).is_err(),
            "cargo was not made to build it"
        );
        fs::remove_dir(unchangeable).unwrap();
        write("p/src/main.rs", "three");
        assert!(begin().check(true).is_ok(), "cargo was made to build it");
    }

    #[test]
    fn builds_at_the_same_time_are_all_recorded_until_their_packages_are_removed() {
        let root = tempfile::tempdir().unwrap();
        let state_dir = root.path().join("state");
        let target = state_dir.join("target");
        // As cargo creates it in a build.
        fs::create_dir_all(target.join("debug/.fingerprint")).unwrap();
        let begin = |name: &str| {
            let cargo_toml = root.path().join(name).join("Cargo.toml");
            fs::create_dir(root.path().join(name)).unwrap();
            let package =
                format!("[package]\nname = \"{name}\"\n[workspace]\n[lib]\npath = \"lib.rs\"\n");
            fs::write(&cargo_toml, package).unwrap();
            fs::write(root.path().join(name).join("lib.rs"), "").unwrap();
            #[expect(clippy::disallowed_methods, reason = "cargo sets it for tests")]
            let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
            let dirs = BuildDirs::find(&cargo, &cargo_toml, Some(&state_dir), &[]).unwrap();
            TrackedBuild::begin(&cargo, &cargo_toml, &dirs, Some(&state_dir))
        };
        let first = begin("first");
        begin("second").end(Some(&target.join("second")));
        first.end(Some(&target.join("first")));
        let record = || fs::read_to_string(target.join(RECORD_FILE)).unwrap();
        for name in ["first/lib.rs", "second/lib.rs"] {
            assert!(record().contains(name), "{name}: {}", record());
        }
        let manifest = root.path().join("first/Cargo.toml");
        fs::rename(manifest, root.path().join("moved")).unwrap();
        begin("third").end(None);
        assert!(record().contains("first"), "it may return: {}", record());
        fs::remove_dir_all(root.path().join("first")).unwrap();
        begin("fourth").end(None);
        assert!(!record().contains("first"), "it was removed: {}", record());
    }
}
