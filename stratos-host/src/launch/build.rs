//! Builds a Rust plugin with cargo.

use std::ffi::{OsStr, OsString};
use std::io;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use cargo_metadata::{Artifact, Message, TargetKind};
use thiserror::Error;
use tokio::process::Command;

/// Why there is no program.
#[derive(Debug, Error)]
pub enum BuildError {
    /// Cargo cannot be started.
    #[error("cannot start `{}`: is Rust installed and on the PATH?", cargo.display())]
    Cargo {
        /// The program that was tried.
        cargo: PathBuf,
        /// The reason.
        #[source]
        source: io::Error,
    },
    /// The build failed; cargo has said why.
    #[error("the build of {} failed", cargo_toml.display())]
    Failed {
        /// What was built.
        cargo_toml: PathBuf,
    },
    /// The package has no program.
    #[error("{} builds no program: add `src/main.rs` with `stratos::serve::<YourPlugin>()`", cargo_toml.display())]
    NoProgram {
        /// What was built.
        cargo_toml: PathBuf,
    },
    /// The package has several programs and none has the plugin's name.
    #[error("{} builds several programs ({}): name one of them `{plugin}`", cargo_toml.display(), names.join(", "))]
    SeveralPrograms {
        /// What was built.
        cargo_toml: PathBuf,
        /// The plugin's id.
        plugin: String,
        /// The programs' names.
        names: Vec<String>,
    },
}

/// Builds and returns the program's path.
pub(super) async fn build(
    cargo: &OsStr,
    cargo_toml: &Path,
    plugin: &str,
    args: &[OsString],
) -> Result<PathBuf, BuildError> {
    let start = |source| BuildError::Cargo {
        cargo: cargo.into(),
        source,
    };
    // Cargo's words for people go to our stderr as they come.
    let output = Command::new(cargo)
        .arg("build")
        .arg("--message-format=json-render-diagnostics")
        .arg("--manifest-path")
        .arg(cargo_toml)
        .args(args)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(start)?
        .wait_with_output()
        .await
        .map_err(start)?;
    if !output.status.success() {
        return Err(BuildError::Failed {
            cargo_toml: cargo_toml.to_owned(),
        });
    }
    choose(programs(&output.stdout, cargo_toml), plugin, cargo_toml)
}

/// The programs of this very package, not of its dependencies or workspace siblings.
fn programs(messages: &[u8], cargo_toml: &Path) -> Vec<(String, PathBuf)> {
    let ours = cargo_toml.canonicalize().ok();
    let is_ours = |artifact: &Artifact| {
        artifact.target.kind.contains(&TargetKind::Bin)
            && artifact.manifest_path.as_std_path().canonicalize().ok() == ours
    };
    Message::parse_stream(messages)
        .filter_map(Result::ok)
        .filter_map(|message| match message {
            Message::CompilerArtifact(artifact) if is_ours(&artifact) => {
                let path = artifact.executable?.into_std_path_buf();
                Some((artifact.target.name, path))
            }
            _ => None,
        })
        .collect()
}

fn choose(
    mut programs: Vec<(String, PathBuf)>,
    plugin: &str,
    cargo_toml: &Path,
) -> Result<PathBuf, BuildError> {
    if let Some(at) = programs.iter().position(|(name, _)| name == plugin) {
        return Ok(programs.swap_remove(at).1);
    }
    let cargo_toml = cargo_toml.to_owned();
    match programs.len() {
        0 => Err(BuildError::NoProgram { cargo_toml }),
        1 => Ok(programs.swap_remove(0).1),
        _ => Err(BuildError::SeveralPrograms {
            cargo_toml,
            plugin: plugin.to_owned(),
            names: {
                let mut names: Vec<_> = programs.into_iter().map(|(name, _)| name).collect();
                names.sort();
                names
            },
        }),
    }
}
