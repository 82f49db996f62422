//! Signals that ask a command to stop.

#[cfg(unix)]
use std::io::{self, IsTerminal as _};

#[cfg(unix)]
use tokio::signal::unix::{Signal, SignalKind, signal};
#[cfg(windows)]
use tokio::signal::windows::{
    CtrlBreak, CtrlC, CtrlClose, CtrlShutdown, ctrl_break, ctrl_c, ctrl_close, ctrl_shutdown,
};

use crate::error::Error;

/// Operation in error messages.
const OPERATION: &str = "listen for signals";

/// SIGINT (Ctrl-C), SIGTERM and SIGHUP. A signal between two calls of [`recv`](Self::recv) is not lost.
#[cfg(unix)]
pub(crate) struct StopSignals {
    interrupt: Signal,
    terminate: Signal,
    /// Received once, because a closed terminal may cause two signals. `None` without a terminal, such as with `nohup`,
    /// where the process must outlive the terminal.
    hangup: Option<Signal>,
    /// Never read. To listen to SIGXFSZ keeps it from ending the process: a write beyond the limit on the size of files
    /// (`ulimit -f`) then fails with an error.
    _file_size: Signal,
}

/// Ctrl-C, Ctrl-Break, and the end of the console or the system. An event between two calls of [`recv`](Self::recv) is
/// not lost.
#[cfg(windows)]
pub(crate) struct StopSignals {
    ctrl_c: CtrlC,
    ctrl_break: CtrlBreak,
    /// Windows ends the process a few seconds after this event and `shutdown`.
    close: CtrlClose,
    shutdown: CtrlShutdown,
}

impl StopSignals {
    /// Starts to listen.
    #[cfg(unix)]
    pub(crate) fn listen() -> Result<Self, Error> {
        let listen = |kind| signal(kind).map_err(Error::system(OPERATION));
        let has_terminal = io::stdin().is_terminal() && io::stderr().is_terminal();
        Ok(Self {
            interrupt: listen(SignalKind::interrupt())?,
            terminate: listen(SignalKind::terminate())?,
            hangup: match has_terminal {
                true => Some(listen(SignalKind::hangup())?),
                false => None,
            },
            _file_size: listen(SignalKind::from_raw(rustix::process::Signal::XFSZ.as_raw()))?,
        })
    }

    /// Starts to listen.
    #[cfg(windows)]
    pub(crate) fn listen() -> Result<Self, Error> {
        Ok(Self {
            ctrl_c: ctrl_c().map_err(Error::system(OPERATION))?,
            ctrl_break: ctrl_break().map_err(Error::system(OPERATION))?,
            close: ctrl_close().map_err(Error::system(OPERATION))?,
            shutdown: ctrl_shutdown().map_err(Error::system(OPERATION))?,
        })
    }

    /// Waits for a signal.
    #[cfg(unix)]
    pub(crate) async fn recv(&mut self) {
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

    /// Waits for an event.
    #[cfg(windows)]
    pub(crate) async fn recv(&mut self) {
        // Without a console there are no events.
        tokio::select! {
            Some(()) = self.ctrl_c.recv() => {}
            Some(()) = self.ctrl_break.recv() => {}
            Some(()) = self.close.recv() => {}
            Some(()) = self.shutdown.recv() => {}
            else => std::future::pending().await,
        }
    }
}
