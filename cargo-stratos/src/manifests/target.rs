//! A manifest to check.

use std::io;
use std::path::{Path, PathBuf};

use stratos_manifest::MAX_BYTES;

use crate::error::Error;
use crate::manifests::read::{limited, read};

/// A manifest that a command line means.
#[derive(Debug)]
pub(crate) struct Target {
    /// Its path as messages name it.
    pub(crate) path: PathBuf,
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
            path,
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
