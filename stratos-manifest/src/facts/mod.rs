//! What the rules may know about the files around a manifest: plain data, so that it can be made up as well as
//! collected.

#[cfg(feature = "full")]
mod collect;

use std::collections::BTreeMap;

/// The keys that name an icon.
pub(crate) const ICON_KEYS: [&str; 2] = ["icon_light", "icon_dark"];

/// What is known about a plugin's folder and its neighbours.
///
/// What is not in here is not known, and no rule says anything about it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProjectFacts {
    /// The name of the file that is checked as a manifest, without its folder.
    pub file_name: Option<String>,
    /// The files that somebody looked for, by their path relative to the plugin's folder, with `/`.
    pub files: BTreeMap<String, FileFact>,
    /// The other plugins of the same run whose ids may be confused with this one's.
    pub neighbours: Vec<Neighbour>,
    /// The git tags of the commit that is checked out, as far as they may concern this plugin.
    ///
    /// No collector asks git: the caller does. `fuel-check-v1.2.3`, `fuel-check@1.2.3` and `fuel-check/v1.2.3` name
    /// their plugin, and are left out of account for all others. A plain `v1.2.3` names none: where several plugins
    /// share a repository, the caller passes it on for the plugin only that it was set for.
    pub tags: Vec<String>,
}

/// What was found where a file should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileFact {
    /// A file.
    Present,
    /// Nothing, a folder, or something that cannot be read.
    Missing,
}

/// Another plugin that was checked in the same run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Neighbour {
    /// Its id, as its manifest writes it.
    pub id: String,
    /// Its manifest, as messages should name it.
    pub path: String,
}

impl ProjectFacts {
    /// Nothing is known: the rules about other files stay silent.
    pub fn none() -> Self {
        Self::default()
    }
}
