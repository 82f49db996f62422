//! The record of what cargo has built in a folder.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::fs::File;
use std::hash::{DefaultHasher, Hasher as _};
use std::io::{self, BufReader, BufWriter, Seek as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use serde::{Deserialize, Serialize};

use crate::inputs::build_inputs::{BuildInputs, package_of};
use crate::inputs::canonical_path::canonicalize;
use crate::inputs::cargo_freshness::{dep_infos, invalidate};
use crate::inputs::packages::{PathPackage, PathPackages, names_packages, owners};
use crate::inputs::scan::{ScanScope, scan};
use crate::inputs::snapshot::Snapshot;

/// The inputs of all builds in one folder, with their contents before the latest build. Builds share the results of
/// the packages that they have in common.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct BuildRecord {
    /// Inputs of the latest build of a plugin, by the folder of its package.
    builds: BTreeMap<PathBuf, BuildInputs>,
    contents: Snapshot,
}

/// The inputs that have another content than before the previous build.
#[derive(Debug, Default)]
pub(crate) struct ChangedInputs {
    pub(crate) files: Vec<PathBuf>,
    /// Whether cargo was made to build them again, so that it does so even if their times are older.
    pub(crate) are_invalidated: bool,
}

impl BuildRecord {
    /// Reads the inputs before a build, and makes cargo build what has another content than before the previous one.
    ///
    /// `build_dirs` are the folders that cargo keeps what it builds in; `ignored` contains no inputs.
    pub(crate) fn update(
        &mut self,
        cargo: &OsStr,
        cargo_toml: &Path,
        build_dirs: &[PathBuf],
        ignored: Option<&Path>,
    ) -> ChangedInputs {
        // A manifest that is missing for a moment is still that of the package.
        self.builds.retain(|package, _| package.is_dir());
        let recorded = self.packages();
        let package = package_folder(cargo_toml);
        let mut inputs = self.builds.remove(&package).unwrap_or_default();

        let mut changed = self.contents.update_recorded();
        let mut new = self.contents.add(&find_files(&inputs, ignored));
        let affects_packages = |path: &PathBuf| names_packages(path) || path.is_dir();
        if !recorded.contains_key(&package) || changed.iter().chain(&new).any(affects_packages) {
            inputs
                .packages
                .update(PathPackages::find(cargo, cargo_toml, true));
            new.extend(self.contents.add(&find_files(&inputs, ignored)));
        }
        self.builds.insert(package, inputs);

        // A new file matters to build scripts only: whatever else uses it was changed, or did not build without it.
        let is_read_by_script = |path: &PathBuf| {
            let mut packages = path.ancestors().filter_map(|above| recorded.get(above));
            packages.any(|package| package.has_build_script)
        };
        changed.extend(new.into_iter().filter(is_read_by_script));

        let packages = self.packages();
        let times = changed
            .iter()
            .filter_map(|path| self.contents.modified(path));
        // Cargo itself notices that a file was removed.
        let mut are_invalidated = times.min().is_none_or(|oldest| {
            let affected = owners(&packages, &changed);
            invalidate(build_dirs, &affected, oldest)
        });
        // Cargo may have built these from any content: the record is new, or was lost.
        let unrecorded = packages
            .iter()
            .filter(|(folder, _)| !recorded.contains_key(*folder));
        let unrecorded: Vec<_> = unrecorded.map(|(_, package)| package).collect();
        if !unrecorded.is_empty() {
            are_invalidated &= invalidate(build_dirs, &unrecorded, SystemTime::UNIX_EPOCH);
        }
        ChangedInputs {
            files: changed,
            are_invalidated,
        }
    }

    /// Adds the inputs that cargo has listed beside a program that it has built.
    pub(crate) fn add_dep_info(&mut self, cargo_toml: &Path, program: &Path) {
        let inputs = self.builds.entry(package_folder(cargo_toml)).or_default();
        inputs.read_dep_info(program, cargo_toml.parent().unwrap_or(Path::new("")));
        self.contents.add(&inputs.dep_info);
    }

    /// Adds the inputs that the compiler has listed for the package's tests in this target folder.
    pub(crate) fn add_test_dep_info(&mut self, cargo_toml: &Path, build_dir: &Path) {
        let inputs = self.builds.entry(package_folder(cargo_toml)).or_default();
        for dep_info in dep_infos(build_dir) {
            inputs.add_unit(&dep_info, cargo_toml.parent().unwrap_or(Path::new("")));
        }
        self.contents.add(&inputs.dep_info);
    }

