//! What lies at a path of the plugin's folder, found without ever leaving it.

use std::{
    collections::{HashMap, VecDeque},
    ffi::{OsStr, OsString},
    fs::{self, File, Metadata},
    io::{self, ErrorKind, Read as _},
    path::{Component, Path, PathBuf},
};

use crate::{facts::FileFact, plugin_path::path_fault, portability::portability_fault};

/// A folder with more entries is not listed, and letter case not compared in it.
const MAX_ENTRIES: usize = 4_096;

/// As many entries of a folder as anybody chooses a name from.
const MAX_BESIDE: usize = 100;

/// As many links as Linux follows for one path.
const MAX_LINKS: usize = 40;

/// The folder of a plugin.
///
/// It only opens what is a file, so that nothing blocks, and reads links one by one, so that nothing is touched
/// outside.
#[derive(Debug)]
pub(super) struct PluginFolder {
    root: PathBuf,
    listings: HashMap<PathBuf, Option<Vec<String>>>,
}

/// A part of a path, and whether the manifest or a link on the way has it.
type Step = (OsString, bool);

impl PluginFolder {
    pub(super) fn new(dir: &Path) -> Self {
        let dir = match dir.as_os_str().is_empty() {
            true => Path::new("."),
            false => dir,
        };
        Self {
            // On Windows this is also the form in which no name means a device.
            root: dir.canonicalize().unwrap_or_else(|_| dir.to_owned()),
            listings: HashMap::new(),
        }
    }

    /// What is at `path`, which has no [`path_fault`](crate::plugin_path::path_fault).
    pub(super) fn look(&mut self, path: &str) -> FileFact {
        self.find(path).0
    }

    /// At most `limit` bytes of the file at `path` and its size, or what is there instead.
    pub(super) fn read(&mut self, path: &str, limit: u64) -> Result<(Vec<u8>, u64), FileFact> {
        let (fact, real) = self.find(path);
        if fact != FileFact::Present {
            return Err(fact);
        }
        let read = || -> io::Result<_> {
            let file = File::open(real)?;
            let size = file.metadata()?.len();
            let mut bytes = Vec::with_capacity(room(size.min(limit)));
            file.take(limit).read_to_end(&mut bytes)?;
            Ok((bytes, size))
        };
        read().map_err(|_| FileFact::Unreadable)
    }

    /// The files in the folder at `path` that can be named in a manifest: the first ones, if it has very many.
    pub(super) fn files_in(&mut self, path: &str) -> Vec<String> {
        let (fact, real) = self.find(path);
        if fact != FileFact::Folder {
            return Vec::new();
        }
        let names = self.listing(real).unwrap_or_default();
        let prefix = match path {
            "" => String::new(),
            folder => format!("{}/", folder.trim_end_matches('/')),
        };
        let paths: Vec<String> = names
            .iter()
            .take(MAX_BESIDE)
            .map(|name| format!("{prefix}{name}"))
            .filter(|path| path_fault(path).is_none() && portability_fault(path).is_none())
            .collect();
        let is_file = |path: &String| self.look(path) == FileFact::Present;
        paths.into_iter().filter(is_file).collect()
    }

    /// The names of all that is in the folder at `path`.
    pub(super) fn names_in(&mut self, path: &str) -> io::Result<&[String]> {
        let (fact, real) = self.find(path);
        match fact {
            FileFact::Folder => self.listing(real).ok_or(ErrorKind::FileTooLarge.into()),
            FileFact::Missing => Err(ErrorKind::NotFound.into()),
            _ => Err(ErrorKind::PermissionDenied.into()),
        }
    }

    /// What is at `path`, and where that really is.
    fn find(&mut self, path: &str) -> (FileFact, PathBuf) {
        let mut steps: VecDeque<Step> = path
            .split('/')
            .filter(|segment| !matches!(*segment, "" | "."))
            .map(|segment| (OsString::from(segment), true))
            .collect();
        let mut real = self.root.clone();
        let mut written: Vec<String> = Vec::new();
        let mut is_other_case = false;
        let mut links = 0;
        while let Some((name, is_written)) = steps.pop_front() {
            if name == ".." {
                if real == self.root {
                    return (FileFact::Outside, real);
                }
                real.pop();
                continue;
            }
            let listed = match self.listed(&real, &name) {
                Listed::NoSuchName => return (FileFact::Missing, real.join(name)),
                Listed::OtherCase(listed) => Some(listed),
                Listed::Unknown => None,
            };
            is_other_case |= is_written && listed.is_some();
            let name = listed.unwrap_or(name);
            if is_written {
                written.push(name.to_string_lossy().into_owned());
            }
            let here = real.join(&name);
            let metadata = match fs::symlink_metadata(&here) {
                Ok(metadata) => metadata,
                Err(error) => return (why_not(&error), here),
            };
            if metadata.is_symlink() {
                links += 1;
                match self.target(&here) {
                    Ok(_) if links > MAX_LINKS => return (FileFact::Missing, here),
                    Ok(target) => {
                        if target.from_root {
                            real.clone_from(&self.root);
                        }
                        target.steps.into_iter().rev().for_each(|step| {
                            steps.push_front((step, false));
                        });
                    }
                    Err(fact) => return (fact, here),
                }
            } else if metadata.is_dir() {
                real = here;
            } else {
                let is_last = steps.is_empty() && !path.ends_with('/');
                return match is_last {
                    true => (
                        file_fact(&metadata, is_other_case.then_some(&written)),
                        here,
                    ),
                    false => (FileFact::Missing, here),
                };
            }
        }
        (FileFact::Folder, real)
    }

