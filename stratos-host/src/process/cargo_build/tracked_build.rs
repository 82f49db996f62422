//! Builds that see every change of an input, also those that cargo does not see.

use std::ffi::OsStr;
use std::fs;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};

use tracing::debug;

use crate::inputs::{BuildRecord, ChangedInputs, canonicalize, is_locked};
use crate::process::build_error::BuildError;
use crate::process::cargo_build::build_dirs::BuildDirs;

/// End of the names of records in a target folder.
const RECORD_SUFFIX: &str = ".inputs.json";

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

impl TrackedBuild {
    /// Compares the inputs with those of the previous build in the same folder, and makes cargo build what differs.
    ///
    /// `state_dir` is the state folder, which contains no inputs.
    pub(super) fn begin(
        cargo: &OsStr,
        cargo_toml: &Path,
        dirs: &BuildDirs,
        state_dir: &Path,
    ) -> Self {
        let package = cargo_toml.parent().unwrap_or(Path::new("")).to_owned();
        // Not in the state folder: the record is about this target folder, which several state folders may use.
        let record_path = dirs.target().join(record_name(cargo_toml));
        let mut record = BuildRecord::load(&record_path);
        let ignored = canonicalize(state_dir);
        let changed = record.update(cargo, cargo_toml, &dirs.folders(), &ignored);
        let build = Self {
            record,
            record_path,
            changed,
            target: dirs.target().to_owned(),
            waits: dirs.folders().iter().any(|folder| is_locked(folder)),
            package,
        };
        build.save_inputs();
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

    /// Records the inputs as they were before the build.
    ///
    /// Changes that cargo may not see are recorded when it has built them: until then, each build is an error.
    pub(super) fn save_inputs(&self) {
        if self.changed.files.is_empty() || self.changed.are_invalidated {
            self.save();
        }
    }

    fn save(&self) {
        // Cargo creates the target folder, with attributes that keep it out of backups.
        if let Err(error) = self.record.save(&self.record_path) {
            debug!(path = ?self.record_path, %error, "the build's inputs were not recorded");
        }
        for path in self.other_records() {
            let mut other = BuildRecord::load(&path);
            if other.forget_outdated(&self.record)
                && let Err(error) = other.save(&path)
            {
                debug!(?path, %error, "the record of another package was not updated");
            }
        }
    }

    /// Paths of the records of other packages in the same target folder.
    fn other_records(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(&self.target).into_iter().flatten();
        let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
        let is_other = |path: &PathBuf| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            name.ends_with(RECORD_SUFFIX) && *path != self.record_path
        };
        paths.filter(is_other).collect()
    }
}

/// Name of the record's file, which is different for each package.
fn record_name(cargo_toml: &Path) -> String {
    let mut hasher = DefaultHasher::new();
    std::path::absolute(cargo_toml).ok().hash(&mut hasher);
    format!("stratos-{:016x}{RECORD_SUFFIX}", hasher.finish())
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
        let dirs = BuildDirs::find(&cargo, &cargo_toml, &state_dir, &[]).unwrap();
        let begin = || TrackedBuild::begin(&cargo, &cargo_toml, &dirs, &state_dir);

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
}
