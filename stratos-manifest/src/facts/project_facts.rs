//! The facts as plain data, which tests and other tools can also make up.

use std::collections::BTreeMap;

use crate::icon::IconContent;

/// The keys of the manifest that name an icon.
pub(crate) const ICON_KEYS: [&str; 2] = ["icon_light", "icon_dark"];

/// The facts about a plugin's folder and about the other plugins of the run.
///
/// A rule reports nothing that would need a missing fact.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ProjectFacts {
    /// The name of the manifest's file, without its folder.
    pub file_name: Option<String>,
    /// The name of the folder that the file lies in.
    pub folder_name: Option<String>,
    /// Whether the folder has the files of a bundle, which no build changes any more. Set by the caller.
    pub is_bundle: bool,
    /// The status of each path that was looked for, relative to the plugin's folder, with `/`.
    pub files: BTreeMap<String, FileStatus>,
    /// Existing files in the folders where a named file was not found, as such paths, sorted. One of them may be the
    /// file that the manifest means.
    pub nearby_files: Vec<String>,
    /// The content of each icon file, by the same kind of path.
    pub icons: BTreeMap<String, IconFacts>,
    /// Other plugins of the same run whose id equals this plugin's, or is easily confused with it.
    pub similar_plugins: Vec<SimilarPlugin>,
    /// The git tags of the checked-out commit that may be versions of this plugin. Set by the caller; nothing here
    /// runs git.
    ///
    /// `fuel-check-v1.2.3`, `fuel-check@1.2.3` and `fuel-check/v1.2.3` name their plugin and count for no other one. A
    /// plain `v1.2.3` names none: in a repository of several plugins, the caller passes it for the tagged plugin only.
    /// If the manifest's version was changed since the commit, the caller passes no tags.
    pub tags: Vec<String>,
    /// The versions in other files of the plugin.
    pub versions: Vec<FileVersion>,
    /// The crate that the plugin's program is built from.
    pub rust_crate: Option<CrateFacts>,
}

/// The version in another file of the plugin, such as `Cargo.toml`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileVersion {
    /// The file's path relative to the plugin's folder, with `/`.
    pub file: String,
    /// The version as the file has it, valid or not.
    pub version: String,
}

/// The crate of a plugin in Rust: the `Cargo.toml` in the plugin's folder, or else the one in `background/`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CrateFacts {
    /// The path of `Cargo.toml` relative to the plugin's folder, with `/`.
    pub file: String,
    /// The package's name; `None` for a virtual workspace.
    pub package: Option<String>,
    /// The binary targets of the package.
    pub programs: Vec<Program>,
    /// The source of the dependency `stratos-sdk`; `None` without such a dependency.
    pub sdk: Option<SdkSource>,
}

/// A binary target of a crate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Program {
    /// The target's name, without `.exe`.
    pub name: String,
    /// Whether the target has `required-features`.
    pub needs_features: bool,
}

/// The source of the dependency `stratos-sdk`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SdkSource {
    /// A registry, with the version requirement.
    Registry(String),
    /// A path or git dependency, whose version is unknown.
    PathOrGit,
}

/// Status of a path in the plugin's folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileStatus {
    /// A regular file.
    Present,
    /// No file or folder.
    Missing,
    /// A folder.
    Folder,
    /// A file whose path differs in letter case: this is the path on the disk.
    CaseMismatch(String),
    /// A symbolic link to a target outside of the plugin's folder. The target was not looked at.
    Outside,
    /// A special file, such as a pipe or a device.
    Special,
    /// A path that the process has no permission to read.
    Unreadable,
}

/// An icon file that the manifest names.
#[derive(Debug, Clone, PartialEq)]
pub struct IconFacts {
    /// The file's size in bytes.
    pub bytes: u64,
    /// A hash of the file, up to the size that is inspected: equal for equal icons.
    pub fingerprint: u64,
    /// The image in the file.
    pub content: IconContent,
}

/// Another plugin of the same run with an equal or confusable id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SimilarPlugin {
    /// The other plugin's id, as its manifest has it.
    pub id: String,
    /// The path of the other plugin's manifest, for messages.
    pub path: String,
}

impl ProjectFacts {
    /// No facts at all; rules about other files report nothing.
    pub fn none() -> Self {
        Self::default()
    }

    /// The plugin's crate, if it depends on the SDK.
    pub(crate) fn sdk_crate(&self) -> Option<&CrateFacts> {
        self.rust_crate.as_ref().filter(|found| found.sdk.is_some())
    }
}
