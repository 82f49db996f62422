//! Access to the files of a plugin's folder, confined to that folder.

use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    ffi::{OsStr, OsString},
    fs::{self, File, FileType},
    io::{self, ErrorKind, Read as _},
    path::{Component, Path, PathBuf},
};

use crate::{
    facts::project_facts::FileStatus, plugin_path::path_error, portability::portability_error,
};

/// The most symbolic links on the way to one file, as on Linux.
const MAX_LINKS: usize = 40;

/// The largest configuration file that is read, in bytes.
const MAX_CONFIG_BYTES: u64 = 1024 * 1024;

/// The folder of a plugin, with a cache of listings, which tell most paths' status without further system calls.
///
/// Only regular files are opened, so that no read blocks, and symbolic links are resolved here, so that nothing outside
/// of the folder is accessed.
#[derive(Debug)]
pub(super) struct PluginFolder {
    /// The path; on Windows the canonical one, in the form in which no file name means a device.
    root: PathBuf,
    /// The listing of each folder that was read; `None` for one that is unreadable.
    listings: HashMap<PathBuf, Option<Listing>>,
}

/// The entries of a folder: their types by their names.
type Listing = BTreeMap<String, FileType>;

/// A component of a path that is still to be resolved.
struct Step {
    name: OsString,
    /// Whether the component is from the manifest's path, and not from the target of a link.
    is_written: bool,
}

/// The result of looking a name up in the listing of its folder.
enum Lookup {
    /// The folder has the name.
    Found(FileType),
    /// The folder has this name, which differs in letter case only.
    CaseMismatch(String, FileType),
    /// The folder does not have the name.
    NoSuchName,
    /// The listing cannot tell.
    Unknown,
}

impl PluginFolder {
    pub(super) fn new(dir: &Path) -> Self {
        let dir = match dir.as_os_str().is_empty() {
            true => Path::new("."),
            false => dir,
        };
        Self {
            root: match cfg!(windows) {
                true => dir.canonicalize().unwrap_or_else(|_| dir.to_owned()),
                false => dir.to_owned(),
            },
            listings: HashMap::new(),
        }
    }

    /// The status of `path`, which has no [`path_error`].
    pub(super) fn status(&mut self, path: &str) -> FileStatus {
        self.resolve(path).0
    }

    /// Reads the first `limit` bytes of the file at `path`, and the file's size.
    pub(super) fn read(&mut self, path: &str, limit: u64) -> Result<(Vec<u8>, u64), FileStatus> {
        let (status, real) = self.resolve(path);
        if status != FileStatus::Present {
            return Err(status);
        }
        let read = || -> io::Result<_> {
            let file = File::open(real)?;
            let size = file.metadata()?.len();
            let expected = usize::try_from(size.min(limit)).unwrap_or(0);
            let mut bytes = Vec::with_capacity(expected);
            file.take(limit).read_to_end(&mut bytes)?;
            Ok((bytes, size))
        };
        read().map_err(|_| FileStatus::Unreadable)
    }

    /// Reads a configuration file; `None` if it is not a readable regular file, or larger than [`MAX_CONFIG_BYTES`].
    pub(super) fn read_config(&mut self, path: &str) -> Option<Vec<u8>> {
        let (bytes, size) = self.read(path, MAX_CONFIG_BYTES).ok()?;
        (size <= MAX_CONFIG_BYTES).then_some(bytes)
    }

    /// The files in the folder at `path` that a manifest can name.
    pub(super) fn files_in(&mut self, path: &str) -> Vec<String> {
        let (status, real) = self.resolve(path);
        if status != FileStatus::Folder {
            return Vec::new();
        }
        let prefix = match path {
            "" => String::new(),
            folder => format!("{}/", folder.trim_end_matches('/')),
        };
        let listing = self.listing(&real).into_iter().flatten();
        let paths: Vec<String> = listing
            .map(|(name, _)| format!("{prefix}{name}"))
            .filter(|path| path_error(path).is_none() && portability_error(path).is_none())
            .collect();
        let is_file = |path: &String| self.status(path) == FileStatus::Present;
        paths.into_iter().filter(is_file).collect()
    }

    /// The names of all entries of the folder at `path`.
    pub(super) fn names_in(&mut self, path: &str) -> io::Result<impl Iterator<Item = &str>> {
        let (status, real) = self.resolve(path);
        let listing = match status {
            FileStatus::Missing => return Err(ErrorKind::NotFound.into()),
            FileStatus::Folder => self.listing(&real),
            _ => None,
        };
        let listing = listing.ok_or(ErrorKind::PermissionDenied)?;
        Ok(listing.keys().map(String::as_str))
    }

