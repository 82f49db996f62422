//! Runs cargo and other build commands to their end.

use std::process::{Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use stratos_host::process::spawn_in_group;
use tokio::io::{AsyncBufReadExt as _, AsyncRead, BufReader};
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tracing::debug;

use crate::block_on::block_on;
use crate::error::Error;
use crate::output::Progress;
use crate::platform::TOKEN_VARIABLE;
use crate::stop_signals::StopSignals;

/// Start of the message that cargo prints for each built crate.
const ARTIFACT: &[u8] = br#"{"reason":"compiler-artifact""#;
/// Interval of the progress.
const TICK: Duration = Duration::from_millis(100);
/// Timeout for reading the output after the exit: a process that the command has started may keep the pipes open.
const OUTPUT_TIMEOUT: Duration = Duration::from_secs(2);

/// The output of a command that has exited.
#[derive(Debug)]
pub(crate) struct CommandOutput {
    pub(crate) status: ExitStatus,
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: Vec<u8>,
}

/// Runs a command, with its progress on a terminal. A signal to stop kills it and all that it has started.
///
/// `action` is shown while it runs, such as `building for win32-x64`. `operation` is the one that fails if it cannot be
/// started, such as `start cargo`.
pub(crate) fn run_command(
    mut command: Command,
    action: &str,
    operation: &'static str,
) -> Result<CommandOutput, Error> {
    // Build scripts and the author's commands have no use for it.
    command.env_remove(TOKEN_VARIABLE);
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    debug!(?command, "running");
    block_on(async {
        let mut signals = StopSignals::listen()?;
        let cannot_start = Error::system(operation);
        let mut child = spawn_in_group(command.into()).map_err(&cannot_start)?;
        let crates = Arc::new(AtomicUsize::new(0));
        let stdout = child.stdout().take();
        let stdout = stdout.map(|pipe| tokio::spawn(read(pipe, Arc::clone(&crates))));
        let stderr = child.stderr().take();
        let stderr = stderr.map(|pipe| tokio::spawn(read(pipe, Arc::default())));
        let mut progress = Progress::start(action);
        let mut ticks = tokio::time::interval(TICK);
        let exited = loop {
            tokio::select! {
                exited = child.wait() => break Some(exited),
                () = signals.recv() => break None,
                _ = ticks.tick() => progress.tick(crates.load(Ordering::Relaxed)),
            }
        };
        drop(progress);
        let Some(exited) = exited else {
            // An error means that the process has exited, so that the wait returns at once.
            let _ = child.start_kill();
            let _ = child.wait().await;
            return Err(Error::Interrupted);
        };
        let status = exited.map_err(cannot_start)?;
        let (stdout, stderr) = tokio::join!(join(stdout), join(stderr));
        Ok(CommandOutput {
            status,
            stdout,
            stderr,
        })
    })
}

/// Reads lines until the end of the stream or the first error, and counts those about built crates.
async fn read(pipe: impl AsyncRead + Unpin, crates: Arc<AtomicUsize>) -> Vec<u8> {
    let (mut pipe, mut bytes) = (BufReader::new(pipe), Vec::new());
    loop {
        let start = bytes.len();
        match pipe.read_until(b'\n', &mut bytes).await {
            Ok(0) | Err(_) => return bytes,
            Ok(_) if bytes[start..].starts_with(ARTIFACT) => {
                crates.fetch_add(1, Ordering::Relaxed);
            }
            Ok(_) => {}
        }
    }
}

/// The output of a reader; empty if the pipe is still open after [`OUTPUT_TIMEOUT`].
async fn join(reader: Option<JoinHandle<Vec<u8>>>) -> Vec<u8> {
    match reader {
        Some(reader) => match timeout(OUTPUT_TIMEOUT, reader).await {
            Ok(Ok(bytes)) => bytes,
            _ => Vec::new(),
        },
        None => Vec::new(),
    }
}
