//! Timeouts for plugins, and the pause in which a debugger is attached to one.

use std::future;
use std::pin::pin;
use std::time::Duration;

use stratos_protocol::limits::{ANSWER_TIMEOUT, HELLO_TIMEOUT, START_TIMEOUT, STOP_TIMEOUT};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

/// Effectively no timeout: a hundred years, small enough not to overflow `Instant`.
pub(crate) const UNLIMITED: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);

/// Timeouts for the single steps of a plugin's lifecycle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// From the start of the process to its `hello` request.
    pub hello: Duration,
    /// For `on_start` and `on_resume`.
    pub start: Duration,
    /// For `on_stop` and the exit of the process together; then the process is killed.
    pub stop: Duration,
    /// For the answer to an IPC request of the UI.
    pub answer: Duration,
    /// For the acknowledgement of a changed login.
    pub auth: Duration,
    /// Part of `stop` that is reserved for the exit of the process after the answer of `on_stop`.
    pub exit: Duration,
}

/// Behaviour of the shell towards a plugin to which a debugger may be attached before its `on_start`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AttachMode {
    /// Emits the process id and the debugger's command line.
    Announce,
    /// Emits the same, and holds `on_start` back until
    /// [`Control::release_debugger_pause`](crate::control::Control::release_debugger_pause).
    Wait,
}

/// Holds plugins back before their `on_start`, so that a debugger can be attached.
#[derive(Debug)]
pub(crate) struct DebuggerPause {
    mode: AttachMode,
    released: Notify,
}

/// The timeouts in effect: unlimited while plugins are debugged, and the configured ones once the shell shuts down.
#[derive(Debug)]
pub(crate) struct TimeoutPolicy {
    configured: Timeouts,
    debugger: Option<DebuggerPause>,
    shutdown: CancellationToken,
}

impl TimeoutPolicy {
    pub(crate) fn new(
        configured: Timeouts,
        attach: Option<AttachMode>,
        shutdown: CancellationToken,
    ) -> Self {
        Self {
            configured,
            debugger: attach.map(|mode| DebuggerPause {
                mode,
                released: Notify::new(),
            }),
            shutdown,
        }
    }

    /// The pause before `on_start`; absent where plugins are not debugged.
    pub(crate) fn debugger(&self) -> Option<&DebuggerPause> {
        self.debugger.as_ref()
    }

    pub(crate) fn current(&self) -> Timeouts {
        match (&self.debugger, self.shutdown.is_cancelled()) {
            (Some(_), false) => Timeouts::UNLIMITED,
            _ => self.configured,
        }
    }

    /// Waits until unlimited timeouts become limited; never resolves where they are limited already.
    pub(crate) async fn restored(&self) {
        if self.debugger.is_none() || self.shutdown.is_cancelled() {
            future::pending::<()>().await;
        }
        self.shutdown.cancelled().await;
    }
}

impl Timeouts {
    /// Timeouts of a shell whose plugins are debugged.
    pub(crate) const UNLIMITED: Self = Self {
        hello: UNLIMITED,
        start: UNLIMITED,
        // Contains `exit`.
        stop: UNLIMITED.saturating_mul(2),
        answer: UNLIMITED,
        auth: UNLIMITED,
        exit: UNLIMITED,
    };
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            hello: HELLO_TIMEOUT,
            start: START_TIMEOUT,
            stop: STOP_TIMEOUT,
            answer: ANSWER_TIMEOUT,
            auth: Duration::from_secs(2),
            exit: Duration::from_millis(500),
        }
    }
}

impl DebuggerPause {
    pub(crate) fn waits(&self) -> bool {
        self.mode == AttachMode::Wait
    }

    /// Calls `announce`, then waits for [`release`](Self::release) in the mode [`AttachMode::Wait`].
    pub(crate) async fn pause(&self, announce: impl FnOnce()) {
        let mut released = pin!(self.released.notified());
        // Registered before the announcement, whose receiver may release at once.
        released.as_mut().enable();
        announce();
        if self.waits() {
            released.await;
        }
    }

    /// Ends all current calls of [`pause`](Self::pause).
    pub(crate) fn release(&self) {
        self.released.notify_waiters();
    }
}

/// Instructions for attaching a debugger to a process on this operating system.
pub(crate) fn debugger_command(pid: u32) -> String {
    if cfg!(windows) {
        format!("in Visual Studio: Debug, Attach to Process, {pid}; or `windbg -p {pid}`")
    } else if cfg!(target_os = "macos") {
        format!("`rust-lldb -p {pid}`")
    } else {
        format!("`rust-gdb -p {pid}` or `rust-lldb -p {pid}`")
    }
}

/// Setup that Linux requires before a debugger can attach, by the setting `kernel.yama.ptrace_scope`.
#[cfg(target_os = "linux")]
pub(crate) fn debugger_requirement() -> Option<&'static str> {
    let scope = std::fs::read_to_string("/proc/sys/kernel/yama/ptrace_scope").ok()?;
    match scope.trim() {
        "1" => Some(
            "this Linux lets a debugger attach to its own children only: \
             run `sudo sysctl kernel.yama.ptrace_scope=0` before, or the debugger with `sudo`",
        ),
        "2" => Some("this Linux lets only root attach a debugger: run it with `sudo`"),
        "3" => Some(
            "this Linux lets nobody attach a debugger: set `kernel.yama.ptrace_scope` to 0, 1 or 2 and reboot",
        ),
        _ => None,
    }
}

/// Other operating systems require no setup.
#[cfg(not(target_os = "linux"))]
pub(crate) fn debugger_requirement() -> Option<&'static str> {
    None
}
