//! Processes that crash, or leave child processes behind.

use std::process::Command;

use crate::hostile::fault_log::log_fault;
use crate::hostile::raw_connection::{RawConnection, host_env};

/// Variable that makes the program a child process of a hostile plugin, by its role.
pub(super) const ROLE: &str = "HOSTILE_ROLE";

pub(super) fn aborts() -> ! {
    log_fault("aborts");
    std::process::abort()
}

#[cfg(unix)]
pub(super) fn kills_itself(signal: rustix::process::Signal) -> ! {
    log_fault("ends itself by a signal");
    // The first SIGSEGV only resets Rust's handler for stack overflows.
    loop {
        rustix::process::kill_process(rustix::process::getpid(), signal).expect("it is its own");
    }
}

/// Starts a child process that exits neither with its parent nor on SIGTERM.
pub(super) async fn leaves_behind(role: &str) {
    let (mut connection, start) = RawConnection::starting().await;
    let program = std::env::current_exe().expect("it has a path");
    let mut child = Command::new(program);
    let child = child.env(ROLE, role).stdin(std::process::Stdio::null());
    let mut child = child.spawn().expect("it starts");
    std::thread::spawn(move || child.wait());
    // The child logs its process id once it ignores SIGTERM.
    while crate::hostile::fault_log(
        host_env(super::FAULT_LOG_DIR).as_ref(),
        &super::raw_connection::plugin_id(),
    )
    .is_empty()
    {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    connection.answer(start.id).await;
    connection.serve().await;
}

/// Runs the child process: ignores SIGTERM, and leaves the process group in the role `escapes`.
pub(super) async fn stays(role: &str) {
    #[cfg(unix)]
    {
        let terminate = tokio::signal::unix::SignalKind::terminate();
        let mut signals = tokio::signal::unix::signal(terminate).expect("it may listen");
        tokio::spawn(async move { while signals.recv().await.is_some() {} });
        if role == "escapes" {
            rustix::process::setsid().expect("the process leads no group");
        }
    }
    log_fault(format_args!("{role} as {}", std::process::id()));
    std::future::pending().await
}

/// Executes the program again, in the same process, with closed standard streams.
#[cfg(unix)]
pub(super) fn closes_its_streams() -> std::io::Error {
    use std::os::unix::process::CommandExt as _;

    let program = std::env::current_exe().expect("it has a path");
    let mut shell = Command::new("sh");
    let script = r#"exec "$0" <&- >&- 2>&-"#;
    shell
        .arg("-c")
        .arg(script)
        .arg(program)
        .env(ROLE, "closed")
        .exec()
}

pub(super) async fn serves_without_streams() {
    let connection = RawConnection::started().await;
    log_fault("has no streams");
    connection.serve().await;
}

/// Removes both sockets of the plugin.
pub(super) async fn deletes_its_sockets() {
    use stratos_protocol::environment::{HTTP_SOCKET, SOCKET};

    let connection = RawConnection::started().await;
    // The shell removes the control socket itself after the handshake.
    let removed = [SOCKET, HTTP_SOCKET].map(|name| std::fs::remove_file(host_env(name)).is_ok());
    log_fault(format_args!("removed: {removed:?}"));
    connection.serve().await;
}
