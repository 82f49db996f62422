//! A manifest to check.

use std::collections::HashSet;
use std::io;
use std::path::{Path, PathBuf, absolute};
use std::sync::Arc;

use stratos_manifest::MAX_BYTES;

use crate::error::Error;
use crate::manifests::read::{limited, read};

/// A manifest that a command line means.
#[derive(Debug)]
pub(crate) struct Target {
    /// Its path as messages name it.
    pub(crate) path: PathBuf,
    /// The same, from the root of the disk, in a folder without links. The file itself may be one.
    pub(crate) place: PathBuf,
    /// The folder that it was found in, unless it was named itself.
    pub(crate) searched: Option<Arc<Path>>,
    /// Its bytes where they do not come from the path.
    pub(crate) given: Option<Vec<u8>>,
}

impl Target {
    /// What comes from the standard input, to be taken for the file `path`.
    pub(crate) fn from_stdin(path: PathBuf) -> Result<Self, Error> {
        let bytes = limited(io::stdin().lock(), MAX_BYTES).map_err(|source| Error::System {
            what: "read the standard input",
            source,
        })?;
        Ok(Self {
            place: place(&path),
            path,
            searched: None,
            given: Some(bytes),
        })
    }

    /// Its bytes, as far as they are needed.
    pub(crate) fn read(&self) -> Result<Vec<u8>, Error> {
        match &self.given {
            Some(bytes) => Ok(bytes.clone()),
            None => read(&self.path),
        }
    }

    /// The file that is read in the end, wherever links lead.
    pub(crate) fn real(&self) -> PathBuf {
        dunce::canonicalize(&self.place).unwrap_or_else(|_| self.place.clone())
    }

    /// The plugin's folder from the root of the disk, without links.
    pub(crate) fn home(&self) -> &Path {
        self.place.parent().unwrap_or(&self.place)
    }

    /// The plugin's folder.
    pub(crate) fn folder(&self) -> &Path {
        let parent = self.path.parent().unwrap_or(Path::new(""));
        match parent.as_os_str().is_empty() {
            true => Path::new("."),
            false => parent,
        }
    }

    /// The file's name, if it is text.
    pub(crate) fn file_name(&self) -> Option<String> {
        Some(self.path.file_name()?.to_str()?.to_owned())
    }
}

/// The targets, by their numbers, whose file is also that of one before them.
pub(crate) fn repeated(targets: &[Target]) -> HashSet<usize> {
    let mut files = HashSet::new();
    let targets = targets.iter().enumerate();
    targets
        .filter_map(|(index, target)| (!files.insert(target.real())).then_some(index))
        .collect()
}

/// Where a file lies; a link to a manifest is a file of its own.
pub(super) fn place(path: &Path) -> PathBuf {
    let parent = path
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty());
    let folder = dunce::canonicalize(parent.unwrap_or(Path::new(".")));
    match (folder, path.file_name()) {
        (Ok(folder), Some(name)) => folder.join(name),
        _ => absolute(path).unwrap_or_else(|_| path.to_owned()),
    }
}
