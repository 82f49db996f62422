//! The task that supervises a plugin's process: its output, its exit and its orphans.

use std::io;
use std::process::ExitStatus;
use std::time::Duration;

use futures_util::future::join_all;
use process_wrap::tokio::ChildWrapper;
use stratos_protocol::logger::Level;
use tokio::process::ChildStdin;
use tokio::sync::mpsc::Receiver;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_util::task::TaskTracker;
use tracing::debug;

use crate::event::EventBus;
use crate::process::exit::{Exit, LastLines};
use crate::process::handle::{ProcessHandle, Signal};
use crate::process::orphans::kill_orphans;
use crate::process::output::forward_lines;

/// Timeout for reading output after the exit: a process that the plugin has started may keep the pipes open.
const OUTPUT_TIMEOUT: Duration = Duration::from_millis(200);

/// Supervises a process in a task of its own, which ends after the search for orphans.
pub(super) fn supervise(
    mut child: Box<dyn ChildWrapper>,
    plugin: &str,
    nonce: &str,
    events: &EventBus,
    tasks: &TaskTracker,
) -> ProcessHandle {
    let (process, channels) = ProcessHandle::new(child.id());
    let last_lines = LastLines::default();
    let outputs = forward_output(&mut *child, plugin, events, &last_lines);
    // The plugin exits when its standard input ends, so the pipe is held until the plugin has exited.
    let lifeline = child.stdin().take();
    let (events, plugin, nonce) = (events.clone(), plugin.to_owned(), nonce.to_owned());
    tasks.spawn(async move {
        let group = child.id();
        let status = wait_for_exit(child, channels.signals, lifeline).await;
        let is_success = status.as_ref().is_ok_and(ExitStatus::success);
        let exit = Exit::new(describe(status));
        debug!(plugin, pid = group, %exit, "process exited");
        let orphans = kill_orphans(&nonce, group);
        // All output is emitted before the exit.
        let _ = timeout(OUTPUT_TIMEOUT, join_all(outputs)).await;
        events.report_dropped(&plugin);
        let exit = match is_success {
            true => exit,
            false => exit.with_last_lines(&last_lines),
        };
        channels.exit.send_replace(Some(exit));
        // The exit is reported without waiting for this search; the shutdown of the shell waits for a while.
        for (pid, name) in orphans.await {
            let text = format!(
                "ended the orphaned process {pid} (`{name}`), which the plugin had started and which had left its process group"
            );
            events.log_from_shell(&plugin, Level::Warn, text);
        }
    });
    process
}

/// Forwards the lines of stdout and stderr as log events, each in a task.
fn forward_output(
    child: &mut dyn ChildWrapper,
    plugin: &str,
    events: &EventBus,
    last_lines: &LastLines,
) -> Vec<JoinHandle<()>> {
    let forward_stdout = |pipe| {
        let (events, plugin) = (events.clone(), plugin.to_owned());
        let forward = forward_lines(pipe, events, plugin, Level::Info, "stdout", None);
        tokio::spawn(forward)
    };
    let forward_stderr = |pipe| {
        let (events, plugin) = (events.clone(), plugin.to_owned());
        let last_lines = Some(last_lines.clone());
        let forward = forward_lines(pipe, events, plugin, Level::Warn, "stderr", last_lines);
        tokio::spawn(forward)
    };
    let stdout = child.stdout().take().map(forward_stdout);
    let stderr = child.stderr().take().map(forward_stderr);
    stdout.into_iter().chain(stderr).collect()
}

/// Waits for the exit, obeys signals, and kills the rest of the process group after the exit.
async fn wait_for_exit(
    mut child: Box<dyn ChildWrapper>,
    mut signals: Receiver<Signal>,
    lifeline: Option<ChildStdin>,
) -> io::Result<ExitStatus> {
    let status = loop {
        let signal = tokio::select! {
            // Waits for the program alone: on Windows, the wrapper waits for all processes of the job.
            status = child.inner_mut().wait() => break status,
            signal = signals.recv() => signal,
        };
        match signal {
            Some(Signal::Terminate) => terminate(&mut *child),
            // An error means that the process has exited, which the next turn of the loop notices.
            Some(Signal::Kill) => drop(child.start_kill()),
            // All handles were dropped, so the process could not be terminated later.
            None => {
                let _ = child.start_kill();
                break child.inner_mut().wait().await;
            }
        }
    };
    // Kills the rest of the group: processes that the program has started.
    let _ = child.start_kill();
    drop(lifeline);
    status
}

#[cfg(unix)]
fn terminate(child: &mut dyn ChildWrapper) {
    // An error means that the process has exited, which the caller notices.
    let _ = child.signal(rustix::process::Signal::TERM.as_raw());
}

/// Windows has no signal for a program without a window or a console of its own.
#[cfg(not(unix))]
fn terminate(child: &mut dyn ChildWrapper) {
    let _ = child.start_kill();
}

fn describe(status: io::Result<ExitStatus>) -> String {
    let status = match status {
        Ok(status) => status,
        Err(error) => return format!("cannot be waited for: {error}"),
    };
    #[cfg(unix)]
    {
        use std::os::unix::process::ExitStatusExt as _;
        if let Some(signal) = status.signal() {
            return format!("{} {signal}", Exit::BY_SIGNAL);
        }
    }
    match status.code() {
        Some(code) => format!("exited with code {code}"),
        None => "ended".to_owned(),
    }
}
