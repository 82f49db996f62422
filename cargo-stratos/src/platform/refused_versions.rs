//! Record of the versions that the platform refused, in the plugin's state folder.

use std::fs;
use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::replace_file::replace_file;

/// Refusals that are kept; older ones are forgotten.
const MAX_REFUSALS: usize = 50;

/// Status of a refusal because of the version: it exists already (assumed).
const CONFLICT: u16 = 409;

/// Status codes of refusals because of what was uploaded, rather than of the token or the server: the version exists, the
/// bundle is too large, or its validation failed (assumed).
const ABOUT_THE_BUNDLE: [u16; 3] = [CONFLICT, 413, 422];

/// Versions that the platform refused.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct RefusedVersions {
    refusals: Vec<Refusal>,
}

/// A refused upload.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Refusal {
    /// Base URL of the platform.
    pub(crate) platform: String,
    /// Id of the plugin.
    pub(crate) id: String,
    /// Version of the plugin.
    pub(crate) version: String,
    /// SHA-256 of the bundle.
    pub(crate) sha256: String,
    /// Status code of the answer.
    pub(crate) status: u16,
    /// Date in the format of HTTP.
    pub(crate) date: String,
    /// The platform's words. Untrusted text.
    pub(crate) words: String,
}

impl RefusedVersions {
    /// Name of the file in a state folder.
    pub(crate) const FILE_NAME: &str = "refused-versions.json";

    /// Reads the record in a state folder. Empty if there is none.
    pub(crate) fn load(state_folder: &Path) -> io::Result<Self> {
        match fs::read(state_folder.join(Self::FILE_NAME)) {
            Ok(bytes) => Ok(serde_json::from_slice(&bytes)?),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(error),
        }
    }

    /// Replaces the record in a state folder, which exists.
    pub(crate) fn save(&self, state_folder: &Path) -> io::Result<()> {
        let path = state_folder.join(Self::FILE_NAME);
        replace_file(&path, &serde_json::to_vec_pretty(self)?)
    }

    /// The refusal that an upload would meet again: of the same version because it exists, or of the same bundle.
    pub(crate) fn find(&self, upload: &Refusal) -> Option<&Refusal> {
        let is_met = |refusal: &&Refusal| {
            refusal.is_same_version(upload)
                && (refusal.status == CONFLICT || refusal.sha256 == upload.sha256)
        };
        self.refusals.iter().find(is_met)
    }

    /// Adds a refusal, in place of an older one of the same version. Returns whether it is one to remember.
    pub(crate) fn add(&mut self, refusal: Refusal) -> bool {
        if !ABOUT_THE_BUNDLE.contains(&refusal.status) {
            return false;
        }
        self.remove(&refusal);
        self.refusals.push(refusal);
        let surplus = self.refusals.len().saturating_sub(MAX_REFUSALS);
        self.refusals.drain(..surplus);
        true
    }

    /// Forgets the refusals of a version that was accepted. Returns whether there was one.
    pub(crate) fn remove(&mut self, accepted: &Refusal) -> bool {
        let before = self.refusals.len();
        self.refusals
            .retain(|refusal| !refusal.is_same_version(accepted));
        self.refusals.len() < before
    }
}

impl Refusal {
    fn is_same_version(&self, other: &Self) -> bool {
        (&self.platform, &self.id, &self.version) == (&other.platform, &other.id, &other.version)
    }
}
