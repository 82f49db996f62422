//! Facts about the background entry module: whether it exists, and whether something may build it.

use std::collections::BTreeMap;

use crate::{
    entry_module::{CONVENTIONAL_ENTRY, compiled_path, source_candidates, source_extension},
    facts::{
        plugin_folder::PluginFolder,
        project_facts::{FileStatus, ProjectFacts},
    },
};

/// Files and folders that suggest a build; with one of them, a missing entry module may still be built.
const BUILD_FILES: [&str; 24] = [
    "Cargo.toml",
    "background/Cargo.toml",
    "package.json",
    "background/package.json",
    "deno.json",
    "deno.jsonc",
    "tsconfig.json",
    "background/tsconfig.json",
    "src",
    "background/src",
    "Makefile",
    "makefile",
    "GNUmakefile",
    "justfile",
    "build.rs",
    "build.js",
    "build.mjs",
    "build.ts",
    "vite.config.js",
    "vite.config.mjs",
    "vite.config.ts",
    "rollup.config.js",
    "rollup.config.mjs",
    "webpack.config.js",
];

/// Adds the status of everything that may build a background module, and of the entry module `entry` and its sources.
pub(super) fn add_statuses(
    folder: &mut PluginFolder,
    entry: Option<&str>,
    files: &mut BTreeMap<String, FileStatus>,
) {
    let fixed = BUILD_FILES
        .into_iter()
        .chain(["background", "ui/index.js", CONVENTIONAL_ENTRY])
        .map(str::to_owned);
    let named = entry.into_iter().flat_map(|entry| {
        source_candidates(entry)
            .chain(compiled_path(entry))
            .chain([entry.to_owned()])
    });
    for path in fixed.chain(named) {
        let status = folder.status(&path);
        files.insert(path, status);
    }
    let in_background = folder.files_in("background").into_iter();
    let sources = in_background.filter(|path| source_extension(path).is_some());
    files.extend(sources.map(|path| (path, FileStatus::Present)));
}

impl ProjectFacts {
    /// Whether the entry module `path` is known to be missing, and so is everything that could build it.
    pub(crate) fn cannot_be_built(&self, path: &str) -> bool {
        let is_missing = |path: &str| self.files.get(path) == Some(&FileStatus::Missing);
        is_missing(path)
            && self.has_build_file() == Some(false)
            && source_candidates(path).all(|source| is_missing(&source))
            && !self.has_background_source()
    }

    /// Whether the plugin is known to have a UI and no folder `background`.
    pub(crate) fn is_ui_only(&self) -> bool {
        self.files.get("background") == Some(&FileStatus::Missing)
            && self.files.get("ui/index.js") == Some(&FileStatus::Present)
    }

    /// Whether the folder is known to be a built plugin: a bundle, or a folder with a module that the shell loads and nothing
    /// that builds it.
    pub(crate) fn is_built(&self) -> bool {
        let exists = |path: &str| self.files.get(path) == Some(&FileStatus::Present);
        let is_loadable = exists("ui/index.js") || exists(CONVENTIONAL_ENTRY) || self.is_bundle;
        is_loadable && self.has_build_file() == Some(false) && !self.has_background_source()
    }

    /// Whether one of [`BUILD_FILES`] exists and may still be used; `None` if not all of them were looked for.
    pub(crate) fn has_build_file(&self) -> Option<bool> {
        if self.is_bundle {
            return Some(false);
        }
        let mut found = Some(false);
        for path in BUILD_FILES {
            match self.files.get(path) {
                Some(FileStatus::Missing) => {}
                Some(_) => return Some(true),
                None => found = None,
            }
        }
        found
    }

    /// Whether the folder `background` has source files, which a build outside of the plugin's folder may use.
    fn has_background_source(&self) -> bool {
        let mut files = self.files.iter();
        !self.is_bundle
            && files.any(|(path, status)| {
                path.starts_with("background/")
                    && source_extension(path).is_some()
                    && *status == FileStatus::Present
            })
    }
}