    /// What the folder's list of names says of `name`.
    ///
    /// Windows and macOS open a file by any of its spellings: only the folder tells which one is right.
    fn listed(&mut self, folder: &Path, name: &OsStr) -> Listed {
        let Some(name) = name.to_str() else {
            return Listed::Unknown;
        };
        let Some(names) = self.listing(folder.to_owned()) else {
            return Listed::Unknown;
        };
        if names
            .binary_search_by(|listed| listed.as_str().cmp(name))
            .is_ok()
        {
            return Listed::Unknown;
        }
        let lowercase = name.to_lowercase();
        let other_case = names
            .iter()
            .find(|listed| listed.to_lowercase() == lowercase);
        match other_case {
            Some(listed) => Listed::OtherCase(listed.into()),
            // Letters beyond ASCII have several spellings, and Windows has short names: there, the system is asked.
            None if name.is_ascii() && !name.contains('~') => Listed::NoSuchName,
            None => Listed::Unknown,
        }
    }

    /// The sorted names in a folder, if it can be read and is not too large.
    fn listing(&mut self, folder: PathBuf) -> Option<&[String]> {
        let list = |folder: &PathBuf| {
            let entries = fs::read_dir(folder).ok()?.take(MAX_ENTRIES + 1);
            let mut names: Vec<String> = entries
                .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
                .collect();
            names.sort_unstable();
            (names.len() <= MAX_ENTRIES).then_some(names)
        };
        let entry = self.listings.entry(folder);
        let folder = entry.key().clone();
        entry.or_insert_with(|| list(&folder)).as_deref()
    }

    /// Where a link leads.
    fn target(&self, link: &Path) -> Result<Target, FileFact> {
        let target = fs::read_link(link).map_err(|error| why_not(&error))?;
        let from_root = target.has_root() || target.is_absolute();
        let inside = match from_root {
            true => below(&target, &self.root).ok_or(FileFact::Outside)?,
            false => &target,
        };
        let mut steps = Vec::new();
        for component in inside.components() {
            match component {
                Component::CurDir => {}
                Component::Normal(_) | Component::ParentDir => {
                    steps.push(component.as_os_str().to_owned());
                }
                Component::Prefix(_) | Component::RootDir => return Err(FileFact::Outside),
            }
        }
        Ok(Target { from_root, steps })
    }
}

/// What a folder's list of names says of one.
enum Listed {
    /// It differs from this one in letter case only.
    OtherCase(OsString),
    /// It is not there.
    NoSuchName,
    /// It is there as it is, or the list does not tell.
    Unknown,
}

struct Target {
    /// Whether the steps start at the plugin's folder, not at the link's.
    from_root: bool,
    steps: Vec<OsString>,
}

/// For a file of this size and the read that finds its end, if memory has it.
fn room(size: u64) -> usize {
    usize::try_from(size).unwrap_or(0).saturating_add(1)
}

/// The rest of `path` below `root`; Windows has two ways to write both of them, `C:\` and `\\?\C:\`.
fn below<'p>(path: &'p Path, root: &Path) -> Option<&'p Path> {
    let rest = dunce::simplified(path).strip_prefix(dunce::simplified(root));
    rest.ok()
}

fn file_fact(metadata: &Metadata, other_case: Option<&Vec<String>>) -> FileFact {
    match other_case {
        _ if !metadata.is_file() => FileFact::Special,
        Some(written) => FileFact::OtherCase(written.join("/")),
        None => FileFact::Present,
    }
}

