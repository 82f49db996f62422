//! Names in an archive.

use std::collections::{HashMap, HashSet};

use stratos_manifest::Level;

use crate::archive::archive_error::ArchiveError;
use crate::archive::central_directory::Entry;
use crate::names;
use crate::problem::Problem;

/// The errors of the names: paths that leave the folder or that a system cannot have, and paths that name one file.
/// Warnings about names are left to the check of the files.
pub(super) fn name_errors(entries: &[Entry<'_>]) -> Vec<ArchiveError> {
    let errors: Vec<_> = entries.iter().filter_map(path_error).collect();
    // Names of any length would make the comparisons slow.
    match errors.is_empty() {
        true => duplicates(entries).chain(clashes(entries)).collect(),
        false => errors,
    }
}

fn path_error(entry: &Entry<'_>) -> Option<ArchiveError> {
    let problem = names::path_problem(entry.path())?;
    is_error(&problem).then_some(ArchiveError {
        problem,
        offset: entry.listed_at,
    })
}

fn duplicates<'a>(entries: &'a [Entry<'_>]) -> impl Iterator<Item = ArchiveError> + 'a {
    let mut known = HashSet::new();
    let again = entries
        .iter()
        .filter(move |entry| !known.insert(entry.path()));
    again.map(|entry| {
        let message = format!("the archive has `{}` twice", entry.path());
        entry
            .error("duplicate-name", message)
            .help("write the archive anew")
    })
}

/// The paths that differ, and are one file on Windows or macOS, or a file and a folder.
fn clashes(entries: &[Entry<'_>]) -> Vec<ArchiveError> {
    let folders: HashSet<_> = entries.iter().flat_map(folders_of).collect();
    let has_entries = |entry: &&Entry<'_>| entry.is_folder() && folders.contains(entry.path());
    // The path of a file names the folders that it lies in.
    let leaves = entries.iter().filter(|entry| !has_entries(entry));
    let problems = names::problems(leaves.map(Entry::path));
    let offsets: HashMap<_, _> = entries
        .iter()
        .map(|entry| (entry.path(), entry.listed_at))
        .collect();
    let errors = problems.into_iter().filter(is_error);
    errors
        .map(|problem| {
            // A folder may have no entry of its own.
            let offset = problem.path.as_deref().and_then(|path| offsets.get(path));
            ArchiveError {
                offset: offset.copied().unwrap_or(entries[0].listed_at),
                problem,
            }
        })
        .collect()
}

/// The folders that an entry lies in.
fn folders_of<'a>(entry: &'a Entry<'_>) -> impl Iterator<Item = &'a str> {
    let path = entry.path();
    path.match_indices('/').map(|(end, _)| &path[..end])
}

fn is_error(problem: &Problem) -> bool {
    problem.level == Level::Error
}
