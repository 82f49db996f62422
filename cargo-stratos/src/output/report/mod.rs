//! What was found in manifests, in each format.

mod github;
mod human;
mod json;
mod places;
mod repository;
mod sarif;
mod stream;
mod summary;

use stratos_manifest::Report;

use crate::error::Error;

pub(crate) use self::github::Github;
pub(crate) use self::human::Human;
pub(crate) use self::json::Json;
pub(crate) use self::sarif::Sarif;
pub(crate) use self::summary::{Summary, Unreadable, count};

/// A manifest that was checked.
#[derive(Debug)]
pub(crate) struct Checked<'a> {
    /// Its path as messages should name it.
    pub(crate) path: &'a str,
    /// Its bytes.
    pub(crate) source: &'a [u8],
    /// What was found.
    pub(crate) report: &'a Report,
}

/// Prints what was found, in one format.
pub(crate) trait Reporter {
    /// Called for each manifest, in the order of their paths.
    fn manifest(&mut self, checked: &Checked<'_>) -> Result<(), Error>;

    /// Called after the last one, for each settings file with findings.
    fn settings(&mut self, checked: &Checked<'_>) -> Result<(), Error> {
        self.manifest(checked)
    }

    /// Called at the end.
    fn finish(&mut self, summary: &Summary) -> Result<(), Error>;
}

/// Nobody reads more of one file before repairing something.
const MAX_SHOWN: usize = 50;
