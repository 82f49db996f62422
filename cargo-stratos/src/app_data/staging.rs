//! Replaces a plugin's folder without a moment in which half of it is there.
//!
//! The new folder is written in `<userData>/.cargo-stratos`, and so is the replaced one until it is removed. That is the
//! same file system, as renaming needs, and outside of `plugins`: the shell may take each folder in there for a plugin
//! (assumed).

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use tracing::debug;

use crate::app_data::link::remove;
use crate::error::Error;
use crate::move_folder::{move_folder, replace_folder};

/// Name of the folder.
const FOLDER: &str = ".cargo-stratos";

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
            move_folder(&staging.replaced, plugin)?;
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
        write(&self.new)
            .and_then(|()| replace_folder(&self.new, &self.plugin, &self.replaced))
            .inspect(|()| {
                // Under the name `replaced`, it would return if its deletion is interrupted.
                let _ = fs::rename(&self.replaced, &self.removed);
            })
            .inspect_err(|_| {
                let _ = remove(&self.new);
            })?;
        self.clean_up();
        Ok(())
    }

    /// Takes the plugin away, then deletes it.
    pub(super) fn remove(self) -> Result<(), Error> {
        move_folder(&self.plugin, &self.removed)?;
        self.clean_up();
        Ok(())
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
