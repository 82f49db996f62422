//! Files that the tests read.

use std::{
    env, fs,
    io::{Write as _, stderr},
    path::{Path, PathBuf},
};

/// The entries of a folder, sorted.
pub(crate) fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries =
        fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

/// The JSON files in a folder, sorted.
pub(crate) fn json_files(folder: &Path) -> Vec<PathBuf> {
    let mut paths = entries(folder);
    paths.retain(|path| {
        path.extension()
            .is_some_and(|extension| extension == "json")
    });
    paths
}

/// A folder of this package, such as `tests/rules`.
pub(crate) fn package_folder(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// The folder outside of this repository that an environment variable names; `None` if the variable is not set, which
/// is reported on stderr.
#[expect(
    clippy::disallowed_methods,
    reason = "the files are not part of this repository"
)]
pub(crate) fn external_folder(variable: &str) -> Option<PathBuf> {
    let folder = env::var_os(variable).map(PathBuf::from);
    if folder.is_none() {
        let note = format!("skipped: {variable} does not name a folder\n");
        let _ = stderr().write_all(note.as_bytes());
    }
    folder
}
