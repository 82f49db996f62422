//! What ends `cargo stratos run` from outside.

#[cfg(unix)]
use std::io::{self, IsTerminal as _};

#[cfg(unix)]
use tokio::signal::unix::{Signal, SignalKind, signal};
#[cfg(windows)]
use tokio::signal::windows::{
    CtrlBreak, CtrlC, CtrlClose, CtrlShutdown, ctrl_break, ctrl_c, ctrl_close, ctrl_shutdown,
};

use crate::error::Error;

/// Ctrl-C, a polite request to end, or the end of the terminal. What comes between two waits is not lost.
#[cfg(unix)]
pub(super) struct Interrupt {
    interrupt: Signal,
    terminate: Signal,
    /// Heard once: shells and the kernel both tell of the same end. Not by whoever was started with `nohup`, which
    /// takes away the terminal for output at least, and who is to outlive it.
    hangup: Option<Signal>,
}

/// Ctrl-C, or the end of the console or the system. What comes between two waits is not lost.
#[cfg(windows)]
pub(super) struct Interrupt {
    ctrl_c: CtrlC,
    ctrl_break: CtrlBreak,
    /// Windows ends whoever hears of these within a few seconds.
    close: CtrlClose,
    shutdown: CtrlShutdown,
}

impl Interrupt {
    /// Listens from now on.
    #[cfg(unix)]
    pub(super) fn new() -> Result<Self, Error> {
        let listen = |kind| signal(kind).map_err(not_heard);
        let has_terminal = io::stdin().is_terminal() && io::stderr().is_terminal();
        Ok(Self {
            interrupt: listen(SignalKind::interrupt())?,
            terminate: listen(SignalKind::terminate())?,
            hangup: match has_terminal {
                true => Some(listen(SignalKind::hangup())?),
                false => None,
            },
        })
    }

    /// Listens from now on.
    #[cfg(windows)]
    pub(super) fn new() -> Result<Self, Error> {
        Ok(Self {
            ctrl_c: ctrl_c().map_err(not_heard)?,
            ctrl_break: ctrl_break().map_err(not_heard)?,
            close: ctrl_close().map_err(not_heard)?,
            shutdown: ctrl_shutdown().map_err(not_heard)?,
        })
    }

    #[cfg(unix)]
    pub(super) async fn wait(&mut self) {
        let hangup = async {
            match &mut self.hangup {
                Some(hangup) => hangup.recv().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
            _ = hangup => {}
        }
        self.hangup = None;
    }

    #[cfg(windows)]
    pub(super) async fn wait(&mut self) {
        // Without a console there is nobody to press the keys.
        tokio::select! {
            Some(()) = self.ctrl_c.recv() => {}
            Some(()) = self.ctrl_break.recv() => {}
            Some(()) = self.close.recv() => {}
            Some(()) = self.shutdown.recv() => {}
            else => std::future::pending().await,
        }
    }
}

fn not_heard(source: std::io::Error) -> Error {
    Error::System {
        operation: "listen for signals",
        source,
    }
}
