//! The baseline on the disk.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::io::{self, Write as _};
use std::path::{Component, Path, PathBuf};

use atomic_write_file::AtomicWriteFile;
use serde_json::json;
use stratos_manifest::{Baseline, BaselineEntry, position};

use crate::error::Error;
use crate::manifests::{Found, Target, read_text};
use crate::output::escape;

/// Room for a hundred thousand entries.
const MAX_BYTES: usize = 16 * 1024 * 1024;

const OTHER_FILE: &str = "name a file that is not there yet, or a baseline to renew";

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
    /// One to be written to `path`, with what an older one there says about manifests that are not `targets`.
    ///
    /// A file that is no baseline is not overwritten.
    pub(crate) fn renew(path: &Path, found: &Found) -> Result<Self, Error> {
        let mut ledger = Self::empty(path)?;
        let names: HashSet<String> = found
            .targets
            .iter()
            .filter_map(|target| ledger.name(target))
            .collect();
        let own = path.file_name().and_then(OsStr::to_str);
        if own.is_some_and(|own| names.contains(own)) {
            return Err(Error::Usage {
                message: format!("{} is checked, and cannot be the baseline", shown(path)),
                help: Some(OTHER_FILE.to_owned()),
            });
        }
        let Some(text) = read_text(path, MAX_BYTES)? else {
            return Ok(ledger);
        };
        let old = Baseline::parse(&text).map_err(|error| Error::Usage {
            message: format!("{} is not overwritten: {error}", shown(path)),
            help: Some(OTHER_FILE.to_owned()),
        })?;
        let is_kept = |entry: &&BaselineEntry| {
            !names.contains(&entry.manifest) && !ledger.is_gone(&entry.manifest, &found.searched)
        };
        let kept = old.entries().iter().filter(is_kept).map(|entry| {
            let BaselineEntry {
                manifest,
                rule,
                at,
                count,
                span: _,
            } = entry;
            json!({ "manifest": manifest, "rule": rule, "at": at, "count": count })
        });
        let kept = json!({ "version": 1, "findings": kept.collect::<Vec<_>>() });
        ledger.baseline = Baseline::parse(&kept.to_string()).expect("parts of a baseline are one");
        Ok(ledger)
    }

    /// The one in the file `path`.
    pub(crate) fn load(path: &Path) -> Result<Self, Error> {
        let shown = shown(path);
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
            ..Self::empty(path)?
        })
    }

    fn empty(path: &Path) -> Result<Self, Error> {
        let parent = path
            .parent()
            .filter(|parent| !parent.as_os_str().is_empty());
        let folder = parent.unwrap_or(Path::new("."));
        let folder = dunce::canonicalize(folder).map_err(|source| Error::File {
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

    /// Writes it, whole or not at all.
    pub(crate) fn write(&self) -> Result<(), Error> {
        // A link stays, and what it leads to is written.
        let path = dunce::canonicalize(&self.path).unwrap_or_else(|_| self.path.clone());
        let write = || {
            let mut file = AtomicWriteFile::open(&path)?;
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
        relative(&self.folder, &target.place)
    }

    /// Whether this run searched where the manifest of this name was, and there is no file any more.
    pub(crate) fn is_gone(&self, manifest: &str, searched: &[PathBuf]) -> bool {
        let file = joined(&self.folder, manifest);
        let is_missing = |error: io::Error| error.kind() == io::ErrorKind::NotFound;
        searched.iter().any(|folder| file.starts_with(folder))
            && file.symlink_metadata().is_err_and(is_missing)
    }
}

/// The file that a baseline in `folder` means; its paths have `/` and may lead up first.
fn joined(folder: &Path, relative: &str) -> PathBuf {
    let mut path = folder.to_owned();
    for part in relative.split('/') {
        match part {
            ".." => drop(path.pop()),
            part => path.push(part),
        }
    }
    path
}

fn shown(path: &Path) -> String {
    escape(&path.to_string_lossy()).into_owned()
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
