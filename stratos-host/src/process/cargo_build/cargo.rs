//! Runs of `cargo build`.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf, absolute};
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use process_wrap::tokio::ChildWrapper;
use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::process::Command;
use tokio::sync::OwnedSemaphorePermit;
use tokio::task::JoinHandle;
use tracing::debug;

use crate::process::build_error::BuildError;
use crate::process::cargo_build::messages::{built_program, failure_output, warnings};
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
    /// Whether cargo's progress has no colours either. Otherwise cargo decides, by the terminal and the user's variables.
    pub plain_progress: bool,
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
            plain_progress: false,
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
        let program = built_program(&messages, plugin, cargo_toml)?;
        Ok(BuildOutput {
            program: program.path,
            is_fresh: program.is_fresh,
            warnings: warnings(&messages),
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
        // What is captured here is shown among the messages, and otherwise cargo prints its progress by itself.
        let is_plain = match quiet {
            true => !self.options.colours,
            false => self.options.plain_progress,
        };
        if is_plain {
            command.env("CARGO_TERM_COLOR", "never");
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_for_the_colours_of_progress_are_kept_unless_they_are_turned_off() {
        for (colours, plain_progress, quiet, is_plain) in [
            // Not to a terminal, where CI services show colours.
            (false, false, false, false),
            (false, false, true, true),
            (true, false, false, false),
            (true, false, true, false),
            (false, true, false, true),
            (false, true, true, true),
        ] {
            let cargo = Cargo {
                options: CargoOptions {
                    colours,
                    plain_progress,
                    ..CargoOptions::default()
                },
                run_record: None,
            };
            let command = cargo.command(Path::new("Cargo.toml"), &[], quiet);
            let mut variables = command.as_std().get_envs();
            let is_set = variables.any(|(name, _)| name == "CARGO_TERM_COLOR");
            assert_eq!(is_set, is_plain, "{colours} {plain_progress} {quiet}");
        }
    }
}
