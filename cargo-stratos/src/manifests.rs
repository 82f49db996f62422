//! Which manifests a command line means, and what is in them.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use stratos_manifest::MAX_BYTES;

use crate::error::Error;
use crate::output::escape;

const FILE_NAME: &str = "plugin.json";

/// Folders with copies and builds, never with the manifest that somebody edits.
const SKIPPED: [&str; 4] = ["target", "node_modules", ".git", ".stratos"];

/// The manifests that `path` means: itself if it is a file, the one in the folder, or all in the folders below.
pub(crate) fn find(path: &Path) -> Result<Vec<PathBuf>, Error> {
    match fs::metadata(path) {
        Ok(metadata) if metadata.is_dir() => {}
        Ok(_) => return Ok(vec![path.to_owned()]),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(Error::Usage {
                message: format!("there is no file or folder {}", shown(path)),
                help: Some("name a plugin.json or a folder that has one in it or below".to_owned()),
            });
        }
        Err(source) => return Err(unreadable(path, source)),
    }
    let found = below(path)?;
    if found.is_empty() {
        return Err(Error::Usage {
            message: format!("there is no {FILE_NAME} in {} or below", shown(path)),
            help: Some(
                "make a plugin with `cargo stratos new my-plugin`, or name its folder".to_owned(),
            ),
        });
    }
    Ok(found)
}

/// The bytes of a manifest, and of a larger file as many as it takes to refuse it.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, Error> {
    let mut source = Vec::new();
    let limit = u64::try_from(MAX_BYTES).unwrap_or(u64::MAX);
    File::open(path)
        .and_then(|file| file.take(limit.saturating_add(1)).read_to_end(&mut source))
        .map_err(|source| unreadable(path, source))?;
    Ok(source)
}

/// A plugin does not lie inside a plugin: the search ends where a manifest is.
fn below(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let manifest = folder.join(FILE_NAME);
        if manifest.symlink_metadata().is_ok() {
            found.push(manifest);
        } else {
            folders.extend(subfolders(&folder).map_err(|source| unreadable(&folder, source))?);
        }
    }
    found.sort();
    Ok(found)
}

/// Symbolic links are not followed, so that the search ends.
fn subfolders(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut folders = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let is_skipped = SKIPPED
            .iter()
            .any(|name| entry.file_name() == OsStr::new(name));
        if entry.file_type()?.is_dir() && !is_skipped {
            folders.push(entry.path());
        }
    }
    Ok(folders)
}

fn unreadable(path: &Path, source: io::Error) -> Error {
    Error::File {
        what: "read",
        path: path.to_owned(),
        source,
    }
}

fn shown(path: &Path) -> String {
    escape(&path.to_string_lossy()).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn project(files: &[&str]) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        for file in files {
            let file = dir.path().join(file);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, "{}").unwrap();
        }
        dir
    }

    fn found(dir: &Path, inside: &str) -> Vec<String> {
        let found = find(&dir.join(inside)).unwrap();
        let relative = found.iter().map(|path| path.strip_prefix(dir).unwrap());
        relative
            .map(|path| path.to_str().unwrap().replace('\\', "/"))
            .collect()
    }

    #[test]
    fn finds_what_people_edit() {
        let dir = project(&[
            "a/plugin.json",
            "a/inside/plugin.json",
            "b/c/plugin.json",
            "b/target/plugin.json",
            "node_modules/x/plugin.json",
            ".git/plugin.json",
            ".stratos/plugin.json",
        ]);
        assert_eq!(found(dir.path(), ""), ["a/plugin.json", "b/c/plugin.json"]);
        assert_eq!(found(dir.path(), "a"), ["a/plugin.json"]);
        assert_eq!(found(dir.path(), "a/plugin.json"), ["a/plugin.json"]);
        // Who names such a folder means it.
        assert_eq!(
            found(dir.path(), "node_modules"),
            ["node_modules/x/plugin.json"]
        );
    }

    #[test]
    fn nothing_found_is_wrong_usage() {
        let dir = project(&["a/other.json"]);
        for inside in ["a", "b"] {
            let error = find(&dir.path().join(inside)).unwrap_err();
            assert_eq!(error.exit(), 2, "{error}");
        }
    }

    #[test]
    fn an_endless_file_is_not_read_to_its_end() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("plugin.json");
        fs::write(&path, vec![b' '; MAX_BYTES * 2]).unwrap();
        assert_eq!(read(&path).unwrap().len(), MAX_BYTES + 1);
    }
}
