//! The output folder: written beside, then put in place by renaming.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::Serialize;
use stratos_bundle::IgnoreFile;
use stratos_bundle::layout::DIST_MARKER;
use tempfile::TempDir;

use crate::error::Error;
use crate::move_folder::replace_folder;

/// Text of the marker.
const MARKER_TEXT: &str =
    "`cargo stratos build` has written this folder, and replaces all of it.\n";

/// A file of the output folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct DistFile {
    /// Path relative to the folder, with `/` as the separator.
    pub(crate) path: String,
    /// Size in bytes.
    pub(crate) size: u64,
}

/// An output folder that is being written. Removed on drop, unless published.
#[derive(Debug)]
pub(super) struct Staging {
    folder: TempDir,
    out: PathBuf,
    files: Vec<DistFile>,
    ignore: IgnoreFile,
    left_out: Vec<String>,
}

impl Staging {
    /// Creates the folder beside `out`. `ignore` names what is not copied into it.
    pub(super) fn create(out: &Path, ignore: IgnoreFile) -> Result<Self, Error> {
        let folder = create_beside(out, "new")?;
        let mut staging = Self {
            folder,
            out: out.to_owned(),
            files: Vec::new(),
            ignore,
            left_out: Vec::new(),
        };
        staging.write(DIST_MARKER, MARKER_TEXT.as_bytes())?;
        // Not a file of the plugin.
        staging.files.clear();
        Ok(staging)
    }

    /// Writes a file.
    pub(super) fn write(&mut self, path: &str, contents: &[u8]) -> Result<(), Error> {
        let target = self.target(path)?;
        fs::write(&target, contents).map_err(|source| Error::file("write", target, source))?;
        self.add(path, contents.len() as u64);
        Ok(())
    }

    /// Copies a file, with its permissions.
    pub(super) fn copy(&mut self, path: &str, from: &Path) -> Result<(), Error> {
        let target = self.target(path)?;
        let size = fs::copy(from, target).map_err(|source| Error::file("copy", from, source))?;
        self.add(path, size);
        Ok(())
    }

    /// Copies a folder with all files in it that are shipped.
    pub(super) fn copy_folder(&mut self, path: &str, from: &Path) -> Result<(), Error> {
        let read = |source| Error::file("read", from, source);
        for entry in fs::read_dir(from).map_err(read)? {
            let entry = entry.map_err(read)?;
            let (kind, from) = (entry.file_type().map_err(read)?, entry.path());
            let name = entry.file_name();
            let Some(name) = name.to_str() else {
                return Err(Error::usage(
                    format!("the name of {} is not Unicode", from.display()),
                    "rename it",
                ));
            };
            let path = format!("{path}/{name}");
            if self.ignore.leaves_out(&path, kind.is_dir()) {
                let end = if kind.is_dir() { "/" } else { "" };
                self.left_out.push(path + end);
            } else if kind.is_dir() {
                self.copy_folder(&path, &from)?;
            } else if kind.is_file() {
                self.copy(&path, &from)?;
            } else {
                return Err(Error::usage(
                    format!("{} is a link or no regular file", from.display()),
                    "put a copy of the file there: the shell's users would not have what the link leads to",
                ));
            }
        }
        Ok(())
    }

    /// Puts the folder in the place of the earlier one, which stays if that fails. Returns the files, and
    /// the paths that were not copied, each sorted.
    pub(super) fn publish(self) -> Result<(Vec<DistFile>, Vec<String>), Error> {
        // The command that builds the UI may have written there since the build began.
        check_replaceable(&self.out)?;
        let folder = create_beside(&self.out, "old")?;
        let earlier = folder.path().join("dist");
        if let Err(error) = replace_folder(self.folder.path(), &self.out, &earlier) {
            if earlier.exists() {
                let _ = folder.keep();
            }
            return Err(error);
        }
        let mut files = self.files;
        files.sort_by(|one, other| one.path.cmp(&other.path));
        let mut left_out = self.left_out;
        left_out.sort();
        Ok((files, left_out))
    }

    /// Path of a file in the folder, whose parent folders it creates.
    fn target(&self, path: &str) -> Result<PathBuf, Error> {
        let target = self.folder.path().join(path);
        let parent = target.parent().unwrap_or(&target);
        fs::create_dir_all(parent).map_err(|source| Error::file("create", parent, source))?;
        Ok(target)
    }

    fn add(&mut self, path: &str, size: u64) {
        let path = path.to_owned();
        self.files.push(DistFile { path, size });
    }
}

/// Checks that `out` may be replaced: it does not exist, is empty, or an earlier build has written it.
///
/// Files of other programs must not be lost: `dist` is also the folder of bundlers for JavaScript.
pub(super) fn check_replaceable(out: &Path) -> Result<(), Error> {
    let is_marked = out.join(DIST_MARKER).is_file();
    match fs::read_dir(out).map(|mut entries| is_marked || entries.next().is_none()) {
        Ok(true) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Ok(false) => Err(Error::usage(
            format!(
                "{} has files that `cargo stratos build` did not write",
                out.display()
            ),
            "name another folder with `--out DIR`, or remove this one",
        )),
        Err(source) => Err(Error::file("read", out, source)),
    }
}

/// Checks that a folder which is copied into `out` is neither in it nor around it.
pub(super) fn check_apart(out: &Path, source: &Path, name: &str) -> Result<(), Error> {
    let (real_out, real_source) = (real(out), real(source));
    if real_out.starts_with(&real_source) || real_source.starts_with(&real_out) {
        let (out, source) = (out.display(), source.display());
        return Err(Error::usage(
            format!("{name}, {source}, and the output folder, {out}, are in each other"),
            "have your tools write it elsewhere, or name another output folder with `--out DIR`",
        ));
    }
    Ok(())
}

/// The path without links, as far as it exists.
pub(crate) fn real(path: &Path) -> PathBuf {
    if let Ok(real) = dunce::canonicalize(path) {
        return real;
    }
    match (path.parent(), path.file_name()) {
        (Some(parent), Some(name)) if parent != Path::new("") => real(parent).join(name),
        _ => path.to_owned(),
    }
}

fn create_beside(out: &Path, suffix: &str) -> Result<TempDir, Error> {
    let parent = out.parent().unwrap_or(out);
    let name = out.file_name().unwrap_or_default().to_string_lossy();
    fs::create_dir_all(parent).map_err(|source| Error::file("create", parent, source))?;
    let prefix = format!(".{name}.{suffix}-");
    let mut builder = tempfile::Builder::new();
    builder.prefix(&prefix);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;

        // As `mkdir` has them: temporary folders are private by default.
        builder.permissions(fs::Permissions::from_mode(0o777));
    }
    let folder = builder.tempdir_in(parent);
    folder.map_err(|source| Error::file("create a folder in", parent, source))
}
