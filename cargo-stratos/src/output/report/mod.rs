//! Reports of `cargo stratos check`, in each format.

mod bundle;
mod github;
mod human;
mod json;
mod json_list;
mod position_range;
mod repository_path;
mod sarif;
mod summary;

use std::path::Path;

use stratos_manifest::Report;

use crate::error::Error;

pub(crate) use self::bundle::{BundleFinding, CheckedBundle};
pub(crate) use self::github::Github;
pub(crate) use self::human::Human;
pub(crate) use self::json::Json;
pub(crate) use self::repository_path::repository_path;
pub(crate) use self::sarif::Sarif;
pub(crate) use self::summary::{Summary, UnreadTags, Unreadable, count};

/// A file with its findings.
#[derive(Debug)]
pub(crate) struct CheckedFile<'a> {
    /// Path for messages.
    pub(crate) path: &'a str,
    /// Absolute path, in a folder without symbolic links.
    pub(crate) absolute: &'a Path,
    /// Contents, in which the findings have their spans.
    pub(crate) source: &'a [u8],
    pub(crate) report: &'a Report,
}

/// Output format of a report.
pub(crate) trait Reporter {
    /// Reports a manifest. Called once for each manifest, in the order of their paths.
    fn manifest(&mut self, file: &CheckedFile<'_>) -> Result<(), Error>;

    /// Reports a bundle. Called before the first manifest, for each bundle, in the order of their paths. The check of a
    /// folder has none.
    fn bundle(&mut self, _bundle: &CheckedBundle<'_>) -> Result<(), Error> {
        Ok(())
    }

    /// Reports a settings file. Called after the last manifest, for each settings file with findings.
    fn settings(&mut self, file: &CheckedFile<'_>) -> Result<(), Error> {
        self.manifest(file)
    }

    /// Reports the summary. Called once, at the end.
    fn finish(&mut self, summary: &Summary) -> Result<(), Error>;
}

/// Maximum number of findings of one file that are shown in full.
const MAX_SHOWN: usize = 50;
