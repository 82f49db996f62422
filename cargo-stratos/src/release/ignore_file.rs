//! Reads `.stratosignore`.

use std::fs;
use std::io;
use std::path::Path;

use stratos_bundle::IgnoreFile;

use crate::error::Error;

/// The patterns of files in a plugin's folder that are not shipped; the defaults if the folder has no `.stratosignore`.
pub(crate) fn read_ignore_file(folder: &Path) -> Result<IgnoreFile, Error> {
    let path = folder.join(IgnoreFile::NAME);
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
        Err(source) => return Err(Error::file("read", path, source)),
    };
    IgnoreFile::parse(&text).map_err(|source| Error::IgnoreFile { path, source })
}
