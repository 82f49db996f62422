//! Handles to started plugins.

use std::time::Duration;

use tokio::sync::{mpsc, watch};

use crate::process::exit::Exit;

/// Timeout for a plugin to exit after a request to terminate; then it is killed.
pub(crate) const TERMINATE_TIMEOUT: Duration = Duration::from_secs(2);

/// A handle to a started plugin, which waits for its exit, terminates or kills it. Cheap to clone.
#[derive(Debug, Clone)]
pub struct ProcessHandle {
    pid: Option<u32>,
    exit: watch::Receiver<Option<Exit>>,
    signals: mpsc::Sender<Signal>,
}

/// A request of a [`ProcessHandle`] to the task that supervises the plugin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Signal {
    /// Ask the plugin to exit.
    Terminate,
    /// Kill the plugin.
    Kill,
}

/// The supervising task's ends of the channels of a [`ProcessHandle`].
#[derive(Debug)]
pub(crate) struct SupervisorChannels {
    /// Set once.
    pub(crate) exit: watch::Sender<Option<Exit>>,
    pub(crate) signals: mpsc::Receiver<Signal>,
}

impl ProcessHandle {
    pub(crate) fn new(pid: Option<u32>) -> (Self, SupervisorChannels) {
        let (exit_sender, exit) = watch::channel(None);
        let (signals, signals_receiver) = mpsc::channel(4);
        let channels = SupervisorChannels {
            exit: exit_sender,
            signals: signals_receiver,
        };
        (Self { pid, exit, signals }, channels)
    }

    /// The process id, unless the plugin runs within this process.
    #[must_use]
    pub fn pid(&self) -> Option<u32> {
        self.pid
    }

    /// Pretends that the plugin is a process of its own.
    #[cfg(test)]
    pub(crate) fn with_pid(self, pid: u32) -> Self {
        let pid = Some(pid);
        Self { pid, ..self }
    }

    /// Waits until the plugin has exited; returns a description such as `exited with code 101`.
    pub async fn wait(&self) -> String {
        self.exit().await.to_string()
    }

    /// Waits until the plugin has exited.
    pub(crate) async fn exit(&self) -> Exit {
        let mut exit = self.exit.clone();
        let ended = exit.wait_for(Option::is_some).await;
        let exit = ended.ok().and_then(|exit| exit.clone());
        // The supervising task ends without a report only when the runtime shuts down.
        exit.unwrap_or_else(|| Exit::new("ended"))
    }

    /// Kills the plugin and waits until it has exited.
    pub async fn kill(&self) -> String {
        // Fails only after the exit, which `wait` returns.
        let _ = self.signals.send(Signal::Kill).await;
        self.wait().await
    }

    /// Asks the plugin to exit, kills it after two seconds, and waits until it has exited.
    pub async fn terminate(&self) -> String {
        // Fails only after the exit, which `wait` returns.
        let _ = self.signals.send(Signal::Terminate).await;
        match tokio::time::timeout(TERMINATE_TIMEOUT, self.wait()).await {
            Ok(exit) => exit,
            Err(_) => self.kill().await,
        }
    }
}
