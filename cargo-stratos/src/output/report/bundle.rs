//! Findings about a bundle.

use std::path::Path;

use stratos_bundle::{ArchiveError, Problem};

/// A bundle with its findings.
#[derive(Debug)]
pub(crate) struct CheckedBundle<'a> {
    /// Path for messages.
    pub(crate) path: &'a str,
    /// Absolute path, in a folder without symbolic links.
    pub(crate) absolute: &'a Path,
    pub(crate) findings: &'a [BundleFinding],
    /// Number of findings that were left out because there were too many.
    pub(crate) omitted: usize,
}

/// A finding about the archive, or about the files in it.
#[derive(Debug)]
pub(crate) struct BundleFinding {
    pub(crate) problem: Problem,
    /// Offset in the zip, if the finding is about its bytes.
    pub(crate) offset: Option<usize>,
}

impl CheckedBundle<'_> {
    /// The path of the bundle, or of the file in it that the finding is about.
    pub(super) fn location(&self, finding: &BundleFinding) -> String {
        match &finding.problem.path {
            Some(file) => format!("{}/{file}", self.path),
            None => self.path.to_owned(),
        }
    }
}

impl From<ArchiveError> for BundleFinding {
    fn from(ArchiveError { problem, offset }: ArchiveError) -> Self {
        Self {
            problem,
            offset: Some(offset),
        }
    }
}

impl From<Problem> for BundleFinding {
    fn from(problem: Problem) -> Self {
        Self {
            problem,
            offset: None,
        }
    }
}
