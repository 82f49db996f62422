//! The files of a bundle in memory.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::ignore_file::IgnoreFile;
use crate::layout;
use crate::limits::{MAX_FILES, MAX_UNPACKED_BYTES};
use crate::platform::Platform;
use crate::problem::Problem;

/// The files of a bundle, within [`MAX_FILES`] and [`MAX_UNPACKED_BYTES`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Bundle {
    /// Contents by the path in the bundle, with `/` as the separator, in the order of the paths' bytes.
    pub files: BTreeMap<String, Vec<u8>>,
}

/// The bundle in a `dist` folder.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DistFolder {
    /// The files that are shipped.
    pub bundle: Bundle,
    /// Paths of files, and of folders with a `/` at the end, that are not shipped because of `.stratosignore`.
    pub left_out: Vec<String>,
    /// Problems of what cannot be in a bundle: links, special files, names that are no Unicode, and too many files or bytes.
    pub problems: Vec<Problem>,
}

/// Error of reading a `dist` folder.
#[derive(Debug, Error)]
#[error("cannot read {}", path.display())]
pub struct ReadFolderError {
    /// The file or folder.
    pub path: PathBuf,
    /// The reason.
    #[source]
    pub source: io::Error,
}

impl Bundle {
    /// Bytes of all files.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.files.values().map(|bytes| bytes.len() as u64).sum()
    }

    /// The files in the folder of programs: path in the bundle, and path in this folder, such as `win32-x64/demo.exe`.
    pub(crate) fn program_files(&self) -> impl Iterator<Item = (&str, &str)> {
        let paths = self.files.keys().filter(|path| layout::is_program(path));
        paths.map(|path| (path.as_str(), &path[layout::PROGRAMS.len() + 1..]))
    }

    /// The platforms of the folders of programs.
    #[must_use]
    pub fn platforms(&self) -> BTreeSet<Platform> {
        let folders = self
            .program_files()
            .filter_map(|(_, program)| program.split_once('/'));
        folders
            .filter_map(|(folder, _)| folder.parse().ok())
            .collect()
    }
}

impl DistFolder {
    /// Reads the folder. Follows no link, opens regular files only, and stops at the limits of a bundle.
    ///
    /// # Errors
    ///
    /// Returns an error if a file or folder cannot be read.
    pub fn read(folder: &Path, ignore: &IgnoreFile) -> Result<Self, ReadFolderError> {
        let mut dist = Self::default();
        let mut size = 0;
        let mut folders = vec![(folder.to_owned(), String::new())];
        while let Some((folder, prefix)) = folders.pop() {
            for entry in sorted_entries(&folder)? {
                let error = |source| ReadFolderError {
                    path: entry.path(),
                    source,
                };
                let file_name = entry.file_name();
                let Some(name) = file_name.to_str() else {
                    let path = format!("{prefix}{}", file_name.to_string_lossy());
                    dist.problems.push(name_not_unicode(&path));
                    continue;
                };
                let path = format!("{prefix}{name}");
                if path == layout::DIST_MARKER {
                    continue;
                }
                let file_type = entry.file_type().map_err(error)?;
                if ignore.leaves_out(&path, file_type.is_dir()) {
                    let end = if file_type.is_dir() { "/" } else { "" };
                    dist.left_out.push(path + end);
                } else if file_type.is_dir() {
                    folders.push((entry.path(), format!("{path}/")));
                } else if !file_type.is_file() {
                    dist.problems
                        .push(not_a_file(&path, file_type.is_symlink()));
                } else if dist.bundle.files.len() == MAX_FILES {
                    dist.problems.push(too_many_files());
                    return Ok(dist);
                } else {
                    let room = MAX_UNPACKED_BYTES - size;
                    let Some(bytes) = read_up_to(&entry.path(), room).map_err(error)? else {
                        dist.problems.push(too_large());
                        return Ok(dist);
                    };
                    size += bytes.len() as u64;
                    dist.bundle.files.insert(path, bytes);
                }
            }
        }
        dist.left_out.sort();
        Ok(dist)
    }
}

fn sorted_entries(folder: &Path) -> Result<Vec<fs::DirEntry>, ReadFolderError> {
    let entries = fs::read_dir(folder).and_then(Iterator::collect::<io::Result<Vec<_>>>);
    let mut entries = entries.map_err(|source| ReadFolderError {
        path: folder.to_owned(),
        source,
    })?;
    entries.sort_by_key(fs::DirEntry::file_name);
    Ok(entries)
}