    /// Resolves `path` component by component to its status and its real path.
    fn resolve(&mut self, path: &str) -> (FileStatus, PathBuf) {
        let mut steps = steps(path);
        let mut real = self.root.clone();
        let mut written: Vec<String> = Vec::new();
        let mut is_case_mismatch = false;
        let mut links = 0;
        while let Some(Step {
            mut name,
            is_written,
        }) = steps.pop_front()
        {
            if name == ".." {
                if real == self.root {
                    return (FileStatus::Outside, real);
                }
                real.pop();
                continue;
            }
            let mut here = real.join(&name);
            let file_type = match self.look_up(&real, &name) {
                Lookup::Found(file_type) => file_type,
                Lookup::CaseMismatch(listed, file_type) => {
                    is_case_mismatch |= is_written;
                    here.set_file_name(&listed);
                    name = listed.into();
                    file_type
                }
                Lookup::NoSuchName => return (FileStatus::Missing, here),
                Lookup::Unknown => match fs::symlink_metadata(&here) {
                    Ok(metadata) => metadata.file_type(),
                    Err(error) => return (error_status(&error), here),
                },
            };
            if is_written {
                written.push(name.to_string_lossy().into_owned());
            }
            if file_type.is_symlink() {
                links += 1;
                if links > MAX_LINKS {
                    return (FileStatus::Missing, here);
                }
                if let Err(status) = self.follow(&here, &mut real, &mut steps) {
                    return (status, here);
                }
            } else if file_type.is_dir() {
                real = here;
            } else {
                let is_last = steps.is_empty() && !path.ends_with('/');
                let status = match is_last {
                    true => file_status(file_type, is_case_mismatch.then_some(&written)),
                    false => FileStatus::Missing,
                };
                return (status, here);
            }
        }
        (FileStatus::Folder, real)
    }

    /// Puts the components of a link's target before the other steps. An absolute target is resolved from the root.
    fn follow(
        &self,
        link: &Path,
        real: &mut PathBuf,
        steps: &mut VecDeque<Step>,
    ) -> Result<(), FileStatus> {
        let target = fs::read_link(link).map_err(|error| error_status(&error))?;
        let is_absolute = target.has_root() || target.is_absolute();
        let inside = match is_absolute {
            true => {
                let root = self.root.canonicalize();
                let root = root.map_err(|error| error_status(&error))?;
                strip_root(&target, &root).ok_or(FileStatus::Outside)?
            }
            false => &target,
        };
        let mut names = Vec::new();
        for component in inside.components() {
            match component {
                Component::CurDir => {}
                Component::Normal(_) | Component::ParentDir => {
                    names.push(component.as_os_str().to_owned());
                }
                Component::Prefix(_) | Component::RootDir => return Err(FileStatus::Outside),
            }
        }
        if is_absolute {
            real.clone_from(&self.root);
        }
        for name in names.into_iter().rev() {
            steps.push_front(Step {
                name,
                is_written: false,
            });
        }
        Ok(())
    }

    /// Looks `name` up in the listing of `folder`, with its exact letter case.
    ///
    /// Windows and macOS open a file in any letter case, so that opening it proves nothing.
    fn look_up(&mut self, folder: &Path, name: &OsStr) -> Lookup {
        let Some(name) = name.to_str() else {
            return Lookup::Unknown;
        };
        let Some(listing) = self.listing(folder) else {
            return Lookup::Unknown;
        };
        if let Some(file_type) = listing.get(name) {
            return Lookup::Found(*file_type);
        }
        let lowercase = name.to_lowercase();
        let case_mismatch = listing
            .iter()
            .find(|(listed, _)| listed.to_lowercase() == lowercase);
        match case_mismatch {
            Some((listed, file_type)) => Lookup::CaseMismatch(listed.clone(), *file_type),
            // Other characters can be normalized differently, and `~` is part of Windows' short names.
            None if name.is_ascii() && !name.contains('~') => Lookup::NoSuchName,
            None => Lookup::Unknown,
        }
    }

    /// The listing of a folder; `None` if it is unreadable.
    fn listing(&mut self, folder: &Path) -> Option<&Listing> {
        if !self.listings.contains_key(folder) {
            self.listings.insert(folder.to_owned(), list(folder).ok());
        }
        self.listings[folder].as_ref()
    }
}

