//! Reasons to refuse an archive.

use std::fmt;

use crate::problem::Problem;

/// A reason to refuse an archive, with the place of the bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArchiveError {
    /// The problem; its path is the name of a file in the archive.
    pub problem: Problem,
    /// Offset in the archive of the record or the data that is wrong, in bytes.
    pub offset: usize,
}

impl ArchiveError {
    /// An error about the archive.
    pub(super) fn new(name: &'static str, offset: usize, message: impl Into<String>) -> Self {
        Self {
            problem: Problem::of_bundle(name, message),
            offset,
        }
    }

    /// An error about the file `entry`.
    pub(super) fn of_entry(
        name: &'static str,
        offset: usize,
        entry: &str,
        message: impl Into<String>,
    ) -> Self {
        Self {
            problem: Problem::error(name, entry, message),
            offset,
        }
    }

    /// The same error with advice.
    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.problem.help = Some(help.into());
        self
    }
}

impl fmt::Display for ArchiveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Problem { name, message, .. } = &self.problem;
        write!(f, "{name} at byte {}: {message}", self.offset)
    }
}

impl std::error::Error for ArchiveError {}
