//! Runs of `cargo build`.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf, absolute};
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use cargo_metadata::diagnostic::DiagnosticLevel;
use cargo_metadata::{Artifact, Message, TargetKind};
use process_wrap::tokio::ChildWrapper;
use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::process::Command;
use tokio::sync::OwnedSemaphorePermit;
use tokio::task::JoinHandle;
use tracing::debug;

use crate::process::build_error::BuildError;
use crate::process::process_group::spawn_in_background;
use crate::process::run_record::RunRecord;

/// Timeout for reading cargo's output after its exit: a process that it has started may keep the pipes open.
const OUTPUT_TIMEOUT: Duration = Duration::from_secs(2);

/// Options of the builds of plugins.
#[derive(Debug)]
pub struct CargoOptions {
    /// The cargo executable.
    pub program: OsString,
    /// Additional arguments for `cargo build`.
    pub args: Vec<OsString>,
    /// Whether the compiler's messages contain ANSI colours.
    pub colours: bool,
}

/// The command line of `cargo build`, without the package.
#[derive(Debug)]
pub(in crate::process) struct Cargo {
    pub(in crate::process) options: CargoOptions,
    pub(super) run_record: Option<Arc<RunRecord>>,
}

/// The result of a successful build.
#[derive(Debug)]
pub(super) struct BuildOutput {
    pub(super) program: PathBuf,
    /// Whether cargo took the program for current and built nothing.
    pub(super) is_fresh: bool,
    /// Rendered warnings of the compiler.
    pub(super) warnings: String,
}

impl Default for CargoOptions {
    fn default() -> Self {
        Self {
            program: "cargo".into(),
            args: Vec::new(),
            colours: false,
        }
    }
}

impl Cargo {
    /// Builds the package and returns its program.
    ///
    /// Dropping the future kills cargo's process group, and releases the permit after that. With `quiet`, cargo's
    /// progress is hidden; otherwise cargo writes it to the stderr of this process. `dir_args` name the target folder.
    pub(super) async fn build(
        &self,
        cargo_toml: &Path,
        dir_args: &[OsString],
        plugin: &str,
        quiet: bool,
        permit: OwnedSemaphorePermit,
    ) -> Result<BuildOutput, BuildError> {
        let cannot_start = |source| BuildError::Cargo {
            cargo: self.options.program.clone().into(),
            source,
        };
        let mut command = self.command(cargo_toml, dir_args, quiet);
        debug!(plugin, command = ?command.as_std(), "cargo started");
        if let Some(record) = &self.run_record {
            record.mark(&mut command);
        }
        let mut group = BuildGroup::spawn(command, permit).map_err(cannot_start)?;
        if let Some(record) = &self.run_record {
            record.add_process(group.child().id());
        }
        let (stdout, stderr) = (group.child().stdout().take(), group.child().stderr().take());
        let stdout = stdout.map(|pipe| tokio::spawn(read_to_end(pipe)));
        let stderr = stderr.map(|pipe| tokio::spawn(read_to_end(pipe)));
        let status = group.child().wait().await.map_err(cannot_start)?;
        debug!(plugin, %status, "cargo exited");
        let (messages, stderr) = tokio::join!(join_reader(stdout), join_reader(stderr));
        group.disarm();
        if !status.success() {
            return Err(BuildError::Failed {
                cargo_toml: cargo_toml.to_owned(),
                output: failure_output(&messages, &stderr),
            });
        }
        let (program, is_fresh) =
            choose_program(programs(&messages, cargo_toml), plugin, cargo_toml)?;
        let warnings = diagnostics(&messages).map(|(_, text)| text).collect();
        Ok(BuildOutput {
            program,
            is_fresh,
            warnings,
        })
    }

    fn command(&self, cargo_toml: &Path, dir_args: &[OsString], quiet: bool) -> Command {
        let mut command = Command::new(&self.options.program);
        let format = match self.options.colours {
            true => "--message-format=json-diagnostic-rendered-ansi",
            false => "--message-format=json",
        };
        command.args(["build", format, "--manifest-path"]);
        command.arg(absolute(cargo_toml).unwrap_or_else(|_| cargo_toml.to_owned()));
        if let Some(package) = cargo_toml.parent().filter(|path| *path != Path::new("")) {
            // The configuration files there count, wherever the shell runs.
            command.current_dir(package);
        }
        if quiet {
            command.arg("--quiet").stderr(Stdio::piped());
        }
        command.args(dir_args).args(&self.options.args);
        command.stdin(Stdio::null()).stdout(Stdio::piped());
        command
    }
}

/// The process group of a build, killed on drop unless disarmed.
struct BuildGroup(Option<(Box<dyn ChildWrapper>, OwnedSemaphorePermit)>);

impl BuildGroup {
    fn spawn(command: Command, permit: OwnedSemaphorePermit) -> io::Result<Self> {
        let child = spawn_in_background(command)?;
        Ok(Self(Some((child, permit))))
    }

