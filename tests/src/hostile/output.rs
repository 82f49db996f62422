//! What a plugin prints is none of the shell's business, and must not become it.

use std::io::Write as _;

use crate::hostile::frames::random;
use crate::hostile::marks::mark;
use crate::hostile::wire::Wire;

/// Prints the same piece over and over, in a thread of its own, and obeys meanwhile.
pub(super) async fn prints(piece: Vec<u8>, times: usize) {
    let wire = Wire::started().await;
    std::thread::spawn(move || {
        let mut stdout = std::io::stdout().lock();
        let printed = (0..times).take_while(|_| stdout.write_all(&piece).is_ok());
        let bytes = printed.count() * piece.len();
        let _ = stdout.flush();
        mark(format_args!("printed {} MiB", bytes >> 20));
    });
    wire.obey().await;
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

/// Clears the screen, sets the title, and pretends to be a command of a build server.
pub(super) fn commands() -> Vec<u8> {
    b"\x1b[2J\x1b]0;owned\x07\x1b[31m\r::error::owned\n##vso[task.complete]\n".repeat(1024)
}
