//! A program's own copy for each start.

use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A copy of a program, which goes with the last who may start it.
///
/// Windows cannot overwrite a running program, and a rollback needs the old one.
#[derive(Debug)]
pub struct Executable {
    pub(super) path: PathBuf,
    folder: PathBuf,
    warnings: String,
}

impl Executable {
    /// Copies a program into a folder that is its own.
    pub(super) async fn copy(built: &Path, folder: PathBuf, warnings: String) -> io::Result<Self> {
        let name = built.file_name().unwrap_or(built.as_os_str());
        let executable = Self {
            path: folder.join(name),
            folder,
            warnings,
        };
        tokio::fs::create_dir_all(&executable.folder).await?;
        tokio::fs::copy(built, &executable.path).await?;
        Ok(executable)
    }

    pub(super) fn warnings(&self) -> &str {
        &self.warnings
    }

    pub(super) async fn is_same_as(self: &Arc<Self>, other: &Arc<Self>) -> bool {
        let (one, other) = (self.path.clone(), other.path.clone());
        let compared = tokio::task::spawn_blocking(move || have_same_bytes(&one, &other));
        // Who cannot be read is not the same.
        matches!(compared.await, Ok(Ok(true)))
    }
}

impl Drop for Executable {
    fn drop(&mut self) {
        // Still running on Windows, or gone already: the next shell empties the place.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// Stops at the first difference, which in programs comes early.
fn have_same_bytes(one: &Path, other: &Path) -> io::Result<bool> {
    if fs::metadata(one)?.len() != fs::metadata(other)?.len() {
        return Ok(false);
    }
    let (mut one, mut other) = (fs::File::open(one)?, fs::File::open(other)?);
    let mut chunks = [vec![0; 64 * 1024], vec![0; 64 * 1024]];
    loop {
        let [first, second] = &mut chunks;
        let length = one.read(first)?;
        if length == 0 {
            return Ok(true);
        }
        other.read_exact(&mut second[..length])?;
        if first[..length] != second[..length] {
            return Ok(false);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_are_compared_to_the_last_byte() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, bytes: &[u8]| {
            let path = folder.path().join(name);
            fs::write(&path, bytes).unwrap();
            path
        };
        let long = vec![7; 200 * 1024];
        let mut other = long.clone();
        *other.last_mut().unwrap() = 8;
        let [one, same, other, short] = [
            write("one", &long),
            write("same", &long),
            write("other", &other),
            write("short", &long[1..]),
        ];
        assert!(have_same_bytes(&one, &same).unwrap());
        assert!(!have_same_bytes(&one, &other).unwrap());
        assert!(!have_same_bytes(&one, &short).unwrap());
        assert!(have_same_bytes(&one, &folder.path().join("nothing")).is_err());
    }
}
