//! Cargo's knowledge of what is built already.
//!
//! Cargo takes a unit for fresh unless one of its inputs has a later modification time than the unit's dep-info file,
//! `.fingerprint/*/dep-*`, or, for the run of a build script, than the script's output, `build/*/output`
//! (rust-lang/cargo#6529).

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::inputs::packages::PathPackage;

/// Makes cargo build the units of these packages again that have a file with this modification time as an input, and
/// run those of their build scripts again that ran since.
///
/// `build_dirs` are target folders. False if none of them has the layout that this function knows, or if a file of
/// cargo cannot be changed: then cargo may take a unit for fresh.
pub(super) fn invalidate(
    build_dirs: &[PathBuf],
    packages: &[&PathPackage],
    modified: SystemTime,
) -> bool {
    let profiles: Vec<_> = build_dirs.iter().flat_map(|dir| profiles(dir)).collect();
    let mut is_done = !profiles.is_empty();
    for profile in &profiles {
        for unit in entries(&profile.join(".fingerprint")) {
            let name = file_name(&unit);
            let package = name.rsplit_once('-').map_or(&*name, |(package, _)| package);
            let mut affected = packages.iter().filter(|affected| affected.name == package);
            let Some(first) = affected.next() else {
                continue;
            };
            let files = entries(&unit).into_iter();
            for dep_info in files.filter(|file| file_name(file).starts_with("dep-")) {
                is_done &= has_changed(predate(&dep_info, modified));
            }
            let output = profile.join("build").join(&name).join("output");
            let has_build_script = first.has_build_script || affected.any(|p| p.has_build_script);
            if has_build_script && is_since(&output, modified) {
                is_done &= has_changed(fs::remove_file(output));
            }
        }
    }
    is_done
}

/// The dep-info files of the compiler, one for each unit, in all profiles.
pub(super) fn dep_infos(build_dir: &Path) -> Vec<PathBuf> {
    let folders = profiles(build_dir)
        .into_iter()
        .map(|profile| profile.join("deps"));
    let mut files: Vec<_> = folders.flat_map(|folder| entries(&folder)).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "d"));
    files
}

/// Whether a file of cargo was changed, or has just been removed by another cargo, which builds the unit itself.
fn has_changed(result: io::Result<()>) -> bool {
    result.map_or_else(|error| error.kind() == io::ErrorKind::NotFound, |()| true)
}

/// Whether another cargo builds in a folder now: cargo locks a file in the folder of the profile (observed with 1.95).
pub(crate) fn is_locked(build_dir: &Path) -> bool {
    let locks = profiles(build_dir).into_iter();
    let mut locks = locks.filter_map(|profile| File::open(profile.join(".cargo-lock")).ok());
    locks.any(|lock| matches!(lock.try_lock_shared(), Err(TryLockError::WouldBlock)))
}

/// The folders of the profiles, such as `debug` or `x86_64-unknown-linux-musl/release`.
fn profiles(build_dir: &Path) -> Vec<PathBuf> {
    let folders = entries(build_dir);
    let nested: Vec<_> = folders.iter().flat_map(|folder| entries(folder)).collect();
    let mut profiles = [folders, nested].concat();
    profiles.retain(|folder| folder.join(".fingerprint").is_dir());
    profiles
}

/// Sets a file's modification time before this time, unless it is.
fn predate(file: &Path, modified: SystemTime) -> io::Result<()> {
    if !is_since(file, modified) {
        return Ok(());
    }
    match modified.checked_sub(Duration::from_secs(1)) {
        Some(earlier) if modified > SystemTime::UNIX_EPOCH => File::options()
            .write(true)
            .open(file)?
            .set_modified(earlier),
        // Not every file system has earlier times. Without the file, cargo builds the unit too.
        _ => fs::remove_file(file),
    }
}

fn is_since(file: &Path, time: SystemTime) -> bool {
    let modified = file.metadata().and_then(|metadata| metadata.modified());
    modified.is_ok_and(|modified| modified >= time)
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten();
    entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .collect()
}

fn file_name(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}
