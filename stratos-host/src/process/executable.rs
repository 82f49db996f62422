//! The copy of a program from which one build of a plugin is run.

use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

/// A copy of a program in a folder of its own, removed on drop.
///
/// Windows cannot overwrite a running program, and a rollback starts the old copy again.
#[derive(Debug)]
pub struct Executable {
    pub(super) path: PathBuf,
    folder: PathBuf,
    warnings: String,
}

impl Executable {
    /// Copies a program into a folder for this copy alone.
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

    /// The compiler's warnings, rendered as text.
    pub(super) fn warnings(&self) -> &str {
        &self.warnings
    }

    /// Whether both programs have the same content; false if one of them cannot be read.
    pub(super) async fn has_same_content(&self, other: &Self) -> bool {
        let (one, other) = (self.path.clone(), other.path.clone());
        let compared = tokio::task::spawn_blocking(move || have_same_content(&one, &other));
        matches!(compared.await, Ok(Ok(true)))
    }
}

impl Drop for Executable {
    fn drop(&mut self) {
        // Fails on Windows while the program runs; the cleanup of the next shell removes the folder.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// Compares two files up to the first difference.
fn have_same_content(one: &Path, other: &Path) -> io::Result<bool> {
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
