//! The record of refused versions, in the state folder of the plugin.

use std::path::{Path, PathBuf};

use stratos_host::StateDir;

use crate::context::Context;
use crate::error::Error;
use crate::output::{YELLOW, escape};
use crate::platform::{Refusal, RefusedVersions};

/// The record, and where it is kept.
#[derive(Debug)]
pub(super) struct Record {
    versions: RefusedVersions,
    /// `None` outside of a plugin's folder, where nothing is kept.
    folder: Option<PathBuf>,
}

impl Record {
    /// Reads the record of a plugin. One that cannot be read only loses a warning, so that is no error.
    pub(super) fn open(cx: &Context, project: Option<&Path>) -> Self {
        let folder = project.map(|project| project.join(StateDir::NAME));
        let loaded = folder.as_deref().map(RefusedVersions::load).transpose();
        let versions = loaded.unwrap_or_else(|error| {
            warn(cx, "read", &error);
            None
        });
        Self {
            versions: versions.unwrap_or_default(),
            folder,
        }
    }

    /// Refuses an upload that the platform refused before.
    pub(super) fn check(&self, upload: &Refusal) -> Result<(), Error> {
        let Some(refusal) = self.versions.find(upload) else {
            return Ok(());
        };
        let Refusal {
            id,
            version,
            date,
            status,
            words,
            ..
        } = refusal;
        let words = match words.as_str() {
            "" => String::new(),
            words => format!(": {words}"),
        };
        Err(Error::RefusedBefore(format!(
            "{id} {version} was refused on {date} (status {status}){words}"
        )))
    }

    /// Remembers a refusal.
    pub(super) fn add(&mut self, cx: &Context, refusal: Refusal) {
        if self.versions.add(refusal) {
            self.save(cx);
        }
    }

    /// Forgets the refusals of an accepted version.
    pub(super) fn remove(&mut self, cx: &Context, accepted: &Refusal) {
        if self.versions.remove(accepted) {
            self.save(cx);
        }
    }

    fn save(&self, cx: &Context) {
        let Some(folder) = &self.folder else {
            return;
        };
        let saved = StateDir::create(folder).and_then(|()| self.versions.save(folder));
        if let Err(error) = saved {
            warn(cx, "write", &error);
        }
    }
}

fn warn(cx: &Context, operation: &str, error: &std::io::Error) {
    cx.output.note(format_args!(
        "{YELLOW}warning{YELLOW:#}: cannot {operation} the record of refused versions: {}",
        escape(&error.to_string())
    ));
}
