//! Copies of a bundle's programs on the disk, which can be run and signed.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use stratos_host::StateDir;
use tempfile::TempDir;

use crate::error::Error;

/// A temporary folder with programs, in the plugin's state folder: on some machines, no program can be run in the
/// system's temporary folder.
#[derive(Debug)]
pub(super) struct ProgramCopies {
    folder: TempDir,
}

impl ProgramCopies {
    pub(super) fn create(plugin_folder: &Path) -> Result<Self, Error> {
        let state = plugin_folder.join(StateDir::NAME);
        let create = || {
            StateDir::create(&state)?;
            // The commands that get the copies run in other folders.
            let state = std::path::absolute(&state)?;
            tempfile::Builder::new().prefix("pack-").tempdir_in(state)
        };
        let folder =
            create().map_err(|source| Error::file("create a folder in", &state, source))?;
        Ok(Self { folder })
    }

    /// The folder, which is removed on drop.
    pub(super) fn folder(&self) -> PathBuf {
        self.folder.path().to_owned()
    }

    /// Writes an executable file at its path in the bundle, and returns the path on the disk.
    pub(super) fn write(&self, path: &str, bytes: &[u8]) -> Result<PathBuf, Error> {
        let file = self.folder.path().join(path);
        let write = || {
            fs::create_dir_all(file.parent().unwrap_or(&file))?;
            fs::write(&file, bytes)?;
            make_executable(&file)
        };
        write().map_err(|source| Error::file("write", &file, source))?;
        Ok(file)
    }
}

#[cfg(unix)]
fn make_executable(file: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;

    fs::set_permissions(file, fs::Permissions::from_mode(0o755))
}

/// Windows knows programs by their names.
#[cfg(not(unix))]
fn make_executable(_: &Path) -> io::Result<()> {
    Ok(())
}
