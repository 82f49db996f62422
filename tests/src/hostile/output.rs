//! Faults in the output of a plugin.

use std::io::Write as _;

use crate::hostile::fault_log::log_fault;
use crate::hostile::frames::random;
use crate::hostile::raw_connection::RawConnection;

/// Prints the same bytes repeatedly in a thread, and responds to requests meanwhile.
pub(super) async fn prints(piece: Vec<u8>, times: usize) {
    let connection = RawConnection::started().await;
    std::thread::spawn(move || {
        let mut stdout = std::io::stdout().lock();
        let printed = (0..times).take_while(|_| stdout.write_all(&piece).is_ok());
        let bytes = printed.count() * piece.len();
        let _ = stdout.flush();
        log_fault(format_args!("printed {} MiB", bytes >> 20));
    });
    connection.serve().await;
}

pub(super) fn lines() -> Vec<u8> {
    format!("{}\n", "x".repeat(1023)).into_bytes()
}

pub(super) fn no_line() -> Vec<u8> {
    vec![b'x'; 1024]
}

pub(super) fn binary() -> Vec<u8> {
    random(1024 * 1024)
}

/// Escape sequences that clear the screen and set the title, and commands for CI services.
pub(super) fn commands() -> Vec<u8> {
    b"\x1b[2J\x1b]0;owned\x07\x1b[31m\r::error::owned\n##vso[task.complete]\n".repeat(1024)
}