/// The bytes of a file; `None` if there are more than `limit`.
fn read_up_to(path: &Path, limit: u64) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(limit + 1).read_to_end(&mut bytes)?;
    Ok((bytes.len() as u64 <= limit).then_some(bytes))
}

fn name_not_unicode(path: &str) -> Problem {
    Problem::error(
        "name-not-unicode",
        path,
        "the name of the file is not valid Unicode",
    )
    .help("rename the file")
}

fn not_a_file(path: &str, is_link: bool) -> Problem {
    let help = "put a copy of the file there, or leave it out in `.stratosignore`";
    match is_link {
        true => Problem::error(
            "link",
            path,
            "a link cannot be in a bundle: unzip programs and systems treat links differently",
        ),
        false => Problem::error(
            "special-file",
            path,
            "a socket, pipe or device cannot be in a bundle",
        ),
    }
    .help(help)
}

/// The problem of a bundle with more files than [`MAX_FILES`].
pub(crate) fn too_many_files() -> Problem {
    let message = format!("the bundle has more than {MAX_FILES} files");
    Problem::of_bundle("too-many-files", message)
        .help("leave out what the plugin does not need in `.stratosignore`, such as `node_modules`")
}

/// The problem of a bundle with more bytes than [`MAX_UNPACKED_BYTES`].
pub(crate) fn too_large() -> Problem {
    let mebibytes = MAX_UNPACKED_BYTES / (1024 * 1024);
    let message = format!("the files of the bundle have more than {mebibytes} MiB");
    Problem::of_bundle("bundle-too-large", message)
        .help("build for release, and leave out what the plugin does not need in `.stratosignore`")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dist(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a folder");
        for (path, content) in files {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
            fs::write(path, content).expect("a file");
        }
        folder
    }

    fn read(folder: &Path, ignore: &str) -> DistFolder {
        let ignore = IgnoreFile::parse(ignore).expect("patterns");
        DistFolder::read(folder, &ignore).expect("a readable folder")
    }

    #[test]
    fn a_folder_is_read_without_what_is_left_out() {
        let folder = dist(&[
            (layout::DIST_MARKER, ""),
            ("plugin.json", "{}"),
            ("ui/index.js", "ui"),
            ("ui/index.js.map", "map"),
            ("notes/todo.md", "todo"),
            ("notes/deep/more.md", "more"),
        ]);
        let dist = read(folder.path(), "notes/");
        assert_eq!(dist.left_out, ["notes/", "ui/index.js.map"]);
        assert_eq!(dist.problems, []);
        let files: Vec<_> = dist.bundle.files.keys().collect();
        assert_eq!(files, ["plugin.json", "ui/index.js"]);
        assert_eq!(dist.bundle.size(), 4);
    }

    #[test]
    fn a_missing_folder_is_named() {
        let folder = dist(&[]);
        let missing = folder.path().join("dist");
        let ignore = IgnoreFile::parse("").expect("patterns");
        let error = DistFolder::read(&missing, &ignore).expect_err("no folder");
        assert_eq!(error.path, missing);
    }

    #[test]
    fn more_bytes_than_the_limit_are_not_read() {
        let folder = dist(&[("file", "12345")]);
        let path = folder.path().join("file");
        assert_eq!(
            read_up_to(&path, 5).expect("a read"),
            Some(b"12345".to_vec())
        );
        assert_eq!(read_up_to(&path, 4).expect("a read"), None);
    }

    #[cfg(unix)]
    #[test]
    fn links_special_files_and_names_without_unicode_are_problems() {
        use std::ffi::OsStr;
        use std::os::unix::ffi::OsStrExt as _;
        use std::os::unix::fs::symlink;
        use std::os::unix::net::UnixListener;

        let folder = dist(&[("plugin.json", "{}")]);
        symlink("/etc/passwd", folder.path().join("assets")).expect("a link");
        let _socket = UnixListener::bind(folder.path().join("socket")).expect("a socket");
        let is_refused_by_file_system =
            fs::write(folder.path().join(OsStr::from_bytes(b"\xff")), "").is_err();
        let dist = read(folder.path(), "");
        let mut found: Vec<_> = dist.problems.iter().map(|problem| problem.name).collect();
        found.sort_unstable();
        match is_refused_by_file_system {
            true => assert_eq!(found, ["link", "special-file"]),
            false => assert_eq!(found, ["link", "name-not-unicode", "special-file"]),
        }
        assert_eq!(dist.bundle.files.len(), 1);
    }
}