    fn child(&mut self) -> &mut dyn ChildWrapper {
        let (child, _) = self.0.as_mut().expect("the group is not disarmed yet");
        &mut **child
    }

    /// Releases the permit after the build has ended.
    fn disarm(&mut self) {
        self.0 = None;
    }
}

impl Drop for BuildGroup {
    fn drop(&mut self) {
        if let Some((mut child, permit)) = self.0.take() {
            // An error means that the process has exited, so that the wait returns at once.
            let _ = child.start_kill();
            tokio::spawn(async move {
                let _ = child.wait().await;
                drop(permit);
            });
        }
    }
}

/// Reads until the end of the stream or the first error.
async fn read_to_end(mut pipe: impl AsyncRead + Unpin) -> Vec<u8> {
    let mut bytes = Vec::new();
    let _ = pipe.read_to_end(&mut bytes).await;
    bytes
}

/// The output of a reader task; empty if the pipe is still open after [`OUTPUT_TIMEOUT`].
async fn join_reader(reader: Option<JoinHandle<Vec<u8>>>) -> Vec<u8> {
    match reader {
        Some(reader) => match tokio::time::timeout(OUTPUT_TIMEOUT, reader).await {
            Ok(Ok(bytes)) => bytes,
            _ => Vec::new(),
        },
        None => Vec::new(),
    }
}

/// The compiler's messages about a failed build, and cargo's stderr if none of them is an error.
fn failure_output(messages: &[u8], stderr: &[u8]) -> String {
    let (mut output, mut has_error) = (String::new(), false);
    for (is_error, text) in diagnostics(messages) {
        output.push_str(&text);
        has_error |= is_error;
    }
    if !has_error {
        output.push_str(&String::from_utf8_lossy(stderr));
    }
    output
}

/// The compiler's rendered diagnostics without duplicates and summaries, each with whether it is an error.
fn diagnostics(messages: &[u8]) -> impl Iterator<Item = (bool, String)> {
    let mut seen = BTreeSet::new();
    let messages = Message::parse_stream(messages).filter_map(Result::ok);
    let diagnostics = messages.filter_map(|message| match message {
        Message::CompilerMessage(message) => Some(message.message),
        _ => None,
    });
    let details = diagnostics.filter(|diagnostic| {
        let is_summary = diagnostic.spans.is_empty()
            && (diagnostic.message.starts_with("aborting due to")
                || diagnostic.message.ends_with(" emitted")
                || diagnostic.level == DiagnosticLevel::FailureNote);
        !is_summary
    });
    let rendered = details.filter_map(|diagnostic| {
        let is_error = matches!(
            diagnostic.level,
            DiagnosticLevel::Error | DiagnosticLevel::Ice
        );
        Some((is_error, diagnostic.rendered?))
    });
    rendered.filter(move |(_, text)| seen.insert(text.clone()))
}

/// A program, and whether cargo took it for current.
type BuiltProgram = (PathBuf, bool);

/// Names of the binaries of this package, without those of dependencies and other workspace members.
fn programs(messages: &[u8], cargo_toml: &Path) -> Vec<(String, BuiltProgram)> {
    let manifest = cargo_toml.canonicalize().ok();
    let is_of_package = |artifact: &Artifact| {
        artifact.target.kind.contains(&TargetKind::Bin)
            && artifact.manifest_path.as_std_path().canonicalize().ok() == manifest
    };
    Message::parse_stream(messages)
        .filter_map(Result::ok)
        .filter_map(|message| match message {
            Message::CompilerArtifact(artifact) if is_of_package(&artifact) => {
                let path = artifact.executable?.into_std_path_buf();
                Some((artifact.target.name, (path, artifact.fresh)))
            }
            _ => None,
        })
        .collect()
}

/// The program with the plugin's id as its name, or the only program.
fn choose_program(
    mut programs: Vec<(String, BuiltProgram)>,
    plugin: &str,
    cargo_toml: &Path,
) -> Result<BuiltProgram, BuildError> {
    if let Some(index) = programs.iter().position(|(name, _)| name == plugin) {
        return Ok(programs.swap_remove(index).1);
    }
    let cargo_toml = cargo_toml.to_owned();
    match programs.len() {
        0 => Err(BuildError::NoProgram { cargo_toml }),
        1 => Ok(programs.swap_remove(0).1),
        _ => {
            let mut names: Vec<_> = programs.into_iter().map(|(name, _)| name).collect();
            names.sort();
            Err(BuildError::SeveralPrograms {
                cargo_toml,
                plugin: plugin.to_owned(),
                names,
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_shows_the_compilers_errors_or_else_cargos_stderr() {
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
        let text = failure_output(said.concat().as_bytes(), b"could not compile");
        assert_eq!(text, "warning: unused\nerror: mismatched types\n");
        assert_eq!(
            failure_output(b"", b"no such feature\n"),
            "no such feature\n"
        );
    }
}
