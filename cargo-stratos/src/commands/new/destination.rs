//! Destination of a new project, which is created atomically.

use std::fs;
use std::io;
use std::path::{Path, PathBuf, absolute};

use crate::error::Error;
use crate::manifests::{enclosing_plugin, is_plugin};

/// A folder that does not exist, or is empty except for `.git`.
#[derive(Debug)]
pub(super) struct Destination {
    /// Absolute path, which ends with a name.
    folder: PathBuf,
    /// The folder itself if it exists, otherwise the nearest one above.
    nearest_existing: PathBuf,
}

impl Destination {
    /// Checks that a project can be created at `path`.
    pub(super) fn new(path: &Path) -> Result<Self, Error> {
        let cannot_find = |source| Error::file("find", path, source);
        let mut folder = absolute(path).map_err(cannot_find)?;
        if folder.file_name().is_none() {
            folder = folder.canonicalize().map_err(cannot_find)?;
        }
        let nearest_existing = nearest_existing(&folder).map_err(cannot_find)?.to_owned();
        if nearest_existing == folder {
            must_be_empty(path, &folder)?;
        } else if !nearest_existing.is_dir() {
            let name = nearest_existing.file_name().unwrap_or_default();
            return Err(Error::usage(
                format!(
                    "cannot create `{}`: `{}` is not a folder",
                    path.display(),
                    name.display()
                ),
                "use another path",
            ));
        }
        let outer = match is_plugin(&nearest_existing) {
            true => Some(nearest_existing.clone()),
            false => enclosing_plugin(&nearest_existing),
        };
        if let Some(outer) = outer {
            return Err(Error::usage(
                format!(
                    "cannot create `{}`: it is inside of the plugin in {}, and plugins cannot be nested",
                    path.display(),
                    outer.display()
                ),
                "use a path outside of it",
            ));
        }
        Ok(Self {
            folder,
            nearest_existing,
        })
    }

    /// Absolute path of the folder.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The folder itself if it exists, otherwise the nearest one above.
    pub(super) fn nearest_existing(&self) -> &Path {
        &self.nearest_existing
    }

    pub(super) fn is_current_dir(&self) -> bool {
        let current = fs::canonicalize(".");
        current.is_ok_and(|current| {
            fs::canonicalize(&self.folder).is_ok_and(|folder| folder == current)
        })
    }

    /// Calls `make` with a temporary folder near the destination, and moves its contents there. The folders on the way are
    /// created. After an error of `make`, everything is as before.
    pub(super) fn create(
        &self,
        make: impl FnOnce(&Path) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let parent = self.nearest_existing();
        let temporary = tempfile::Builder::new()
            .prefix(".stratos-new-")
            .tempdir_in(parent)
            .map_err(|source| Error::file("create a folder in", parent, source))?;
        // The temporary folder itself is readable by its owner only.
        let project = temporary.path().join("project");
        fs::create_dir(&project).map_err(|source| Error::file("create", &project, source))?;
        make(&project)?;
        let moved = match self.folder.parent() {
            Some(parent) if self.folder != self.nearest_existing => {
                fs::create_dir_all(parent).and_then(|()| fs::rename(&project, &self.folder))
            }
            _ => move_all(&project, &self.folder),
        };
        moved.map_err(|source| Error::file("move the project to", &self.folder, source))
    }
}

/// The last name of a path, or that of the folder it leads to for a path such as `.` or `a/..`.
pub(super) fn folder_name(path: &Path) -> Result<String, Error> {
    let folder = match path.file_name() {
        Some(_) => path.to_owned(),
        None => path
            .canonicalize()
            .map_err(|source| Error::file("find", path, source))?,
    };
    let name = folder.file_name().unwrap_or_default();
    Ok(name.to_string_lossy().into_owned())
}

fn must_be_empty(path: &Path, folder: &Path) -> Result<(), Error> {
    let usage = |message: String| {
        Error::usage(
            message,
            "use another name: existing files are not overwritten",
        )
    };
    if !folder.is_dir() {
        return Err(usage(format!("`{}` already exists", path.display())));
    }
    let entries = fs::read_dir(folder).map_err(|source| Error::file("read", path, source))?;
    // A repository that was just created or cloned has nothing that could be overwritten.
    let is_git = |entry: &io::Result<fs::DirEntry>| {
        entry
            .as_ref()
            .is_ok_and(|entry| entry.file_name() == ".git")
    };
    match entries.filter(|entry| !is_git(entry)).count() {
        0 => Ok(()),
        _ => Err(usage(format!("`{}` is not empty", path.display()))),
    }
}

/// The path itself if it exists, otherwise the nearest path above that does.
fn nearest_existing(path: &Path) -> io::Result<&Path> {
    for ancestor in path.ancestors() {
        match fs::symlink_metadata(ancestor) {
            Ok(_) => return Ok(ancestor),
            Err(source) => match source.kind() {
                io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => {}
                _ => return Err(source),
            },
        }
    }
    Err(io::ErrorKind::NotFound.into())
}

/// Moves the contents of a folder to another one. After an error, moves them back.
fn move_all(from: &Path, to: &Path) -> io::Result<()> {
    let mut moved = Vec::new();
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if let Err(error) = fs::rename(entry.path(), &target) {
            for (source, target) in moved {
                // The first error is reported.
                let _ = fs::rename(target, source);
            }
            return Err(error);
        }
        moved.push((entry.path(), target));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn create(destination: &Destination) -> Result<(), Error> {
        destination.create(|folder| {
            fs::create_dir(folder.join("src")).unwrap();
            fs::write(folder.join("src/lib.rs"), "").unwrap();
            fs::write(folder.join("README.md"), "").unwrap();
            Ok(())
        })
    }

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        let mut names: Vec<_> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn a_project_is_created_in_a_new_or_empty_folder() {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir(root.path().join("empty one")).unwrap();
        for name in [
            "new one",
            "empty one",
            "trailing/",
            "./dotted/.",
            "on/the/way",
        ] {
            let destination = Destination::new(&root.path().join(name)).unwrap();
            create(&destination).unwrap();
            assert_eq!(names(&root.path().join(name)), ["README.md", "src"]);
        }
        assert_eq!(
            names(root.path()),
            ["dotted", "empty one", "new one", "on", "trailing"]
        );
    }

    #[test]
    fn an_error_leaves_no_files() {
        let root = tempfile::tempdir().unwrap();
        let empty = root.path().join("empty");
        fs::create_dir(&empty).unwrap();
        for name in ["new", "empty", "on/the/way"] {
            let destination = Destination::new(&root.path().join(name)).unwrap();
            let failed = destination.create(|folder| {
                fs::write(folder.join("half"), "").unwrap();
                Err(Error::BrokenPipe)
            });
            failed.unwrap_err();
        }
        assert_eq!(names(root.path()), ["empty"]);
        assert_eq!(names(&empty), [""; 0]);
    }

    #[test]
    fn files_that_appear_meanwhile_are_kept() {
        let root = tempfile::tempdir().unwrap();
        for exists in [false, true] {
            let folder = root.path().join(exists.to_string());
            if exists {
                fs::create_dir(&folder).unwrap();
            }
            let destination = Destination::new(&folder).unwrap();
            fs::create_dir_all(folder.join("src")).unwrap();
            fs::write(folder.join("src/mine"), "mine").unwrap();
            create(&destination).unwrap_err();
            assert_eq!(names(&folder), ["src"]);
            assert_eq!(names(&folder.join("src")), ["mine"]);
        }
        assert_eq!(names(root.path()), ["false", "true"]);
    }
}