/// Lists a folder, without names that are not UTF-8.
fn list(folder: &Path) -> io::Result<Listing> {
    let entries = fs::read_dir(folder)?.filter_map(|entry| {
        let entry = entry.ok()?;
        Some((
            entry.file_name().into_string().ok()?,
            entry.file_type().ok()?,
        ))
    });
    Ok(entries.collect())
}

/// The components of a path in the manifest.
fn steps(path: &str) -> VecDeque<Step> {
    path.split('/')
        .filter(|segment| !matches!(*segment, "" | "."))
        .map(|segment| Step {
            name: OsString::from(segment),
            is_written: true,
        })
        .collect()
}

/// The part of `path` below `root`. Windows has two forms of an absolute path, `C:\` and `\\?\C:\`.
fn strip_root<'p>(path: &'p Path, root: &Path) -> Option<&'p Path> {
    let rest = dunce::simplified(path).strip_prefix(dunce::simplified(root));
    rest.ok()
}

/// The status of something that is neither a folder nor a link. `case_mismatch` has the components of its real path.
fn file_status(file_type: FileType, case_mismatch: Option<&Vec<String>>) -> FileStatus {
    match case_mismatch {
        _ if !file_type.is_file() => FileStatus::Special,
        Some(written) => FileStatus::CaseMismatch(written.join("/")),
        None => FileStatus::Present,
    }
}

