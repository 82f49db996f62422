//! Replaces a plugin's folder without a moment in which half of it is there.
//!
//! The new folder is written in `<userData>/.cargo-stratos`, and so is the replaced one until it is removed. That is the
//! same file system, as renaming needs, and outside of `plugins`: the shell may take each folder in there for a plugin
//! (assumed).

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use tracing::debug;

use crate::app_data::link::remove;
use crate::error::Error;

/// Name of the folder.
const FOLDER: &str = ".cargo-stratos";

/// Attempts of a rename on Windows, where a virus scanner may read a new file for a moment.
const RENAME_ATTEMPTS: u32 = 20;
const RENAME_PAUSE: Duration = Duration::from_millis(100);

/// The paths of one plugin in the folder, which is locked against other processes of this program.
#[derive(Debug)]
pub(super) struct Staging {
    /// Folder of the installed plugin.
    plugin: PathBuf,
    /// Folder that becomes the plugin's.
    new: PathBuf,
    /// Folder that was the plugin's and returns if the new one cannot be moved into place.
    replaced: PathBuf,
    /// Folder that was the plugin's and is to be deleted.
    removed: PathBuf,
    _lock: File,
}

impl Staging {
    /// Locks the folder, and cleans up after a process that was killed: an interrupted installation has left the old
    /// plugin or the new one, whole.
    pub(super) fn open(user_data: &Path, plugin: &Path, id: &str) -> Result<Self, Error> {
        let folder = user_data.join(FOLDER);
        let path = |end: &str| folder.join(format!("{id}.{end}"));
        fs::create_dir_all(&folder).map_err(|source| Error::file("create", &folder, source))?;
        let staging = Self {
            plugin: plugin.to_owned(),
            new: path("new"),
            replaced: path("replaced"),
            removed: path("removed"),
            _lock: lock(&folder.join("lock"))?,
        };
        if fs::symlink_metadata(plugin).is_err() && fs::symlink_metadata(&staging.replaced).is_ok()
        {
            debug!(id, "restoring the plugin after an interrupted installation");
            rename(&staging.replaced, plugin)?;
        }
        for leftover in [&staging.new, &staging.replaced, &staging.removed] {
            remove(leftover).map_err(|source| Error::file("remove", leftover, source))?;
        }
        Ok(staging)
    }

    /// Puts what `write` creates in the place of the plugin.
    pub(super) fn replace(
        self,
        write: impl FnOnce(&Path) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let written = write(&self.new).and_then(|()| self.swap());
        self.clean_up();
        written
    }

    /// Takes the plugin away, then deletes it.
    pub(super) fn remove(self) -> Result<(), Error> {
        rename(&self.plugin, &self.removed)?;
        self.clean_up();
        Ok(())
    }

    fn swap(&self) -> Result<(), Error> {
        let is_update = fs::symlink_metadata(&self.plugin).is_ok();
        if is_update {
            rename(&self.plugin, &self.replaced)?;
        }
        let moved = rename(&self.new, &self.plugin);
        if moved.is_err() && is_update {
            rename(&self.replaced, &self.plugin)?;
        }
        moved
    }

    /// Deletes what is no longer needed. The next run tries again where that fails.
    fn clean_up(&self) {
        for path in [&self.new, &self.replaced, &self.removed] {
            if let Err(error) = remove(path) {
                debug!(?path, %error, "cannot remove a leftover");
            }
        }
    }
}

fn lock(path: &Path) -> Result<File, Error> {
    let failed = |source| Error::file("lock", path, source);
    let file = File::create(path).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(failed(io::Error::other(
            "another cargo stratos is installing or removing a plugin",
        ))),
        Err(TryLockError::Error(source)) => Err(failed(source)),
    }
}

fn rename(from: &Path, to: &Path) -> Result<(), Error> {
    let mut attempt = 1;
    loop {
        match fs::rename(from, to) {
            Ok(()) => return Ok(()),
            Err(source) if !is_locked(&source) => return Err(Error::file("move", from, source)),
            Err(source) if attempt == RENAME_ATTEMPTS => {
                return Err(Error::FolderInUse {
                    path: from.to_owned(),
                    source,
                });
            }
            Err(_) => thread::sleep(RENAME_PAUSE),
        }
        attempt += 1;
    }
}

/// Whether a program has a file in the folder open, which matters on Windows only.
fn is_locked(error: &io::Error) -> bool {
    const ERROR_SHARING_VIOLATION: i32 = 32;

    cfg!(windows)
        && (error.kind() == io::ErrorKind::PermissionDenied
            || error.raw_os_error() == Some(ERROR_SHARING_VIOLATION))
}
