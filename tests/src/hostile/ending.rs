//! Processes that end in the wrong way, or leave others behind.

use std::process::Command;

use crate::hostile::marks::mark;
use crate::hostile::wire::{Wire, given};

/// In the environment of a process that a hostile plugin started.
pub(super) const ROLE: &str = "HOSTILE_ROLE";

pub(super) fn aborts() -> ! {
    mark("aborts");
    std::process::abort()
}

#[cfg(unix)]
pub(super) fn kills_itself(signal: rustix::process::Signal) -> ! {
    mark("ends itself by a signal");
    // The first SIGSEGV only removes the handler by which Rust notices a stack overflow.
    loop {
        rustix::process::kill_process(rustix::process::getpid(), signal).expect("it is its own");
    }
}

/// A child that ends neither with its parent nor when it is asked to.
pub(super) async fn leaves_behind(role: &str) {
    let (mut wire, start) = Wire::starting().await;
    let program = std::env::current_exe().expect("it has a path");
    let mut child = Command::new(program);
    let child = child.env(ROLE, role).stdin(std::process::Stdio::null());
    let mut child = child.spawn().expect("it starts");
    std::thread::spawn(move || child.wait());
    // The child says when it is out of reach, with its process id.
    while crate::hostile::marks(given(super::MARKS).as_ref(), &super::wire::id()).is_empty() {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    wire.answer(start.id).await;
    wire.obey().await;
}

/// What such a child does.
pub(super) async fn stays(role: &str) {
    #[cfg(unix)]
    {
        let terminate = tokio::signal::unix::SignalKind::terminate();
        let mut signals = tokio::signal::unix::signal(terminate).expect("it may listen");
        tokio::spawn(async move { while signals.recv().await.is_some() {} });
        if role == "escapes" {
            rustix::process::setsid().expect("it leads no group");
        }
    }
    mark(format_args!("{role} as {}", std::process::id()));
    std::future::pending().await
}

/// Goes on in the same process without input and output.
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
    let wire = Wire::started().await;
    mark("has no streams");
    wire.obey().await;
}

/// The sockets are there no more for whoever wants to connect.
pub(super) async fn deletes_its_sockets() {
    use stratos_protocol::environment::{HTTP_SOCKET, SOCKET};

    let wire = Wire::started().await;
    // The shell has removed the first one already.
    let removed = [SOCKET, HTTP_SOCKET].map(|name| std::fs::remove_file(given(name)).is_ok());
    mark(format_args!("removed: {removed:?}"));
    wire.obey().await;
}
