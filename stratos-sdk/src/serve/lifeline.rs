//! A plugin never outlives its host.

use std::io::{ErrorKind, Read as _};
use std::thread;

use stratos_transport::guard::Guard;

/// Ends this process when the host is gone; false where it is gone already.
///
/// The host holds our standard input open: its end is the host's end. A thread of its own waits
/// for it, so that an author's code that blocks the runtime cannot keep the process alive. On
/// Linux the kernel watches the parent as well, also while the process is stopped.
pub(super) fn tie_to_host(host_pid: Option<u32>) -> bool {
    thread::spawn(|| {
        let mut input = std::io::stdin().lock();
        let mut buffer = [0; 64];
        while !Guard::Lifeline.is_on() {
            thread::park();
        }
        loop {
            match input.read(&mut buffer) {
                Ok(1..) => {}
                // An author's signal handler does that.
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Ok(0) | Err(_) => break,
            }
        }
        #[expect(
            clippy::disallowed_methods,
            clippy::exit,
            reason = "blocked code cannot return"
        )]
        std::process::exit(1);
    });
    parent_is(host_pid)
}

#[cfg(target_os = "linux")]
fn parent_is(host_pid: Option<u32>) -> bool {
    use rustix::process::{Signal, getppid, set_parent_process_death_signal};

    if !Guard::ParentDeath.is_on() {
        return true;
    }
    // Where the kernel refuses, the lifeline alone has to do.
    let _ = set_parent_process_death_signal(Some(Signal::KILL));
    // The host may have died between our start and the line above.
    let parent = getppid().map(|pid| pid.as_raw_nonzero().get());
    host_pid.is_none_or(|host| parent.and_then(|pid| u32::try_from(pid).ok()) == Some(host))
}

#[cfg(not(target_os = "linux"))]
fn parent_is(_host_pid: Option<u32>) -> bool {
    true
}
