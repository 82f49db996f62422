//! A manifest to check.

use std::io;
use std::path::{Path, PathBuf, absolute};
use std::sync::Arc;

use stratos_manifest::{MAX_BYTES, Manifest};

use crate::error::Error;
use crate::manifests::read::{read_limited, read_manifest};
use crate::output::report::repository_path;
use crate::parallel;

/// A manifest that a command line names, or that a search found.
#[derive(Debug)]
pub(crate) struct Target {
    /// Path for messages: as it was named, or below the folder that was named.
    pub(crate) path: PathBuf,
    /// Absolute path, in a folder without symbolic links. The file itself may be a link.
    pub(crate) absolute: PathBuf,
    /// Absolute path of the folder that was searched, unless the manifest was named itself.
    pub(crate) search_root: Option<Arc<Path>>,
    /// Contents, if they come from standard input or a bundle, and not from the file.
    pub(super) contents: Option<Vec<u8>>,
    /// Folder with the unpacked files of the bundle that the manifest is in.
    pub(super) unpacked: Option<PathBuf>,
}

/// A manifest with its contents.
#[derive(Debug)]
pub(crate) struct Source {
    pub(crate) target: Target,
    pub(crate) bytes: Vec<u8>,
}

impl Source {
    /// Reads manifests on all cores, in order. Adds an error for each that cannot be read.
    pub(crate) fn read_all(targets: Vec<Target>, errors: &mut Vec<Error>) -> Vec<Self> {
        let contents = parallel::map(&targets, Target::read);
        let sources = targets.into_iter().zip(contents);
        sources
            .filter_map(|(target, bytes)| {
                let bytes = bytes.map_err(|error| errors.push(error)).ok()?;
                Some(Self { target, bytes })
            })
            .collect()
    }
}

impl Target {
    /// A file that the command line names.
    pub(crate) fn from_file(path: PathBuf) -> Self {
        Self {
            absolute: absolute_without_links(&path),
            path,
            search_root: None,
            contents: None,
            unpacked: None,
        }
    }

    /// The manifest in the bundle `zip`, of which the folder `unpacked` has the files. Messages name it by its path in the
    /// bundle.
    pub(crate) fn in_bundle(zip: &Path, unpacked: &Path, contents: Vec<u8>) -> Self {
        Self {
            path: zip.join(Manifest::FILE_NAME),
            absolute: absolute_without_links(zip).join(Manifest::FILE_NAME),
            search_root: None,
            contents: Some(contents),
            unpacked: Some(unpacked.to_owned()),
        }
    }

    /// Whether the manifest is in a bundle.
    pub(crate) const fn is_in_bundle(&self) -> bool {
        self.unpacked.is_some()
    }

    /// Reads standard input as the contents of the file `path`.
    pub(crate) fn from_stdin(path: PathBuf) -> Result<Self, Error> {
        let bytes = read_limited(io::stdin().lock(), MAX_BYTES)
            .map_err(Error::system("read standard input"))?;
        Ok(Self {
            contents: Some(bytes),
            ..Self::from_file(path)
        })
    }

    /// Reads the contents, up to the linter's size limit.
    pub(crate) fn read(&self) -> Result<Vec<u8>, Error> {
        match &self.contents {
            Some(bytes) => Ok(bytes.clone()),
            None => read_manifest(&self.path),
        }
    }

    /// Path in messages for people.
    pub(crate) fn shown_path(&self) -> String {
        self.path.to_string_lossy().into_owned()
    }

    /// Path in reports for programs.
    pub(crate) fn repository_path(&self) -> String {
        repository_path(&self.absolute)
    }

    /// Absolute path of the file that is read, with symbolic links resolved.
    pub(crate) fn resolved(&self) -> PathBuf {
        dunce::canonicalize(&self.absolute).unwrap_or_else(|_| self.absolute.clone())
    }

    /// Absolute path of the folder of the plugin, or of its bundle, without symbolic links.
    pub(crate) fn absolute_folder(&self) -> &Path {
        let levels = if self.is_in_bundle() { 2 } else { 1 };
        let folder = self.absolute.ancestors().nth(levels);
        folder.unwrap_or(&self.absolute)
    }

    /// Path of the folder with the plugin's files, relative if `path` is.
    pub(crate) fn folder(&self) -> &Path {
        if let Some(unpacked) = &self.unpacked {
            return unpacked;
        }
        let parent = self.path.parent().unwrap_or(Path::new(""));
        match parent.as_os_str().is_empty() {
            true => Path::new("."),
            false => parent,
        }
    }

    /// Name of the plugin's folder, if there is one and it is UTF-8.
    pub(crate) fn folder_name(&self) -> Option<&str> {
        let folder = (!self.is_in_bundle()).then(|| self.absolute_folder())?;
        folder.file_name()?.to_str()
    }

    /// Name of the file, if it is UTF-8.
    pub(crate) fn file_name(&self) -> Option<&str> {
        self.path.file_name()?.to_str()
    }
}

/// Absolute path of a file, with the symbolic links of its folder resolved but not its own.
pub(crate) fn absolute_without_links(path: &Path) -> PathBuf {
    let parent = path
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty());
    let folder = dunce::canonicalize(parent.unwrap_or(Path::new(".")));
    match (folder, path.file_name()) {
        (Ok(folder), Some(name)) => folder.join(name),
        _ => absolute(path).unwrap_or_else(|_| path.to_owned()),
    }
}
