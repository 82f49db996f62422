//! The folder with the local sockets of a run.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use tempfile::TempDir;

use crate::token::random_hex;

const PREFIX: &str = "stratos-";

/// Length of the longest path of a socket in bytes: the size of `sun_path` without its last zero.
const MAX_PATH_BYTES: usize = if cfg!(target_os = "linux") { 107 } else { 103 };
/// Length of the path of a socket below the folder that contains the socket folder.
const PATH_BYTES_BELOW: usize = "/stratos-0123456789ab/01234567c".len();

/// A private folder for local sockets, removed on drop.
///
/// On Unix it lies in the temporary folder, or in another one if that has a long path. On Windows there is no folder,
/// and the names of pipes are random.
#[derive(Debug)]
pub(super) struct SocketDir {
    parent: PathBuf,
    name: String,
    /// Created with the first address, after its path was written to the run record.
    created: Mutex<Option<TempDir>>,
}

impl SocketDir {
    /// Chooses the first folder that this user can write to and whose path is short enough: the temporary folder,
    /// `runtime_dir`, `/tmp`.
    pub(super) fn new(runtime_dir: Option<PathBuf>) -> Self {
        let temp_dir = std::env::temp_dir();
        let candidates = [Some(temp_dir.clone()), runtime_dir, Some("/tmp".into())];
        let parent = candidates.into_iter().flatten().find(|folder| fits(folder));
        Self {
            parent: parent.unwrap_or(temp_dir),
            name: format!("{PREFIX}{}", random_hex(6)),
            created: Mutex::default(),
        }
    }

    /// The path of the folder, which may not exist yet.
    pub(super) fn path(&self) -> PathBuf {
        self.parent.join(&self.name)
    }

    /// An address for a socket or pipe with this name.
    pub(super) fn address(&self, name: &str) -> io::Result<OsString> {
        if cfg!(windows) {
            let secret = random_hex(32);
            return Ok(format!(r"\\.\pipe\stratos-{secret}-{name}").into());
        }
        let address = self.path().join(name).into_os_string();
        let length = address.len();
        if length > MAX_PATH_BYTES {
            return Err(io::Error::other(format!(
                "the path {} is {length} bytes long, and a socket's has at most {MAX_PATH_BYTES}: set TMPDIR to a folder \
                 with a shorter path",
                address.display()
            )));
        }
        let mut created = self.created.lock().unwrap_or_else(PoisonError::into_inner);
        if created.is_none() {
            // `tempdir` creates the folder with mode 0700 and fails if it exists.
            let mut builder = tempfile::Builder::new();
            let builder = builder.prefix(&self.name).rand_bytes(0);
            let folder = builder.tempdir_in(&self.parent);
            *created = Some(folder.map_err(|error| {
                let text = format!("{error}: set TMPDIR to a folder that this user can write to");
                io::Error::new(error.kind(), text)
            })?);
        }
        Ok(address)
    }
}

/// Whether sockets can lie in a folder.
fn fits(folder: &Path) -> bool {
    #[cfg(unix)]
    let is_writable = {
        use rustix::fs::{Access, access};
        access(folder, Access::WRITE_OK | Access::EXEC_OK).is_ok()
    };
    #[cfg(not(unix))]
    let is_writable = true;
    folder.as_os_str().len() + PATH_BYTES_BELOW <= MAX_PATH_BYTES && folder.is_dir() && is_writable
}

/// Removes the socket folder of a shell that is gone: its stale sockets, and then the folder if it is empty.
///
/// Returns whether the folder was removed.
pub(super) fn remove_stale(folder: &Path) -> bool {
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    let is_folder = fs::symlink_metadata(folder).is_ok_and(|found| found.is_dir());
    if !is_folder || !name.starts_with(PREFIX) {
        return false;
    }
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if is_stale_socket(&entry.path()) {
            // A file that cannot be removed keeps the folder from being removed.
            let _ = fs::remove_file(entry.path());
        }
    }
    fs::remove_dir(folder).is_ok()
}

/// Whether no process listens on a socket.
#[cfg(unix)]
fn is_stale_socket(path: &Path) -> bool {
    use std::os::unix::fs::FileTypeExt as _;
    use std::os::unix::net::UnixStream;

    fs::symlink_metadata(path).is_ok_and(|found| found.file_type().is_socket())
        && UnixStream::connect(path).is_err()
}

/// Named pipes of Windows are not in the file system.
#[cfg(not(unix))]
fn is_stale_socket(_: &Path) -> bool {
    false
}

#[cfg(all(test, unix))]
mod tests {
    use stratos_transport::local::LocalListener;

    use super::*;

    #[test]
    fn a_folder_that_cannot_be_written_to_is_not_used() {
        use std::os::unix::fs::PermissionsExt as _;

        let folder = tempfile::tempdir().unwrap();
        assert!(fits(folder.path()));
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o555)).unwrap();
        // Root can write to it all the same.
        let is_writable = fs::write(folder.path().join("file"), "").is_ok();
        assert_eq!(fits(folder.path()), is_writable);
        assert!(!fits(Path::new("/nowhere")));
    }

    #[tokio::test]
    async fn a_path_that_is_too_long_is_an_error_with_the_limit() {
        let folder = tempfile::tempdir().unwrap();
        let with_parent = |length: usize| {
            let name = "x".repeat(length - folder.path().as_os_str().len() - 1);
            let parent = folder.path().join(name);
            fs::create_dir(&parent).unwrap();
            SocketDir {
                parent,
                name: "stratos-0123456789ab".to_owned(),
                created: Mutex::default(),
            }
        };
        let longest = MAX_PATH_BYTES - PATH_BYTES_BELOW;
        let fits = with_parent(longest);
        LocalListener::bind(&fits.address("01234567c").unwrap()).unwrap();
        let exceeds = with_parent(longest + 1);
        let error = exceeds.address("01234567c").unwrap_err().to_string();
        let limit = format!("a socket's has at most {MAX_PATH_BYTES}: set TMPDIR");
        assert!(error.contains(&limit), "{error}");
    }
}
