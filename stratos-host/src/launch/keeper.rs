//! A plugin's process from its start to its end: what it prints, how it ends, and what it leaves behind.

use std::process::ExitStatus;
use std::time::Duration;

use process_wrap::tokio::ChildWrapper;
use stratos_protocol::log::Level;
use tokio::process::ChildStdin;
use tokio::time::timeout;
use tokio_util::task::TaskTracker;

use crate::events::Events;
use crate::launch::escaped::end_escaped;
use crate::launch::life::{Life, Signal};
use crate::launch::output::forward;

/// How long the last words of a plugin may take to be read; a grandchild may hold the pipes open.
const READ_OUT: Duration = Duration::from_millis(200);

/// Takes care of a process in a task of its own, which goes on after the news of its end until nothing of it is left.
pub(super) fn keep(
    mut child: Box<dyn ChildWrapper>,
    plugin: &str,
    nonce: &str,
    events: &Events,
    tasks: &TaskTracker,
) -> Life {
    let (life, keeper) = Life::new(child.id());
    let mut outputs = Vec::new();
    if let Some(out) = child.stdout().take() {
        let task = forward(
            out,
            events.clone(),
            plugin.to_owned(),
            Level::Info,
            "stdout",
        );
        outputs.push(tokio::spawn(task));
    }
    if let Some(err) = child.stderr().take() {
        let task = forward(
            err,
            events.clone(),
            plugin.to_owned(),
            Level::Warn,
            "stderr",
        );
        outputs.push(tokio::spawn(task));
    }
    // The plugin reads the end of its input as our end, so it is held until the plugin has ended.
    let lifeline = child.stdin().take();
    let (events, plugin, nonce) = (events.clone(), plugin.to_owned(), nonce.to_owned());
    tasks.spawn(async move {
        let group = child.id();
        let how = watch(child, keeper.signals, lifeline).await;
        let escaped = end_escaped(&nonce, group);
        // Its last words come before the news of its end.
        let read_out = futures_util::future::join_all(outputs);
        let _ = timeout(READ_OUT, read_out).await;
        events.own_up(&plugin);
        keeper.ended.send_replace(Some(how));
        // The plugin's end does not wait for this search; the end of the shell does, for a while.
        for (pid, name) in escaped.await {
            let text = format!(
                "process {pid} (`{name}`), which it had started and which had left its process group, was ended"
            );
            events.note(&plugin, Level::Warn, text);
        }
    });
    life
}

async fn watch(
    mut child: Box<dyn ChildWrapper>,
    mut signals: tokio::sync::mpsc::Receiver<Signal>,
    lifeline: Option<ChildStdin>,
) -> String {
    let status = loop {
        let signal = tokio::select! {
            // Of the program alone: a job on Windows would wait for all that is left in it.
            status = child.inner_mut().wait() => break status,
            signal = signals.recv() => signal,
        };
        match signal {
            Some(Signal::Terminate) => terminate(&mut *child),
            // An error means that it has ended, which the next round sees.
            Some(Signal::Kill) => drop(child.start_kill()),
            // Nobody holds the `Life` any more, so nobody would ever end it.
            None => {
                let _ = child.start_kill();
                break child.inner_mut().wait().await;
            }
        }
    };
    // The program has ended; what it started and left behind ends now.
    let _ = child.start_kill();
    drop(lifeline);
    match status {
        Ok(status) => describe(status),
        Err(error) => format!("cannot be waited for: {error}"),
    }
}

#[cfg(unix)]
fn terminate(child: &mut dyn ChildWrapper) {
    // An error means that it has ended, which the caller sees.
    let _ = child.signal(rustix::process::Signal::TERM.as_raw());
}

/// Windows has no gentle way for a program without a window or a console of its own.
#[cfg(not(unix))]
fn terminate(child: &mut dyn ChildWrapper) {
    let _ = child.start_kill();
}

fn describe(status: ExitStatus) -> String {
    #[cfg(unix)]
    {
        use std::os::unix::process::ExitStatusExt as _;
        if let Some(signal) = status.signal() {
            return format!("was ended by signal {signal}");
        }
    }
    match status.code() {
        Some(code) => format!("exited with code {code}"),
        None => "ended".to_owned(),
    }
}