fn error_status(error: &io::Error) -> FileStatus {
    match error.kind() {
        ErrorKind::PermissionDenied => FileStatus::Unreadable,
        _ => FileStatus::Missing,
    }
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;

    #[cfg(windows)]
    #[test]
    fn both_forms_of_an_absolute_path_have_the_same_root() {
        let strip = |path, root| strip_root(Path::new(path), Path::new(root)).map(Path::to_owned);
        let inside = Some(PathBuf::from("b"));
        assert_eq!(strip(r"C:\a\b", r"\\?\C:\a"), inside);
        assert_eq!(strip(r"\\?\C:\a\b", r"\\?\C:\a"), inside);
        assert_eq!(strip(r"C:\ab\b", r"\\?\C:\a"), None);
        assert_eq!(strip(r"\\server\a\b", r"\\?\C:\a"), None);
    }

    /// A plugin with an icon, and a file outside of the plugin's folder.
    fn plugin() -> (TempDir, PathBuf) {
        let dir = tempfile::tempdir().unwrap();
        let plugin = dir.path().join("plugin");
        fs::create_dir_all(plugin.join("Assets/Dark")).unwrap();
        fs::write(plugin.join("Assets/Icon.svg"), "<svg/>").unwrap();
        fs::write(dir.path().join("outside.svg"), "").unwrap();
        (dir, plugin)
    }

    fn status(plugin: &Path, path: &str) -> FileStatus {
        PluginFolder::new(plugin).status(path)
    }

    #[test]
    fn a_different_letter_case_is_a_mismatch() {
        let (_dir, plugin) = plugin();
        let other = FileStatus::CaseMismatch("Assets/Icon.svg".to_owned());
        for (path, expected) in [
            ("Assets/Icon.svg", FileStatus::Present),
            ("./Assets//./Icon.svg", FileStatus::Present),
            ("Assets/icon.svg", other.clone()),
            ("ASSETS/Icon.SVG", other),
            ("Assets/icons.svg", FileStatus::Missing),
            ("Assets/ícon.svg", FileStatus::Missing),
            ("Assets/ICON~1.SVG", FileStatus::Missing),
            ("Assets/Icon.svg/x", FileStatus::Missing),
            ("Assets/Icon.svg/", FileStatus::Missing),
            ("assets/dark", FileStatus::Folder),
            ("Assets", FileStatus::Folder),
            ("./", FileStatus::Folder),
        ] {
            assert_eq!(status(&plugin, path), expected, "{path}");
        }
    }

    #[test]
    fn listed_files_are_regular() {
        let (_dir, plugin) = plugin();
        let files = |path: &str| PluginFolder::new(&plugin).files_in(path);
        assert_eq!(files("Assets"), ["Assets/Icon.svg"]);
        assert_eq!(files("./Assets/"), ["./Assets/Icon.svg"]);
        // Paths in a folder whose letter case is wrong would be wrong, too.
        assert_eq!(files("assets"), [""; 0]);
        assert_eq!(files(""), [""; 0]);
        assert_eq!(files(".."), [""; 0]);
        assert_eq!(files("Assets/Icon.svg"), [""; 0]);
        fs::write(plugin.join("con.svg"), "").unwrap_or_default();
        fs::write(plugin.join("main.js"), "").unwrap();
        assert_eq!(files(""), ["main.js"]);
    }

    #[test]
    fn reading_stops_at_the_limit() {
        let (_dir, plugin) = plugin();
        let mut folder = PluginFolder::new(&plugin);
        assert_eq!(folder.read("Assets/Icon.svg", 4), Ok((b"<svg".to_vec(), 6)));
        assert_eq!(folder.read("Assets", 4), Err(FileStatus::Folder));
        assert_eq!(folder.read("nothing", 4), Err(FileStatus::Missing));
    }

    // Windows lets accounts create symbolic links only with a special right. There, only the form of an absolute target
    // differs, which has a test above.
    #[cfg(unix)]
    #[test]
    fn links_out_of_the_folder_are_not_followed() {
        use std::os::unix::fs::symlink;

        let (dir, plugin) = plugin();
        let outside = dir.path().join("outside.svg");
        let inside = plugin.canonicalize().unwrap().join("Assets/Icon.svg");
        for (link, target) in [
            ("relative.svg", Path::new("Assets/Icon.svg")),
            ("absolute.svg", &inside),
            ("up.svg", Path::new("Assets/Dark/../Icon.svg")),
            ("chain.svg", Path::new("./relative.svg")),
            ("dangling.svg", Path::new("nothing.svg")),
            ("loop.svg", Path::new("loop.svg")),
            ("grows", Path::new("grows/grows/grows")),
            ("out.svg", Path::new("../outside.svg")),
            ("out-and-in.svg", Path::new("../plugin/Assets/Icon.svg")),
            ("elsewhere.svg", &outside),
            ("device.svg", Path::new("/dev/zero")),
            ("parent", Path::new("..")),
            ("folder", Path::new("Assets")),
        ] {
            symlink(target, plugin.join(link)).unwrap();
        }
        for (path, expected) in [
            ("relative.svg", FileStatus::Present),
            ("absolute.svg", FileStatus::Present),
            ("up.svg", FileStatus::Present),
            ("chain.svg", FileStatus::Present),
            ("folder/Icon.svg", FileStatus::Present),
            (
                "folder/icon.svg",
                FileStatus::CaseMismatch("folder/Icon.svg".to_owned()),
            ),
            ("dangling.svg", FileStatus::Missing),
            ("loop.svg", FileStatus::Missing),
            ("grows", FileStatus::Missing),
            ("out.svg", FileStatus::Outside),
            ("out-and-in.svg", FileStatus::Outside),
            ("elsewhere.svg", FileStatus::Outside),
            ("device.svg", FileStatus::Outside),
            ("parent/outside.svg", FileStatus::Outside),
            ("parent/plugin/Assets/Icon.svg", FileStatus::Outside),
        ] {
            assert_eq!(status(&plugin, path), expected, "{path}");
        }
        assert_eq!(
            PluginFolder::new(&plugin).read("out.svg", 10),
            Err(FileStatus::Outside)
        );
        // The plugin's folder may itself be named by a link.
        let alias = dir.path().join("alias");
        symlink(&plugin, &alias).unwrap();
        for path in ["absolute.svg", "relative.svg", "folder/Icon.svg"] {
            assert_eq!(status(&alias, path), FileStatus::Present, "{path}");
        }
        assert_eq!(status(&alias, "out-and-in.svg"), FileStatus::Outside);
    }

    // Named pipes of Windows are not in a plugin's folder.
    #[cfg(unix)]
    #[test]
    fn pipes_and_sockets_are_not_opened() {
        use std::{os::unix::net::UnixListener, process::Command};

        let (_dir, plugin) = plugin();
        let pipe = plugin.join("pipe.svg");
        assert!(
            Command::new("mkfifo")
                .arg(&pipe)
                .status()
                .unwrap()
                .success()
        );
        let _socket = UnixListener::bind(plugin.join("socket.svg")).unwrap();
        for path in ["pipe.svg", "socket.svg"] {
            let read = PluginFolder::new(&plugin).read(path, 10);
            assert_eq!(read, Err(FileStatus::Special), "{path}");
        }
    }
}