fn why_not(error: &io::Error) -> FileFact {
    match error.kind() {
        ErrorKind::PermissionDenied => FileFact::Unreadable,
        _ => FileFact::Missing,
    }
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;

    #[cfg(windows)]
    #[test]
    fn both_forms_of_a_path_are_the_same_folder() {
        let below = |path, root| below(Path::new(path), Path::new(root)).map(Path::to_owned);
        let inside = Some(PathBuf::from("b"));
        assert_eq!(below(r"C:\a\b", r"\\?\C:\a"), inside);
        assert_eq!(below(r"\\?\C:\a\b", r"\\?\C:\a"), inside);
        assert_eq!(below(r"C:\ab\b", r"\\?\C:\a"), None);
        assert_eq!(below(r"\\server\a\b", r"\\?\C:\a"), None);
    }

    /// A plugin with an icon, beside a file that is not its own.
    fn plugin() -> (TempDir, PathBuf) {
        let dir = tempfile::tempdir().unwrap();
        let plugin = dir.path().join("plugin");
        fs::create_dir_all(plugin.join("Assets/Dark")).unwrap();
        fs::write(plugin.join("Assets/Icon.svg"), "<svg/>").unwrap();
        fs::write(dir.path().join("outside.svg"), "").unwrap();
        (dir, plugin)
    }

    fn look(plugin: &Path, path: &str) -> FileFact {
        PluginFolder::new(plugin).look(path)
    }

    #[test]
    fn letter_case_is_the_folders() {
        let (_dir, plugin) = plugin();
        let other = FileFact::OtherCase("Assets/Icon.svg".to_owned());
        for (path, expected) in [
            ("Assets/Icon.svg", FileFact::Present),
            ("./Assets//./Icon.svg", FileFact::Present),
            ("Assets/icon.svg", other.clone()),
            ("ASSETS/Icon.SVG", other),
            ("Assets/icons.svg", FileFact::Missing),
            ("Assets/Icon.svg/x", FileFact::Missing),
            ("Assets/Icon.svg/", FileFact::Missing),
            ("assets/dark", FileFact::Folder),
            ("Assets", FileFact::Folder),
            ("./", FileFact::Folder),
        ] {
            assert_eq!(look(&plugin, path), expected, "{path}");
        }
    }

    #[test]
    fn a_folder_that_is_too_large_to_list_is_asked_for_the_name_only() {
        let (_dir, plugin) = plugin();
        for number in 0..MAX_ENTRIES {
            fs::write(plugin.join(format!("Assets/{number}")), "").unwrap();
        }
        assert_eq!(look(&plugin, "Assets/Icon.svg"), FileFact::Present);
        let other_case = look(&plugin, "Assets/icon.svg");
        let is_insensitive = plugin.join("Assets/icon.svg").exists();
        assert_eq!(
            other_case,
            match is_insensitive {
                true => FileFact::Present,
                false => FileFact::Missing,
            }
        );
    }

    #[test]
    fn files_to_choose_from_are_files_and_not_many() {
        let (_dir, plugin) = plugin();
        let files = |path: &str| PluginFolder::new(&plugin).files_in(path);
        assert_eq!(files("Assets"), ["Assets/Icon.svg"]);
        assert_eq!(files("./Assets/"), ["./Assets/Icon.svg"]);
        // The path of a folder in other letter case is no good start.
        assert_eq!(files("assets"), [""; 0]);
        assert_eq!(files(""), [""; 0]);
        assert_eq!(files(".."), [""; 0]);
        assert_eq!(files("Assets/Icon.svg"), [""; 0]);
        fs::write(plugin.join("con.svg"), "").unwrap_or_default();
        fs::write(plugin.join("main.js"), "").unwrap();
        assert_eq!(files(""), ["main.js"]);
        for number in 0..2 * MAX_BESIDE {
            fs::write(plugin.join(format!("Assets/{number}")), "").unwrap();
        }
        assert_eq!(files("Assets").len(), MAX_BESIDE);
    }

    #[test]
    fn no_more_is_read_than_asked_for() {
        let (_dir, plugin) = plugin();
        let mut folder = PluginFolder::new(&plugin);
        assert_eq!(folder.read("Assets/Icon.svg", 4), Ok((b"<svg".to_vec(), 6)));
        assert_eq!(folder.read("Assets", 4), Err(FileFact::Folder));
        assert_eq!(folder.read("nothing", 4), Err(FileFact::Missing));
    }

    // The twin for Windows needs a right that accounts do not have there by default: `symlink_file`. What differs
    // there is only the form of an absolute target, which is one more that does not start with the folder.
    #[cfg(unix)]
    #[test]
    fn links_are_followed_inside_only() {
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
            ("relative.svg", FileFact::Present),
            ("absolute.svg", FileFact::Present),
            ("up.svg", FileFact::Present),
            ("chain.svg", FileFact::Present),
            ("folder/Icon.svg", FileFact::Present),
            (
                "folder/icon.svg",
                FileFact::OtherCase("folder/Icon.svg".to_owned()),
            ),
            ("dangling.svg", FileFact::Missing),
            ("loop.svg", FileFact::Missing),
            ("grows", FileFact::Missing),
            ("out.svg", FileFact::Outside),
            ("out-and-in.svg", FileFact::Outside),
            ("elsewhere.svg", FileFact::Outside),
            ("device.svg", FileFact::Outside),
            ("parent/outside.svg", FileFact::Outside),
            ("parent/plugin/Assets/Icon.svg", FileFact::Outside),
        ] {
            assert_eq!(look(&plugin, path), expected, "{path}");
        }
        assert_eq!(
            PluginFolder::new(&plugin).read("out.svg", 10),
            Err(FileFact::Outside)
        );
    }

    // A named pipe of Windows is in no folder of a plugin.
    #[cfg(unix)]
    #[test]
    fn pipes_and_sockets_do_not_block() {
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
            assert_eq!(read, Err(FileFact::Special), "{path}");
        }
    }
}
