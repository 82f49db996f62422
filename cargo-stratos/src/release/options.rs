//! Options of a build.

use std::ffi::OsString;
use std::path::PathBuf;

use serde::Serialize;

/// Targets, profile and output folder of a build.
#[derive(Debug, Clone, Default)]
pub(crate) struct BuildOptions {
    /// Platforms or targets of Rust; without any, this machine's.
    pub(crate) targets: Vec<String>,
    pub(crate) profile: Profile,
    /// Output folder; by default `dist` in the plugin's folder.
    pub(crate) out: Option<PathBuf>,
    /// Additional arguments for cargo.
    pub(crate) cargo_args: Vec<OsString>,
}

/// A profile of cargo.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Profile {
    /// Optimized, without symbols and names of folders.
    #[default]
    Release,
    /// Built quickly, with symbols.
    Debug,
}
