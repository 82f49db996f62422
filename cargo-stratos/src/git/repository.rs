//! Roots of git repositories, and of their further checkouts.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

/// The root of the repository around `folder`, an absolute path.
pub(crate) fn root(folder: &Path) -> Option<&Path> {
    folder.ancestors().find(|folder| is_root(folder))
}

/// As [`root`], but a submodule is a part of the repository around it.
pub(crate) fn repository_root(folder: &Path) -> Option<&Path> {
    let inner = root(folder)?;
    let outer = inner.parent().and_then(repository_root);
    let outer = outer.filter(|outer| is_submodule_of(inner, outer).unwrap_or(false));
    Some(outer.unwrap_or(inner))
}

/// Whether `folder` is the root of a repository. In a work tree, `.git` is a file.
pub(crate) fn is_root(folder: &Path) -> bool {
    folder.join(".git").symlink_metadata().is_ok()
}

/// Whether `folder` is a further checkout, by `git worktree add`, of the repository that it lies in. Git does not look
/// into it either.
pub(crate) fn is_nested_worktree(folder: &Path) -> bool {
    if !folder.join(".git").is_file() {
        return false;
    }
    dunce::canonicalize(folder).is_ok_and(|folder| {
        let outer = folder.parent().and_then(root);
        outer.is_some_and(|outer| is_worktree_of(&folder, outer).unwrap_or(false))
    })
}

fn is_worktree_of(folder: &Path, outer: &Path) -> io::Result<bool> {
    let (git_dir, outer_git_dir) = (git_dir(folder)?, git_dir(outer)?);
    // A repository without an index has no checkout of its own: then its worktrees are the checkouts to search.
    Ok(outer_git_dir.join("index").is_file()
        && common_dir(&git_dir)? == common_dir(&outer_git_dir)?)
}

/// Whether git's files for `folder` lie in those of the repository around it.
fn is_submodule_of(folder: &Path, outer: &Path) -> io::Result<bool> {
    let modules = dunce::canonicalize(git_dir(outer)?.join("modules"))?;
    Ok(dunce::canonicalize(git_dir(folder)?)?.starts_with(modules))
}

/// A checkout of a repository, which may have several, by `git worktree add`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Checkout {
    root: PathBuf,
    /// The folder of the files that all checkouts of the repository share.
    common_dir: PathBuf,
}

impl Checkout {
    /// The checkout around `folder`, an absolute path. `None` without one, or if its files cannot be read.
    pub(crate) fn around(folder: &Path) -> Option<Self> {
        let root = root(folder)?;
        Some(Self {
            root: root.to_owned(),
            common_dir: common_dir(&git_dir(root).ok()?).ok()?,
        })
    }

    /// Whether this is another checkout of the same repository.
    pub(crate) fn is_beside(&self, other: &Self) -> bool {
        self.common_dir == other.common_dir && self.root != other.root
    }
}

/// The folder of git's files for the checkout at `root`.
fn git_dir(root: &Path) -> io::Result<PathBuf> {
    let dot_git = root.join(".git");
    if dot_git.is_dir() {
        return Ok(dot_git);
    }
    let text = read_git_file(&dot_git)?;
    let path = text.strip_prefix("gitdir:").unwrap_or(&text).trim();
    Ok(root.join(path))
}

/// The folder of the files that all checkouts of a repository share.
fn common_dir(git_dir: &Path) -> io::Result<PathBuf> {
    let file = git_dir.join("commondir");
    let shared = match file.is_file() {
        true => git_dir.join(read_git_file(&file)?.trim()),
        false => git_dir.to_owned(),
    };
    dunce::canonicalize(shared)
}

/// Reads a file of git that contains a path, such as `commondir`.
fn read_git_file(file: &Path) -> io::Result<String> {
    const MAX_BYTES: u64 = 16 * 1024;

    // Opening a pipe would block.
    if !file.is_file() {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    let mut text = String::new();
    File::open(file)?
        .take(MAX_BYTES)
        .read_to_string(&mut text)?;
    Ok(text)
}
