//! What the rules may know about the files around a manifest: plain data, so that it can be made up as well as
//! collected.

#[cfg(feature = "full")]
mod background;
#[cfg(feature = "full")]
mod beside;
#[cfg(feature = "full")]
mod cargo;
#[cfg(feature = "full")]
mod collect;
#[cfg(feature = "full")]
mod folder;
mod icon;
#[cfg(feature = "full")]
mod npm;
#[cfg(feature = "full")]
mod read;

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
    /// Some of the files that lie where a named one was not found, by the same kind of path, sorted: one of them may
    /// be meant.
    pub beside: Vec<String>,
    /// What is in the files of the icons, by the same paths.
    pub icons: BTreeMap<String, IconFact>,
    /// The other plugins of the same run whose ids may be confused with this one's.
    pub neighbours: Vec<Neighbour>,
    /// The git tags of the commit that is checked out, as far as they may concern this plugin.
    ///
    /// No collector asks git: the caller does. `fuel-check-v1.2.3`, `fuel-check@1.2.3` and `fuel-check/v1.2.3` name
    /// their plugin, and are left out of account for all others. A plain `v1.2.3` names none: where several plugins
    /// share a repository, the caller passes it on for the plugin only that it was set for. Where the version is not
    /// the commit's, since the next one is being written, no tag is of concern.
    pub tags: Vec<String>,
    /// The versions in other files of the plugin.
    pub versions: Vec<FileVersion>,
    /// The crate that the plugin's program is built from.
    pub rust_crate: Option<CrateFact>,
}

/// A version that another file of the plugin gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileVersion {
    /// The file, relative to the plugin's folder, with `/`.
    pub file: String,
    /// The version, as the file writes it.
    pub version: String,
}

/// The crate of a plugin in Rust: the `Cargo.toml` in the plugin's folder, or else the one in `background/`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CrateFact {
    /// Its `Cargo.toml`, relative to the plugin's folder, with `/`.
    pub file: String,
    /// The package's name; a `Cargo.toml` that is nothing but a workspace has none.
    pub package: Option<String>,
    /// The programs that the package builds.
    pub programs: Vec<Program>,
    /// Where the package gets `stratos-sdk` from, if it depends on it.
    pub sdk: Option<SdkSource>,
}

/// A program of a crate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Program {
    /// Its name, without `.exe`.
    pub name: String,
    /// Whether it is built only if some features are on.
    pub needs_features: bool,
}

/// Where a crate gets `stratos-sdk` from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SdkSource {
    /// A registry, in one of the versions that this requirement admits.
    Registry(String),
    /// A folder or a repository, in whatever version lies there.
    Elsewhere,
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
    /// The crate of the plugin, if it uses the SDK.
    pub(crate) fn sdk_crate(&self) -> Option<&CrateFact> {
        self.rust_crate.as_ref().filter(|found| found.sdk.is_some())
    }

    /// Nothing is known: the rules about other files stay silent.
    pub fn none() -> Self {
        Self::default()
    }
}
