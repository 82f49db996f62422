//! Runs cargo and other build commands to their end.

use std::process::{Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
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
    command
        .env_remove(TOKEN_VARIABLE)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    debug!(?command, "running");
    block_on(async {
        let mut signals = StopSignals::listen()?;
        let cannot_start = Error::system(operation);
        let mut child = spawn_in_group(command.into()).map_err(&cannot_start)?;
        let crates = Arc::new(AtomicUsize::new(0));
        let stdout = OutputReader::start(child.stdout().take(), Arc::clone(&crates));
        let stderr = OutputReader::start(child.stderr().take(), Arc::default());
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
        let (stdout, stderr) = tokio::join!(stdout.finish(), stderr.finish());
        Ok(CommandOutput {
            status,
            stdout,
            stderr,
        })
    })
}

/// Reads lines until the end of a pipe or the first error, and counts those about built crates.
struct OutputReader {
    bytes: Arc<Mutex<Vec<u8>>>,
    task: JoinHandle<()>,
}

impl OutputReader {
    fn start(
        pipe: Option<impl AsyncRead + Unpin + Send + 'static>,
        crates: Arc<AtomicUsize>,
    ) -> Self {
        let bytes = Arc::new(Mutex::new(Vec::new()));
        let read = Arc::clone(&bytes);
        let task = tokio::spawn(async move {
            let Some(pipe) = pipe else { return };
            let (mut pipe, mut line) = (BufReader::new(pipe), Vec::new());
            while let Ok(1..) = pipe.read_until(b'\n', &mut line).await {
                if line.starts_with(ARTIFACT) {
                    crates.fetch_add(1, Ordering::Relaxed);
                }
                lock(&read).append(&mut line);
            }
        });
        Self { bytes, task }
    }

    /// All that was read, at the end of the pipe or after [`OUTPUT_TIMEOUT`].
    async fn finish(self) -> Vec<u8> {
        let abort = self.task.abort_handle();
        if timeout(OUTPUT_TIMEOUT, self.task).await.is_err() {
            abort.abort();
        }
        std::mem::take(&mut lock(&self.bytes))
    }
}

fn lock(bytes: &Mutex<Vec<u8>>) -> MutexGuard<'_, Vec<u8>> {
    bytes
        .lock()
        .expect("no reader panics while it holds the lock")
}
