//! Builds of a plugin's tests.

use std::ffi::{OsStr, OsString};
use std::path::Path;

use crate::process::cargo_build::build_dirs::BuildDirs;
use crate::process::cargo_build::tracked_build::TrackedBuild;

/// A build of a package's tests by `cargo test`, in the target folder of `cargo stratos run`.
#[derive(Debug)]
pub struct TestBuild {
    build: TrackedBuild,
    args: Vec<OsString>,
}

impl TestBuild {
    /// Makes cargo build what differs from the previous build. `args` are the arguments for cargo.
    #[must_use]
    pub fn begin(cargo: &OsStr, cargo_toml: &Path, state_dir: &Path, args: &[OsString]) -> Self {
        let dirs = BuildDirs::find(cargo, cargo_toml, state_dir, args);
        let dirs = dirs.unwrap_or_else(|| BuildDirs::own(state_dir, args));
        Self {
            build: TrackedBuild::begin(cargo, cargo_toml, &dirs, state_dir),
            args: dirs.args(),
        }
    }

    /// Additional arguments for cargo, with which it builds in that folder.
    #[must_use]
    pub fn args(&self) -> &[OsString] {
        &self.args
    }

    /// Records the inputs after cargo has exited: the first build has created the folder of the record.
    pub fn end(self) {
        self.build.end(None);
    }
}
