//! Where the project goes, and how it gets there in one step.

use std::fs;
use std::io;
use std::path::{Path, PathBuf, absolute};

use crate::error::Error;

/// A folder that is not there yet, or is empty.
#[derive(Debug)]
pub(super) struct Place {
    /// Absolute, and with a name at its end.
    folder: PathBuf,
    exists: bool,
}

impl Place {
    /// Looks whether a project can be made at `path`.
    pub(super) fn find(path: &Path) -> Result<Self, Error> {
        let cannot_find = |source| cannot_find(path, source);
        let mut folder = absolute(path).map_err(cannot_find)?;
        if folder.file_name().is_none() {
            folder = folder.canonicalize().map_err(cannot_find)?;
        }
        let exists = match fs::symlink_metadata(&folder) {
            Ok(_) => true,
            Err(source) => match source.kind() {
                io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => false,
                _ => return Err(cannot_find(source)),
            },
        };
        if exists {
            must_be_empty(path, &folder)?;
        } else {
            must_have_parent(path, &folder)?;
        }
        Ok(Self { folder, exists })
    }

    /// The nearest folder that exists already.
    pub(super) fn near(&self) -> &Path {
        match self.folder.parent() {
            Some(parent) if !self.exists => parent,
            _ => &self.folder,
        }
    }

    /// Whether it is the current folder.
    pub(super) fn is_here(&self) -> bool {
        let here = fs::canonicalize(".");
        here.is_ok_and(|here| fs::canonicalize(&self.folder).is_ok_and(|folder| folder == here))
    }

    /// Has the project made beside its place and moves it there. Where anything fails, the place is as it was.
    pub(super) fn fill(&self, make: impl FnOnce(&Path) -> Result<(), Error>) -> Result<(), Error> {
        let near = self.near();
        let aside = tempfile::Builder::new()
            .prefix(".stratos-new-")
            .tempdir_in(near)
            .map_err(|source| Error::file("make a folder in", near, source))?;
        // The folder aside is for its owner alone, which the project need not be.
        let project = aside.path().join("project");
        fs::create_dir(&project).map_err(|source| Error::file("make", &project, source))?;
        make(&project)?;
        let moved = match self.exists {
            true => move_all(&project, &self.folder),
            false => fs::rename(&project, &self.folder),
        };
        moved.map_err(|source| Error::file("move the project to", &self.folder, source))
    }
}

/// The name that the folder has or will have.
pub(super) fn name(path: &Path) -> Result<String, Error> {
    let folder = match path.file_name() {
        Some(_) => path.to_owned(),
        None => path
            .canonicalize()
            .map_err(|source| cannot_find(path, source))?,
    };
    let name = folder.file_name().unwrap_or_default();
    Ok(name.to_string_lossy().into_owned())
}

fn cannot_find(path: &Path, source: io::Error) -> Error {
    Error::File {
        operation: "find",
        path: path.to_owned(),
        source,
    }
}

fn must_be_empty(path: &Path, folder: &Path) -> Result<(), Error> {
    let refuse = |message: String| {
        let help = "choose another name: nothing is overwritten".to_owned();
        Error::Usage {
            message,
            help: Some(help),
        }
    };
    if !folder.is_dir() {
        return Err(refuse(format!("`{}` is there already", path.display())));
    }
    let mut entries = fs::read_dir(folder).map_err(|source| Error::File {
        operation: "read",
        path: path.to_owned(),
        source,
    })?;
    match entries.next() {
        None => Ok(()),
        Some(_) => Err(refuse(format!("`{}` is not empty", path.display()))),
    }
}

fn must_have_parent(path: &Path, folder: &Path) -> Result<(), Error> {
    if folder.parent().is_none_or(Path::is_dir) {
        return Ok(());
    }
    let parent = path.parent().unwrap_or(path);
    Err(Error::Usage {
        message: format!(
            "cannot make `{}`: there is no folder `{}`",
            path.display(),
            parent.display()
        ),
        help: Some("make that one first; only the last folder of the path is made".to_owned()),
    })
}

/// Moves what is in one folder to another one, or nothing.
fn move_all(from: &Path, to: &Path) -> io::Result<()> {
    let mut moved = Vec::new();
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if let Err(error) = fs::rename(entry.path(), &target) {
            for (source, target) in moved {
                // The first error is the one to tell.
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

    fn fill(place: &Place) -> Result<(), Error> {
        place.fill(|folder| {
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
    fn a_new_folder_and_an_empty_one_are_filled() {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir(root.path().join("empty one")).unwrap();
        for name in ["new one", "empty one", "trailing/", "./dotted/."] {
            let place = Place::find(&root.path().join(name)).unwrap();
            fill(&place).unwrap();
            assert_eq!(names(&root.path().join(name)), ["README.md", "src"]);
        }
        assert_eq!(
            names(root.path()),
            ["dotted", "empty one", "new one", "trailing"]
        );
    }

    #[test]
    fn a_failure_leaves_nothing() {
        let root = tempfile::tempdir().unwrap();
        let empty = root.path().join("empty");
        fs::create_dir(&empty).unwrap();
        for name in ["new", "empty"] {
            let place = Place::find(&root.path().join(name)).unwrap();
            let failed = place.fill(|folder| {
                fs::write(folder.join("half"), "").unwrap();
                Err(Error::BrokenPipe)
            });
            failed.unwrap_err();
        }
        assert_eq!(names(root.path()), ["empty"]);
        assert_eq!(names(&empty), [""; 0]);
    }

    #[test]
    fn what_comes_up_meanwhile_is_kept() {
        let root = tempfile::tempdir().unwrap();
        for exists in [false, true] {
            let folder = root.path().join(exists.to_string());
            if exists {
                fs::create_dir(&folder).unwrap();
            }
            let place = Place::find(&folder).unwrap();
            fs::create_dir_all(folder.join("src")).unwrap();
            fs::write(folder.join("src/mine"), "mine").unwrap();
            fill(&place).unwrap_err();
            assert_eq!(names(&folder), ["src"]);
            assert_eq!(names(&folder.join("src")), ["mine"]);
        }
        assert_eq!(names(root.path()), ["false", "true"]);
    }

    #[test]
    fn other_places_are_refused() {
        let root = tempfile::tempdir().unwrap();
        fs::write(root.path().join("file"), "").unwrap();
        for (path, expected) in [
            ("", "is not empty"),
            ("file", "is there already"),
            ("a/b", "there is no folder"),
            ("file/b", "there is no folder"),
        ] {
            let error = Place::find(&root.path().join(path)).unwrap_err();
            assert!(error.to_string().contains(expected), "{error}");
            assert_eq!(error.exit_code(), 2);
        }
    }
}
