//! The store's file: its identity, unused paths beside it, and durable renames.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

/// The path of the store with the identity of the file that was opened.
#[derive(Debug)]
pub(super) struct StoreFile {
    path: PathBuf,
    id: Option<FileId>,
}

impl StoreFile {
    pub(super) fn new(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
            id: file_id(path).ok(),
        }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Whether the path still leads to the file that was opened.
    pub(super) fn is_unchanged(&self) -> bool {
        file_id(&self.path).ok() == self.id
    }
}

/// Device and inode.
#[cfg(unix)]
type FileId = (u64, u64);

#[cfg(unix)]
fn file_id(path: &Path) -> io::Result<FileId> {
    use std::os::unix::fs::MetadataExt as _;

    fs::metadata(path).map(|file| (file.dev(), file.ino()))
}

#[cfg(not(unix))]
type FileId = ();

/// Windows does not allow replacing an open file, so only its existence is checked.
#[cfg(not(unix))]
fn file_id(path: &Path) -> io::Result<FileId> {
    fs::metadata(path).map(drop)
}

/// Appends `suffix` to a path, and a number if that path exists.
pub(super) fn unused_path(path: &Path, suffix: &str) -> PathBuf {
    let with_suffix = |suffix: &str| {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        PathBuf::from(name)
    };
    let numbered = (2..).map(|n| with_suffix(&format!("{suffix}-{n}")));
    std::iter::once(with_suffix(suffix))
        .chain(numbered)
        .find(|path| path.symlink_metadata().is_err())
        .expect("there are fewer files than numbers")
}

/// Syncs the folder of a file, so that a new or renamed file survives a power cut. Does nothing on Windows.
pub(super) fn sync_parent_dir(file: &Path) -> io::Result<()> {
    let (true, Some(folder)) = (cfg!(unix), file.parent()) else {
        return Ok(());
    };
    let folder = fs::canonicalize(if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
    })?;
    File::open(&folder)?.sync_all()?;
    // The folder itself may be new.
    if let Some(parent) = folder.parent() {
        File::open(parent)?.sync_all()?;
    }
    Ok(())
}
