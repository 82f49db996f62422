//! A person debugs the plugins: whoever sits at a breakpoint is not late.

use std::time::Duration;

use tokio::sync::Notify;

use crate::shell::Deadlines;

/// Later than anybody lives, and still a time that clocks can add.
pub(crate) const NEVER: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);

/// What happens between a plugin's greeting and its `on_start`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attach {
    /// Its process and the debugger's command are told.
    Tell,
    /// They are told, and the plugin waits for [`Control::go_on`](crate::control::Control::go_on).
    Wait,
}

/// What the plugins of one shell share while they are debugged.
#[derive(Debug)]
pub(crate) struct Debugging {
    attach: Attach,
    go: Notify,
}

impl Debugging {
    pub(crate) fn new(attach: Attach) -> Self {
        Self {
            attach,
            go: Notify::new(),
        }
    }

    pub(crate) fn waits(&self) -> bool {
        self.attach == Attach::Wait
    }

    /// Tells, and then waits if it is to.
    pub(crate) async fn pause(&self, tell: impl FnOnce()) {
        let mut go = std::pin::pin!(self.go.notified());
        // Whoever answers what is told may be faster than the next line.
        go.as_mut().enable();
        tell();
        if self.waits() {
            go.await;
        }
    }

    /// What waits now goes on.
    pub(crate) fn go_on(&self) {
        self.go.notify_waiters();
    }
}

impl Deadlines {
    /// There are none.
    pub(crate) const NONE: Self = Self {
        hello: NEVER,
        start: NEVER,
        // Of which `exit` is a part.
        stop: NEVER.saturating_mul(2),
        answer: NEVER,
        auth: NEVER,
        exit: NEVER,
    };
}

/// How a debugger is attached to a process on this system.
pub(crate) fn command(pid: u32) -> String {
    if cfg!(windows) {
        format!("in Visual Studio: Debug, Attach to Process, {pid}; or `windbg -p {pid}`")
    } else if cfg!(target_os = "macos") {
        format!("`rust-lldb -p {pid}`")
    } else {
        format!("`rust-gdb -p {pid}` or `rust-lldb -p {pid}`")
    }
}

/// What this system asks for before it lets somebody attach.
#[cfg(target_os = "linux")]
pub(crate) fn needs() -> Option<&'static str> {
    let scope = std::fs::read_to_string("/proc/sys/kernel/yama/ptrace_scope").ok()?;
    match scope.trim() {
        "1" => Some(
            "this Linux lets a debugger attach to its own children only: \
             run `sudo sysctl kernel.yama.ptrace_scope=0` before, or the debugger with `sudo`",
        ),
        "2" => Some("this Linux lets only root attach a debugger: run it with `sudo`"),
        "3" => Some(
            "this Linux lets nobody attach a debugger until it is set up otherwise and started again",
        ),
        _ => None,
    }
}

/// What this system asks for before it lets somebody attach.
#[cfg(not(target_os = "linux"))]
pub(crate) fn needs() -> Option<&'static str> {
    None
}
