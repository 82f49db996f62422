//! The record of what a plugin was built from.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::hash::{DefaultHasher, Hasher as _};
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;

use crate::inputs::build_inputs::{BuildInputs, package_of};
use crate::inputs::canonical_path::canonicalize;
use crate::inputs::cargo_freshness::invalidate;
use crate::inputs::packages::PathPackages;
use crate::inputs::scan::{ScanScope, scan};
use crate::inputs::snapshot::Snapshot;

/// The inputs of a plugin's builds in one target folder, with their contents before the latest build.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct BuildRecord {
    inputs: BuildInputs,
    contents: Snapshot,
}

/// The inputs that have another content than before the previous build.
#[derive(Debug, Default)]
pub(crate) struct ChangedInputs {
    /// Files that the previous program was built from.
    pub(crate) files: Vec<PathBuf>,
    /// Whether cargo was made to build them again, so that it does so even if their times are older.
    pub(crate) are_invalidated: bool,
}

impl BuildRecord {
    /// Reads a record; an empty one if there is none, or if another version of the shell has written it.
    pub(crate) fn load(path: &Path) -> Self {
        let text = fs::read_to_string(path).unwrap_or_default();
        match serde_json::from_str::<(String, Self)>(&text) {
            Ok((version, record)) if version == record_version() => record,
            _ => Self::default(),
        }
    }

    /// Writes the record.
    ///
    /// # Errors
    ///
    /// When the file cannot be written, or contains a path that is not Unicode.
    pub(crate) fn save(&self, path: &Path) -> io::Result<()> {
        // A shell may be killed at any time, and `cargo stratos test` may read the file meanwhile.
        let mut file = NamedTempFile::new_in(path.parent().unwrap_or(Path::new(".")))?;
        serde_json::to_writer(BufWriter::new(&mut file), &(record_version(), self))?;
        file.persist(path)?;
        Ok(())
    }

    /// Reads the inputs before a build, and makes cargo build what has another content than before the previous one.
    ///
    /// `build_dirs` are the folders that cargo keeps what it builds in; `ignored` contains no inputs.
    pub(crate) fn update(
        &mut self,
        cargo: &OsStr,
        cargo_toml: &Path,
        build_dirs: &[PathBuf],
        ignored: &Path,
    ) -> ChangedInputs {
        let find = || PathPackages::find(cargo, cargo_toml);
        let package = cargo_toml.parent().map(canonicalize).unwrap_or_default();
        let known = self.inputs.packages.by_folder.get(&package);
        let is_usable = known.is_some_and(|package| !package.name.is_empty());
        let (mut files, are_invalidated) = if is_usable {
            let files = self.update_known(find, ignored);
            let times = files.iter().filter_map(|path| self.contents.modified(path));
            // Cargo itself notices that a file was removed.
            let are_invalidated = times.min().is_none_or(|oldest| {
                let packages = self.inputs.packages.owners(&files);
                invalidate(build_dirs, &packages, oldest)
            });
            (files, are_invalidated)
        } else {
            // The first build, a record that is gone, or a link to the package that leads to another folder now:
            // nobody knows which contents cargo has built.
            self.inputs.packages = find();
            let files = self.read_contents(ignored);
            let packages: Vec<_> = self.inputs.packages.by_folder.values().collect();
            let all_times = SystemTime::UNIX_EPOCH;
            (files, invalidate(build_dirs, &packages, all_times))
        };
        files.retain(|path| self.inputs.dep_info.contains(path));
        ChangedInputs {
            files,
            are_invalidated,
        }
    }

    /// Adds the inputs that cargo has listed beside a program it has built. `package` is the folder that cargo was
    /// given.
    pub(crate) fn add_dep_info(&mut self, program: &Path, package: &Path) {
        self.inputs.read_dep_info(program, package);
        self.contents.add(&self.inputs.dep_info);
    }

    /// Reads the inputs, and finds the packages again if these may have changed. Returns the files that have changed.
    fn update_known(&mut self, find: impl Fn() -> PathPackages, ignored: &Path) -> Vec<PathBuf> {
        let known: BTreeSet<_> = self.contents.paths().cloned().collect();
        let packages = self.inputs.packages.clone();
        let mut changed = self.read_contents(ignored);
        let affects_packages = |path: &PathBuf| path.ends_with("Cargo.toml") || path.is_dir();
        if changed.iter().any(affects_packages) {
            self.inputs.packages.update(find());
            changed.extend(self.read_contents(ignored));
        }
        // A new file matters to build scripts only: whatever else uses it was changed, or did not build without it.
        let is_read_by_script = |path: &Path| {
            let mut packages = path
                .ancestors()
                .filter_map(|above| packages.by_folder.get(above));
            packages.any(|package| package.has_build_script)
        };
        changed.retain(|path| known.contains(path) || is_read_by_script(path));
        changed
    }

    /// Forgets the contents of the inputs that have another content in the newer record of another package, whose build
    /// may have built the units that both have in common. Returns whether the record has changed.
    pub(crate) fn forget_outdated(&mut self, newer: &Self) -> bool {
        self.contents.forget_outdated(&newer.contents)
    }

    /// Reads all files that may be inputs. Returns those that have changed.
    fn read_contents(&mut self, ignored: &Path) -> Vec<PathBuf> {
        let mut scope = ScanScope {
            ignored: vec![ignored.to_owned()],
            ..ScanScope::default()
        };
        self.inputs.add_to(&mut scope);
        let (mut files, _) = scan(&scope);
        let manifests = files.iter().filter(|path| path.ends_with("Cargo.toml"));
        let packages = manifests
            .filter_map(|path| path.parent())
            .map(Path::to_owned);
        let packages: Vec<_> = packages.collect();
        let packages = packages.iter().map(PathBuf::as_path).collect();
        files.retain(|path| self.inputs.may_include(path, package_of(path, &packages)));
        self.contents.update_files(&files)
    }
}

/// Version of the record's format, and of the hashes in it: those of the standard library may change with the compiler.
fn record_version() -> String {
    let mut hasher = DefaultHasher::new();
    hasher.write(b"content");
    format!("{} {:016x}", env!("CARGO_PKG_VERSION"), hasher.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_record_of_another_version_is_not_used() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("record.json");
        let mut record = BuildRecord::default();
        record.inputs.dep_info.insert("src/main.rs".into());
        record.save(&path).unwrap();
        let loaded = || BuildRecord::load(&path).inputs.dep_info.len();
        assert_eq!(loaded(), 1);
        let text = fs::read_to_string(&path).unwrap();
        fs::write(&path, text.replace(&record_version(), "0.0.1 0")).unwrap();
        assert_eq!(loaded(), 0);
    }
}
