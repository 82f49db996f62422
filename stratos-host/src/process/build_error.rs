//! Errors of builds.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

/// Error of a build.
#[derive(Debug, Error)]
pub enum BuildError {
    /// Cargo could not be started.
    #[error("cannot start `{}`: is Rust installed and on the PATH?", cargo.display())]
    Cargo {
        /// The cargo executable.
        cargo: PathBuf,
        /// The error of the operating system.
        #[source]
        source: io::Error,
    },
    /// Cargo or the compiler reported an error.
    #[error("the build of {} failed", cargo_toml.display())]
    Failed {
        /// Path of the package's `Cargo.toml`.
        cargo_toml: PathBuf,
        /// Rendered messages of the compiler, or of cargo if the compiler was not called.
        output: String,
    },
    /// The package has no binary target.
    #[error("{} builds no program: add `src/main.rs` with `stratos::serve::<YourPlugin>()`", cargo_toml.display())]
    NoProgram {
        /// Path of the package's `Cargo.toml`.
        cargo_toml: PathBuf,
    },
    /// The package has several binary targets, none of them with the plugin's id as its name.
    #[error("{} builds several programs ({}): name one of them `{plugin}`", cargo_toml.display(), names.join(", "))]
    SeveralPrograms {
        /// Path of the package's `Cargo.toml`.
        cargo_toml: PathBuf,
        /// The plugin's id.
        plugin: String,
        /// Names of the binary targets, sorted.
        names: Vec<String>,
    },
    /// Cargo takes the program for current, although it was built from another content of a file.
    #[error(
        "cargo does not build {} again, although its content differs from that of the last build: save the file anew, \
         or remove {}", file.display(), target.display()
    )]
    Stale {
        /// Path of the file.
        file: PathBuf,
        /// The target folder.
        target: PathBuf,
    },
}
