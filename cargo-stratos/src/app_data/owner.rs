//! Owner of an installed plugin: this program, a link to a project, or the shell.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::app_data::marker::Marker;
use crate::error::Error;

/// Owner of an installed plugin, which alone replaces and removes it unless the user forces that.
#[derive(Debug)]
pub(crate) enum Owner {
    /// `cargo stratos install`. An update by the shell replaces the folder, and with it the marker.
    CargoStratos(Marker),
    /// An author: a link to this folder. The shell creates none, and its removal loses no file.
    Link(PathBuf),
    /// The shell, or somebody by hand.
    Other,
}

impl Owner {
    /// The owner of the plugin at `path`; `None` if there is nothing.
    pub(crate) fn of(path: &Path) -> Result<Option<Self>, Error> {
        let failed = |source| Error::file("read", path, source);
        let metadata = match fs::symlink_metadata(path) {
            Ok(metadata) => metadata,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(failed(error)),
        };
        // Junctions of Windows count as links, too.
        if metadata.file_type().is_symlink() {
            return fs::read_link(path)
                .map(|target| Some(Self::Link(target)))
                .map_err(failed);
        }
        Ok(Some(
            Marker::read(path).map_or(Self::Other, Self::CargoStratos),
        ))
    }
}
