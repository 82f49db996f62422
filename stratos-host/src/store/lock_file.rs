//! Where the store's file is, and that it stays this store's.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use stratos_transport::guard::Guard;

use crate::store::StoreError;

/// A path with the file that was there.
#[derive(Debug)]
pub(super) struct Place {
    path: PathBuf,
    file: Option<Identity>,
}

impl Place {
    pub(super) fn new(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
            file: identity(path).ok(),
        }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Whether the same file is still there.
    pub(super) fn is_same(&self) -> bool {
        identity(&self.path).ok() == self.file
    }
}

#[cfg(unix)]
type Identity = (u64, u64);

#[cfg(unix)]
fn identity(path: &Path) -> io::Result<Identity> {
    use std::os::unix::fs::MetadataExt as _;

    fs::metadata(path).map(|file| (file.dev(), file.ino()))
}

#[cfg(not(unix))]
type Identity = ();

/// Elsewhere a file that is open cannot be replaced, at most removed.
#[cfg(not(unix))]
fn identity(path: &Path) -> io::Result<Identity> {
    fs::metadata(path).map(drop)
}

/// Makes this process the store's one owner, until the file that is returned is closed.
///
/// redb locks its own file. This lock stays whatever becomes of that one: while a damaged file is set aside, another
/// process must not find the way free.
pub(super) fn own(path: &Path) -> Result<Option<File>, StoreError> {
    if !Guard::StoreOwner.is_on() {
        return Ok(None);
    }
    let mut options = OpenOptions::new();
    let file = options.create(true).truncate(false).write(true);
    let file = file
        .open(path.with_extension("lock"))
        .map_err(|error| StoreError::open(path, error))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Err(StoreError::Owned {
            path: path.to_owned(),
        }),
        // Some network disks have no locks.
        Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => Ok(None),
        Err(TryLockError::Error(error)) => Err(StoreError::open(path, error)),
    }
}

/// A path beside this one, with more at its end and a number where such a file is there already.
pub(super) fn beside(path: &Path, end: &str) -> PathBuf {
    let with = |end: &str| {
        let mut name = path.as_os_str().to_owned();
        name.push(end);
        PathBuf::from(name)
    };
    let mut names = (2..).map(|n| with(&format!("{end}-{n}")));
    let first = with(end);
    if first.symlink_metadata().is_err() {
        return first;
    }
    names
        .find(|name| name.symlink_metadata().is_err())
        .expect("some number is free")
}

/// Makes names in a folder durable: without it a power cut may take a whole new file away.
pub(super) fn sync_names(file: &Path) -> io::Result<()> {
    let (true, Some(folder)) = (cfg!(unix), file.parent()) else {
        return Ok(());
    };
    let folder = fs::canonicalize(if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
    })?;
    File::open(&folder)?.sync_all()?;
    if let Some(parent) = folder.parent() {
        File::open(parent)?.sync_all()?;
    }
    Ok(())
}
