//! The launchers of packages that cargo builds.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use stratos_transport::PluginFolders;

use crate::process::cargo_build::CargoPackage;
use crate::process::factory::LauncherFactory;
use crate::process::process_launcher::ProcessLauncher;

impl LauncherFactory {
    /// A launcher for a plugin that cargo builds from this `Cargo.toml`.
    #[must_use]
    pub fn cargo_package(
        &self,
        plugin: &str,
        cargo_toml: &Path,
        folders: PluginFolders,
    ) -> ProcessLauncher {
        let source = CargoPackage::new(cargo_toml.to_owned(), Arc::clone(&self.0.build_context));
        ProcessLauncher::new(plugin, Box::new(source), folders, Arc::clone(&self.0))
    }

    /// Hides cargo's progress from now on, for example because a prompt uses the terminal.
    pub fn hide_build_progress(&self) {
        self.0.build_context.quiet.store(true, Ordering::Relaxed);
    }

    /// The path at which cargo last built a plugin's program.
    pub(crate) fn built_program(&self, plugin: &str) -> Option<PathBuf> {
        self.0.build_context.built_programs().get(plugin).cloned()
    }

    /// The cargo executable.
    pub(crate) fn cargo(&self) -> &OsStr {
        &self.0.build_context.cargo.options.program
    }
}
