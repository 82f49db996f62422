//! A started plugin's end.

use std::time::Duration;

use stratos_transport::guard::Guard;
use tokio::sync::{mpsc, watch};

/// How long a plugin that was told to terminate may take before it is killed.
pub(crate) const TERMINATE_DEADLINE: Duration = Duration::from_secs(2);

/// Watches a started plugin and ends it. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Life {
    pid: Option<u32>,
    ended: watch::Receiver<Option<String>>,
    signals: mpsc::Sender<Signal>,
}

/// What a [`Life`] asks of whoever holds the plugin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Signal {
    /// End soon, please.
    Terminate,
    /// End now.
    Kill,
}

/// The other end of a [`Life`]: reports the end, takes the signals.
#[derive(Debug)]
pub(crate) struct LifeKeeper {
    pub(crate) ended: watch::Sender<Option<String>>,
    pub(crate) signals: mpsc::Receiver<Signal>,
}

impl Life {
    pub(crate) fn new(pid: Option<u32>) -> (Self, LifeKeeper) {
        let (ended_sender, ended) = watch::channel(None);
        let (signals, signals_receiver) = mpsc::channel(4);
        let keeper = LifeKeeper {
            ended: ended_sender,
            signals: signals_receiver,
        };
        (
            Self {
                pid,
                ended,
                signals,
            },
            keeper,
        )
    }

    /// The process, if it is one of its own.
    #[must_use]
    pub fn pid(&self) -> Option<u32> {
        self.pid
    }

    /// The same, as if it were a process.
    #[cfg(test)]
    pub(crate) fn with_pid(self, pid: u32) -> Self {
        let pid = Some(pid);
        Self { pid, ..self }
    }

    /// Waits for the end and says how it came, such as `exited with code 101`.
    pub async fn ended(&self) -> String {
        let mut ended = self.ended.clone();
        match ended.wait_for(Option::is_some).await {
            Ok(how) => how.clone().unwrap_or_default(),
            // The keeper reports before it goes, unless the runtime itself is ending.
            Err(_) => "ended".to_owned(),
        }
    }

    /// Ends it at once, and returns when it has ended.
    pub async fn kill(&self) -> String {
        // A keeper that takes no more signals has reported the end.
        let _ = self.signals.send(Signal::Kill).await;
        self.ended().await
    }

    /// Ends it, gently first, and returns when it has ended.
    pub async fn end(&self) -> String {
        // A keeper that takes no more signals has reported the end.
        let _ = self.signals.send(Signal::Terminate).await;
        match tokio::time::timeout(TERMINATE_DEADLINE, self.ended()).await {
            Ok(how) => how,
            Err(_) => {
                if Guard::Kill.is_on() {
                    let _ = self.signals.send(Signal::Kill).await;
                }
                self.ended().await
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn what_does_not_terminate_is_killed() {
        let (life, mut keeper) = Life::new(None);
        tokio::spawn(async move {
            while keeper.signals.recv().await != Some(Signal::Kill) {}
            let how = "was killed".to_owned();
            keeper.ended.send_replace(Some(how));
        });
        let ended = tokio::time::timeout(Duration::from_secs(3), life.end()).await;
        assert_eq!(ended.as_deref(), Ok("was killed"));
    }
}
