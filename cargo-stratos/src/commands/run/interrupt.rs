//! What ends `cargo stratos run` from outside.

use crate::error::Error;

/// Ctrl-C, or a polite request to end. What comes between two waits is not lost.
pub(super) struct Interrupt {
    #[cfg(unix)]
    signals: [tokio::signal::unix::Signal; 2],
    #[cfg(windows)]
    ctrl_c: tokio::signal::windows::CtrlC,
}

impl Interrupt {
    /// Listens from now on.
    pub(super) fn new() -> Result<Self, Error> {
        let fail = |source| Error::System {
            what: "listen for signals",
            source,
        };
        #[cfg(unix)]
        {
            use tokio::signal::unix::{SignalKind, signal};

            let interrupt = signal(SignalKind::interrupt()).map_err(fail)?;
            let terminate = signal(SignalKind::terminate()).map_err(fail)?;
            Ok(Self {
                signals: [interrupt, terminate],
            })
        }
        #[cfg(windows)]
        Ok(Self {
            ctrl_c: tokio::signal::windows::ctrl_c().map_err(fail)?,
        })
    }

    pub(super) async fn wait(&mut self) {
        #[cfg(unix)]
        {
            let [interrupt, terminate] = &mut self.signals;
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
        }
        #[cfg(windows)]
        {
            // Without a console there is nobody to press the keys.
            if self.ctrl_c.recv().await.is_none() {
                std::future::pending::<()>().await;
            }
        }
    }
}
