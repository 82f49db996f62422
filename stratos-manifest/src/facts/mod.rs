//! What the rules may know about the files around a manifest: plain data, so that it can be made up as well as
//! collected.

#[cfg(feature = "full")]
mod background;
#[cfg(feature = "full")]
mod collect;
#[cfg(feature = "full")]
mod folder;
mod icon;

use std::collections::BTreeMap;

pub use self::icon::{Doctype, IconFact, Image, InSvg, Svg};

/// The keys that name an icon.
pub(crate) const ICON_KEYS: [&str; 2] = ["icon_light", "icon_dark"];

/// What is known about a plugin's folder and its neighbours.
///
/// What is not in here is not known, and no rule says anything about it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ProjectFacts {
    /// The name of the file that is checked as a manifest, without its folder.
    pub file_name: Option<String>,
    /// The files that somebody looked for, by their path relative to the plugin's folder, with `/`.
    pub files: BTreeMap<String, FileFact>,
    /// What is in the files of the icons, by the same paths.
    pub icons: BTreeMap<String, IconFact>,
    /// The `Cargo.toml` in the plugin's folder whose crate uses the SDK, by its path.
    pub sdk_crate: Option<String>,
    /// The other plugins of the same run whose ids may be confused with this one's.
    pub neighbours: Vec<Neighbour>,
}

/// What was found where a file should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileFact {
    /// A file.
    Present,
    /// Nothing.
    Missing,
    /// A folder.
    Folder,
    /// A file whose path differs in letter case: this is the real one.
    OtherCase(String),
    /// A link that leads out of the plugin's folder; nobody looked where it leads.
    Outside,
    /// Neither file nor folder, such as a pipe or a device.
    Special,
    /// Something that may not be read.
    Unreadable,
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
