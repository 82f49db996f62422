//! Builds by commands of cargo that the caller runs.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use crate::process::build_error::BuildError;
use crate::process::cargo_build::build_dirs::BuildDirs;
use crate::process::cargo_build::messages::built_program;
use crate::process::cargo_build::tracked_build::TrackedBuild;

/// A build of a package by a command of cargo that the caller runs, such as `cargo test`.
#[derive(Debug)]
pub struct CommandBuild {
    build: TrackedBuild,
    dirs: BuildDirs,
}

impl CommandBuild {
    /// Makes cargo build what differs from the previous build. `args` are the arguments for cargo.
    ///
    /// With a state folder, the target folder is that of `cargo stratos run`; without, it is `stratos` in the package's.
    #[must_use]
    pub fn begin(
        cargo: &OsStr,
        cargo_toml: &Path,
        state_dir: Option<&Path>,
        args: &[OsString],
    ) -> Self {
        let dirs = BuildDirs::find(cargo, cargo_toml, state_dir, args);
        let dirs = dirs.unwrap_or_else(|| BuildDirs::own(state_dir.unwrap_or(Path::new("")), args));
        Self {
            build: TrackedBuild::begin(cargo, cargo_toml, &dirs, state_dir),
            dirs,
        }
    }

    /// Additional arguments for cargo, with which it builds in that folder.
    #[must_use]
    pub fn args(&self) -> Vec<OsString> {
        self.dirs.args()
    }

    /// Records the inputs after cargo has built the package's tests.
    pub fn end_tests(self) {
        self.build.end_tests();
    }

    /// Records the inputs after cargo has built a plugin's program, and returns the program's path: that of the binary
    /// with the plugin's id as its name, or of the only one. `messages` are those that cargo printed as JSON.
    ///
    /// # Errors
    ///
    /// When the package builds no program, or several ones of other names, or when cargo took a program for current
    /// that was built from other files.
    pub fn end_program(self, messages: &[u8], plugin: &str) -> Result<PathBuf, BuildError> {
        let program = built_program(messages, plugin, self.build.cargo_toml())?;
        self.build.check(program.is_fresh)?;
        self.build.end(Some(&program.path));
        Ok(program.path)
    }
}
