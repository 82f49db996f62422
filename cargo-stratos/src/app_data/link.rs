//! Links to folders.

use std::fs;
use std::io;
use std::path::Path;

/// Creates a link to a folder: a symbolic link, or on Windows a junction, which needs no rights of an administrator.
#[cfg(unix)]
pub(crate) fn create_link(target: &Path, link: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(target, link)
}

/// Creates a link to a folder: a symbolic link, or on Windows a junction, which needs no rights of an administrator.
#[cfg(windows)]
pub(crate) fn create_link(target: &Path, link: &Path) -> io::Result<()> {
    junction::create(target, link)
}

/// Removes a file, a link, or a folder with all that is in it. What a link leads to is kept. Nothing to remove is no error.
pub(super) fn remove(path: &Path) -> io::Result<()> {
    let file_type = match fs::symlink_metadata(path) {
        Ok(metadata) => metadata.file_type(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    if file_type.is_symlink() {
        return remove_link(path);
    }
    match file_type.is_dir() {
        true => fs::remove_dir_all(path),
        false => fs::remove_file(path),
    }
}

#[cfg(unix)]
fn remove_link(link: &Path) -> io::Result<()> {
    fs::remove_file(link)
}

/// A link to a folder is a folder itself, on Windows.
#[cfg(windows)]
fn remove_link(link: &Path) -> io::Result<()> {
    fs::remove_dir(link).or_else(|_| fs::remove_file(link))
}
