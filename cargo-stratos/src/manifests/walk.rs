//! Walks through folders in search of manifests.

use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc;

use ignore::{DirEntry, WalkBuilder, WalkState};
use stratos_host::StateDir;
use stratos_manifest::Manifest;

use crate::error::Error;
use crate::git;
use crate::manifests::foreign::is_foreign;
use crate::manifests::read::read_manifest;

/// Folders with copies and build output, which are never walked into.
const SKIPPED: [&str; 4] = ["target", "node_modules", ".git", StateDir::NAME];

/// The manifests in a folder and below, and errors of subfolders that cannot be read. The order is not defined.
///
/// Folders below a manifest are skipped, as plugins do not contain plugins, unless it is one of another program. Further
/// checkouts of the repository are skipped, too.
pub(super) fn plugin_manifests(folder: &Path) -> (Vec<PathBuf>, Vec<Error>) {
    walk(folder, |entry| {
        let is_folder = entry.file_type().is_some_and(|kind| kind.is_dir());
        entry.depth() == 0
            || entry.file_name() == OsStr::new(Manifest::FILE_NAME)
            || is_folder && !is_skipped(entry) && !entry.path().parent().is_some_and(is_plugin)
    })
}

/// All manifests in a folder and below, including those inside of plugins.
pub(crate) fn all_manifests(folder: &Path) -> Vec<PathBuf> {
    walk(folder, |entry| entry.depth() == 0 || !is_skipped(entry)).0
}

/// Walks a folder on all cores. Hidden files and those that a `.gitignore` names are left out, and symbolic links
/// are not followed.
fn walk(
    folder: &Path,
    is_entered: impl Fn(&DirEntry) -> bool + Send + Sync + 'static,
) -> (Vec<PathBuf>, Vec<Error>) {
    // A `.gitignore` above the folder counts only up to the root of the repository.
    let in_repository = is_in_repository(folder);
    // In a plugin's folder there is hardly anything to walk into: further threads would only wait. 0 means all cores.
    let threads = usize::from(has_manifest(folder));
    let walk = WalkBuilder::new(folder)
        .hidden(true)
        .parents(in_repository)
        .git_ignore(true)
        .require_git(in_repository)
        // Git settings of one machine must not change the result.
        .git_global(false)
        .git_exclude(false)
        .ignore(false)
        .follow_links(false)
        .filter_entry(is_entered)
        .threads(threads)
        .build_parallel();
    let (sender, receiver) = mpsc::channel();
    walk.run(|| {
        let sender = sender.clone();
        // The receiver lives until the walk has ended.
        Box::new(move |entry| match entry {
            Ok(entry)
                if entry.depth() > 0 && entry.file_name() == OsStr::new(Manifest::FILE_NAME) =>
            {
                let _ = sender.send(Ok(entry.into_path()));
                WalkState::Skip
            }
            Ok(_) => WalkState::Continue,
            Err(error) => {
                let _ = sender.send(Err(error));
                WalkState::Continue
            }
        })
    });
    drop(sender);
    let mut manifests = Vec::new();
    let mut errors = Vec::new();
    for found in receiver {
        match found {
            Ok(manifest) => manifests.push(manifest),
            Err(error) => errors.push(walk_error(folder, error)),
        }
    }
    (manifests, errors)
}

fn has_manifest(folder: &Path) -> bool {
    folder.join(Manifest::FILE_NAME).symlink_metadata().is_ok()
}

/// Whether a folder has a manifest that is not one of another program.
pub(crate) fn is_plugin(folder: &Path) -> bool {
    let manifest = folder.join(Manifest::FILE_NAME);
    has_manifest(folder)
        && !read_manifest(&manifest).is_ok_and(|source| is_foreign(&manifest, &source))
}

fn is_in_repository(folder: &Path) -> bool {
    let folder = dunce::canonicalize(folder);
    folder.is_ok_and(|folder| git::root(&folder).is_some())
}

fn is_skipped(entry: &DirEntry) -> bool {
    SKIPPED
        .iter()
        .any(|name| entry.file_name() == OsStr::new(name))
        || git::is_nested_worktree(entry.path())
}

/// Error with the path at which the walk failed, or else the walked folder.
fn walk_error(folder: &Path, error: ignore::Error) -> Error {
    let mut path = folder.to_owned();
    let mut inner = &error;
    loop {
        inner = match inner {
            ignore::Error::WithPath { path: named, err } => {
                path.clone_from(named);
                err
            }
            ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => err,
            _ => break,
        };
    }
    let text = error.to_string();
    let source = error
        .into_io_error()
        .unwrap_or_else(|| io::Error::other(text));
    Error::file("read", path, source)
}
