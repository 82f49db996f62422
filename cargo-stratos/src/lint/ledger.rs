//! The baseline on the disk.

use std::fs;
use std::io::Write as _;
use std::path::{Component, Path, PathBuf};

use atomic_write_file::AtomicWriteFile;
use stratos_manifest::{Baseline, position};

use crate::error::Error;
use crate::manifests::{Target, read_text};
use crate::output::escape;

/// Room for a hundred thousand entries.
const MAX_BYTES: usize = 16 * 1024 * 1024;

/// A baseline and the place that its paths are relative to.
#[derive(Debug)]
pub(crate) struct Ledger {
    /// Its path as messages name it.
    pub(crate) path: PathBuf,
    /// Its text, as it was read.
    pub(crate) text: String,
    /// Its folder on the disk.
    pub(crate) folder: PathBuf,
    pub(crate) baseline: Baseline,
}

impl Ledger {
    /// An empty one, to be written to `path`.
    pub(crate) fn new(path: &Path) -> Result<Self, Error> {
        let parent = path
            .parent()
            .filter(|parent| !parent.as_os_str().is_empty());
        let folder = parent.unwrap_or(Path::new(".")).canonicalize();
        let folder = folder.map_err(|source| Error::File {
            what: "find the folder of",
            path: path.to_owned(),
            source,
        })?;
        Ok(Self {
            path: path.to_owned(),
            text: String::new(),
            folder,
            baseline: Baseline::default(),
        })
    }

    /// The one in the file `path`.
    pub(crate) fn load(path: &Path) -> Result<Self, Error> {
        let shown = escape(&path.to_string_lossy()).into_owned();
        let text = read_text(path, MAX_BYTES)?.ok_or_else(|| Error::Usage {
            message: format!("there is no baseline {shown}"),
            help: Some(format!("write it with `--write-baseline {shown}`")),
        })?;
        let baseline = Baseline::parse(&text).map_err(|error| Error::Usage {
            message: format!("{shown}:{}: {error}", position(&text, error.span.start)),
            help: error.help,
        })?;
        Ok(Self {
            text,
            baseline,
            ..Self::new(path)?
        })
    }

    /// Writes it, whole or not at all.
    pub(crate) fn write(&self) -> Result<(), Error> {
        let write = || {
            let mut file = AtomicWriteFile::open(&self.path)?;
            file.write_all(self.baseline.to_string().as_bytes())?;
            file.commit()
        };
        write().map_err(|source| Error::File {
            what: "write",
            path: self.path.clone(),
            source,
        })
    }

    /// What the baseline calls a manifest; one whose path is no text has no name, and is never suppressed.
    pub(crate) fn name(&self, target: &Target) -> Option<String> {
        let folder = target.folder();
        let folder = fs::canonicalize(folder).or_else(|_| std::path::absolute(folder));
        relative(&self.folder, &folder.ok()?.join(target.path.file_name()?))
    }
}

/// The way from a folder to a file, with `/`.
fn relative(from: &Path, to: &Path) -> Option<String> {
    let from: Vec<Component<'_>> = from.components().collect();
    let to: Vec<Component<'_>> = to.components().collect();
    let common = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    if common == 0 {
        return None;
    }
    let up = from[common..].iter().map(|_| Some(".."));
    let down = to[common..].iter().map(|part| part.as_os_str().to_str());
    let parts: Option<Vec<&str>> = up.chain(down).collect();
    Some(parts?.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_relative_to_the_baseline() {
        let root = if cfg!(windows) { "C:\\" } else { "/" };
        let path = |inside: &str| Path::new(root).join(inside);
        for (from, to, expected) in [
            ("a", "a/plugin.json", "plugin.json"),
            ("a", "a/b/plugin.json", "b/plugin.json"),
            ("a/ci", "a/b/plugin.json", "../b/plugin.json"),
            ("", "a/plugin.json", "a/plugin.json"),
        ] {
            let found = relative(&path(from), &path(to));
            assert_eq!(found.as_deref(), Some(expected), "{from} {to}");
        }
    }
}
