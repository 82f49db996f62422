//! Builds a Rust plugin with cargo.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use cargo_metadata::diagnostic::DiagnosticLevel;
use cargo_metadata::{Artifact, CompilerMessage, Message, TargetKind};
use process_wrap::tokio::ChildWrapper;
use thiserror::Error;
use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::process::Command;
use tokio::sync::OwnedSemaphorePermit;
use tokio::task::JoinHandle;

use crate::launch::process::in_group;
use crate::launch::record::Record;

/// How long cargo's output may stay open after its end: something that it started may hold it.
const OUTPUT_DEADLINE: Duration = Duration::from_secs(2);

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
    /// The build failed.
    #[error("the build of {} failed", cargo_toml.display())]
    Failed {
        /// What was built.
        cargo_toml: PathBuf,
        /// What cargo and the compiler say about it, as they render it.
        output: String,
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

/// How cargo is called.
#[derive(Debug)]
pub(super) struct Cargo {
    pub(super) program: OsString,
    pub(super) args: Vec<OsString>,
    /// Where it builds, unless the arguments say another place.
    pub(super) target_dir: Option<PathBuf>,
    /// Whether the compiler's words are coloured.
    pub(super) colours: bool,
    pub(super) record: Option<Arc<Record>>,
}

/// What came of a build.
#[derive(Debug)]
pub(super) struct Built {
    pub(super) program: PathBuf,
    pub(super) warnings: String,
}

impl Cargo {
    /// Builds and returns the program. When this is dropped, cargo and all that it started end, and only then goes
    /// the permit.
    ///
    /// A quiet build leaves the terminal alone; otherwise cargo's progress goes to our stderr as it comes.
    pub(super) async fn build(
        &self,
        cargo_toml: &Path,
        plugin: &str,
        quiet: bool,
        permit: OwnedSemaphorePermit,
    ) -> Result<Built, BuildError> {
        let start = |source| BuildError::Cargo {
            cargo: self.program.clone().into(),
            source,
        };
        let mut command = self.command(cargo_toml, quiet);
        if let Some(record) = &self.record {
            record.mark(&mut command);
        }
        let mut group = Group::start(command, permit).map_err(start)?;
        if let Some(record) = &self.record {
            record.add_process(group.child().id());
        }
        let (out, err) = (group.child().stdout().take(), group.child().stderr().take());
        let outputs = (
            out.map(|pipe| tokio::spawn(read(pipe))),
            err.map(|pipe| tokio::spawn(read(pipe))),
        );
        let status = group.child().wait().await.map_err(start)?;
        let (said, complained) = tokio::join!(to_the_end(outputs.0), to_the_end(outputs.1));
        group.ended();
        if !status.success() {
            return Err(BuildError::Failed {
                cargo_toml: cargo_toml.to_owned(),
                output: reasons(&said, &complained),
            });
        }
        let program = choose(programs(&said, cargo_toml), plugin, cargo_toml)?;
        let warnings = rendered(&said).map(|(_, text)| text).collect();
        Ok(Built { program, warnings })
    }

    fn command(&self, cargo_toml: &Path, quiet: bool) -> Command {
        let mut command = Command::new(&self.program);
        let format = match self.colours {
            true => "--message-format=json-diagnostic-rendered-ansi",
            false => "--message-format=json",
        };
        command.args(["build", format, "--manifest-path"]);
        command.arg(cargo_toml);
        if quiet {
            command.arg("--quiet").stderr(Stdio::piped());
        }
        if let Some(target_dir) = &self.target_dir
            && !names_target_dir(&self.args)
        {
            command.arg("--target-dir").arg(target_dir);
        }
        command.args(&self.args);
        command.stdin(Stdio::null()).stdout(Stdio::piped());
        command
    }
}

/// Cargo, the compilers and whatever else it started.
struct Group(Option<(Box<dyn ChildWrapper>, OwnedSemaphorePermit)>);

impl Group {
    fn start(command: Command, permit: OwnedSemaphorePermit) -> io::Result<Self> {
        let child = in_group(command).spawn()?;
        Ok(Self(Some((child, permit))))
    }

    fn child(&mut self) -> &mut dyn ChildWrapper {
        let (child, _) = self.0.as_mut().expect("it has not ended");
        &mut **child
    }

    fn ended(&mut self) {
        self.0 = None;
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if let Some((mut child, permit)) = self.0.take() {
            // An error means that it has ended, which the wait sees.
            let _ = child.start_kill();
            tokio::spawn(async move {
                let _ = child.wait().await;
                drop(permit);
            });
        }
    }
}

/// Reads to the end, or as far as it goes.
async fn read(mut pipe: impl AsyncRead + Unpin) -> Vec<u8> {
    let mut bytes = Vec::new();
    // A pipe that broke has ended, too.
    let _ = pipe.read_to_end(&mut bytes).await;
    bytes
}

/// What was read, unless the pipe stays open.
async fn to_the_end(output: Option<JoinHandle<Vec<u8>>>) -> Vec<u8> {
    match output {
        Some(output) => match tokio::time::timeout(OUTPUT_DEADLINE, output).await {
            Ok(Ok(bytes)) => bytes,
            _ => Vec::new(),
        },
        None => Vec::new(),
    }
}

fn names_target_dir(args: &[OsString]) -> bool {
    args.iter().any(|arg| {
        let text = arg.to_string_lossy();
        text.starts_with("--target-dir") || text.contains("target-dir=")
    })
}

/// Why a build failed: the compiler's words, or cargo's own where it did not come to the compiler.
fn reasons(said: &[u8], complained: &[u8]) -> String {
    let (mut text, mut is_told) = (String::new(), false);
    for (is_error, message) in rendered(said) {
        text.push_str(&message);
        is_told |= is_error;
    }
    if !is_told {
        text.push_str(&String::from_utf8_lossy(complained));
    }
    text
}

/// What the compiler said, each thing once and without the sums, and whether it is an error.
fn rendered(messages: &[u8]) -> impl Iterator<Item = (bool, String)> {
    let mut seen = std::collections::BTreeSet::new();
    let said = Message::parse_stream(messages).filter_map(Result::ok);
    let of_compiler = said.filter_map(|message| match message {
        Message::CompilerMessage(CompilerMessage { message, .. }) => Some(message),
        _ => None,
    });
    let worth_it = of_compiler.filter(|message| {
        let is_sum = message.spans.is_empty()
            && (message.message.starts_with("aborting due to")
                || message.message.ends_with(" emitted")
                || message.level == DiagnosticLevel::FailureNote);
        !is_sum
    });
    let rendered = worth_it.filter_map(|message| {
        let is_error = matches!(message.level, DiagnosticLevel::Error | DiagnosticLevel::Ice);
        Some((is_error, message.rendered?))
    });
    rendered.filter(move |(_, text)| seen.insert(text.clone()))
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

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;

    use super::*;

    #[test]
    fn a_target_dir_of_the_user_counts() {
        for (args, expected) in [
            (vec!["--release"], false),
            (vec!["--target", "x86_64-unknown-linux-gnu"], false),
            (vec!["--target-dir", "out"], true),
            (vec!["--target-dir=out"], true),
            (vec!["--config", "build.target-dir='out'"], true),
        ] {
            let args: Vec<_> = args.iter().map(OsString::from).collect();
            let cargo = Cargo {
                program: "cargo".into(),
                args: args.clone(),
                target_dir: Some("ours".into()),
                colours: false,
                record: None,
            };
            let command = cargo.command(Path::new("Cargo.toml"), false);
            let ours = command
                .as_std()
                .get_args()
                .any(|arg| arg == OsStr::new("ours"));
            assert_eq!(ours, !expected, "{args:?}");
        }
    }

    #[test]
    fn the_reason_is_the_compilers_or_else_cargos() {
        let message = |level: &str, text: &str| {
            let diagnostic = serde_json::json!({
                "message": text, "code": null, "level": level, "spans": [], "children": [],
                "rendered": format!("{level}: {text}\n"),
            });
            serde_json::json!({
                "reason": "compiler-message", "package_id": "p", "manifest_path": "/p/Cargo.toml",
                "target": { "name": "p", "kind": ["bin"], "crate_types": ["bin"], "src_path": "/p/src/main.rs",
                    "edition": "2024", "doctest": false, "test": true, "doc": true },
                "message": diagnostic,
            })
            .to_string()
                + "\n"
        };
        let error = message("error", "mismatched types");
        let said = [
            message("warning", "unused"),
            error.clone(),
            error,
            message(
                "error",
                "aborting due to 1 previous error; 1 warning emitted",
            ),
            message("failure-note", "Some errors have detailed explanations"),
        ];
        let text = reasons(said.concat().as_bytes(), b"could not compile");
        assert_eq!(text, "warning: unused\nerror: mismatched types\n");
        assert_eq!(reasons(b"", b"no such feature\n"), "no such feature\n");
    }
}