    /// Whether the latest program of a package was built from this file.
    pub(crate) fn is_input(&self, cargo_toml: &Path, file: &Path) -> bool {
        let inputs = self.builds.get(&package_folder(cargo_toml));
        inputs.is_some_and(|inputs| inputs.dep_info.contains(file))
    }

    /// The packages of all builds whose manifests are valid, by folder.
    fn packages(&self) -> BTreeMap<PathBuf, PathPackage> {
        let packages = self
            .builds
            .values()
            .flat_map(|inputs| &inputs.packages.by_folder);
        let packages = packages.filter(|(_, package)| !package.name.is_empty());
        packages
            .map(|(folder, package)| (folder.clone(), package.clone()))
            .collect()
    }
}

/// The file of a record. Only one process has it open at a time, such as `cargo stratos run` or `test`.
#[derive(Debug)]
pub(crate) struct RecordFile(File);

impl RecordFile {
    /// Opens or creates the file, when no other process has it open.
    ///
    /// # Errors
    ///
    /// When the folder cannot be opened, such as before cargo has created it.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        let mut options = File::options();
        let file = options.read(true).write(true).create(true).truncate(false);
        let file = file.open(path)?;
        // Not every file system has locks.
        let _ = file.lock();
        Ok(Self(file))
    }

    /// Reads the record; None if the file is new, damaged, or of another version of the shell.
    pub(crate) fn read(&mut self) -> Option<BuildRecord> {
        self.0.rewind().ok()?;
        match serde_json::from_reader::<_, (String, BuildRecord)>(BufReader::new(&self.0)) {
            Ok((version, record)) if version == record_version() => Some(record),
            _ => None,
        }
    }

    /// Replaces the record. If the process is killed meanwhile, the file is damaged, and cargo builds all packages again.
    ///
    /// # Errors
    ///
    /// When the file cannot be written, or the record contains a path that is not Unicode.
    pub(crate) fn write(&mut self, record: &BuildRecord) -> io::Result<()> {
        self.0.rewind()?;
        self.0.set_len(0)?;
        let mut writer = BufWriter::new(&self.0);
        serde_json::to_writer(&mut writer, &(record_version(), record))?;
        writer.flush()
    }
}

fn package_folder(cargo_toml: &Path) -> PathBuf {
    cargo_toml.parent().map(canonicalize).unwrap_or_default()
}

/// All files that may be inputs.
fn find_files(inputs: &BuildInputs, ignored: Option<&Path>) -> BTreeSet<PathBuf> {
    let mut scope = ScanScope {
        ignored: ignored.map(Path::to_owned).into_iter().collect(),
        ..ScanScope::default()
    };
    inputs.add_to(&mut scope);
    let (mut files, _) = scan(&scope);
    let manifests = files.iter().filter(|path| path.ends_with("Cargo.toml"));
    let packages = manifests
        .filter_map(|path| path.parent())
        .map(Path::to_owned);
    let packages: Vec<_> = packages.collect();
    let packages = packages.iter().map(PathBuf::as_path).collect();
    files.retain(|path| inputs.may_include(path, package_of(path, &packages)));
    files
}

/// Version of the record's format, and of the hashes in it: those of the standard library may change with the compiler.
fn record_version() -> String {
    let mut hasher = DefaultHasher::new();
    hasher.write(b"content");
    format!("{} {:016x}", env!("CARGO_PKG_VERSION"), hasher.finish())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn the_record_of_another_version_is_not_used() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("record.json");
        let mut file = RecordFile::open(&path).unwrap();
        assert!(file.read().is_none());
        file.write(&BuildRecord::default()).unwrap();
        assert!(file.read().is_some());
        let text = fs::read_to_string(&path).unwrap();
        fs::write(&path, text.replace(&record_version(), "0.0.1 0")).unwrap();
        assert!(file.read().is_none());
    }

    #[test]
    fn one_process_at_a_time_has_the_record_open() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("record.json");
        let file = RecordFile::open(&path).unwrap();
        let other = File::open(&path).unwrap();
        assert!(other.try_lock().is_err());
        drop(file);
        other.try_lock().unwrap();
    }
}
