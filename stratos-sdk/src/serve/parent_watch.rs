//! Termination of a plugin process together with its host.

use std::io::{ErrorKind, Read as _};
use std::thread;

/// Terminates this process when the host is gone. Returns false if the host is gone already.
///
/// The host holds the write end of this process's standard input, so end-of-file means that the host is gone. A
/// separate thread waits for it, so that code of the author that blocks the runtime cannot keep the process alive. On
/// Linux the kernel also sends `SIGKILL` when the parent dies, which ends a stopped process too.
pub(super) fn exit_with_host(host_pid: Option<u32>) -> bool {
    thread::spawn(|| {
        wait_for_end_of_input();
        #[expect(
            clippy::disallowed_methods,
            clippy::exit,
            reason = "blocked code cannot return from `main`"
        )]
        std::process::exit(1);
    });
    set_parent_death_signal(host_pid)
}

fn wait_for_end_of_input() {
    let mut input = std::io::stdin().lock();
    let mut buffer = [0; 64];
    loop {
        match input.read(&mut buffer) {
            Ok(1..) => {}
            // A signal handler of the author interrupts the read.
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Ok(0) | Err(_) => return,
        }
    }
}

/// Asks the kernel to kill this process when its parent dies. Returns false if the parent is not the host any more.
#[cfg(target_os = "linux")]
fn set_parent_death_signal(host_pid: Option<u32>) -> bool {
    use rustix::process::{Signal, getppid, set_parent_process_death_signal};

    // If the kernel refuses, end-of-file on standard input still ends the process.
    let _ = set_parent_process_death_signal(Some(Signal::KILL));
    // The host may have died before the signal was set.
    let parent = getppid().map(|pid| pid.as_raw_nonzero().get());
    host_pid.is_none_or(|host| parent.and_then(|pid| u32::try_from(pid).ok()) == Some(host))
}

#[cfg(not(target_os = "linux"))]
fn set_parent_death_signal(_host_pid: Option<u32>) -> bool {
    true
}
