//! Slow connections and too many connections.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::thread::sleep;
use std::time::{Duration, Instant};

use stratos_tests::{campaign, exclusive, report};

use crate::raw::{PATIENCE, answer, ask, connect, shell};

/// A number of connections below the shell's limit.
fn some() -> usize {
    // The shell's limit is a quarter of the file descriptors.
    (descriptors() / 8).min(200)
}

fn descriptors() -> usize {
    #[cfg(unix)]
    {
        let open = rustix::process::getrlimit(rustix::process::Resource::Nofile).current;
        open.map_or(usize::MAX, |open| usize::try_from(open).unwrap())
    }
    #[cfg(not(unix))]
    usize::MAX
}

fn neighbour(address: SocketAddr) -> u16 {
    let request =
        format!("GET /api/sample/hello/x HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    ask(address, &request).status
}

#[test]
fn slow_request_heads_time_out_without_blocking_others() {
    let _lock = exclusive();
    let (_plugins, shell) = shell();
    let address = shell.address;
    let mut slow: Vec<_> = (0..some()).map(|_| connect(address)).collect();
    for stream in &mut slow {
        stream.set_nonblocking(true).unwrap();
        stream
            .write_all(b"GET /api/sample/hello/x HTTP/1.1\r\nX: ")
            .unwrap();
    }
    let began = Instant::now();
    let all = slow.len();
    let mut asked = 0;
    while !slow.is_empty() {
        assert!(
            began.elapsed() < PATIENCE,
            "{} of {all} are still open",
            slow.len()
        );
        assert_eq!(neighbour(address), 200);
        asked += 1;
        slow.retain_mut(is_open_after_a_byte);
    }
    println!(
        "{all} slow heads were cut within {:?}; a neighbour asked {asked} times",
        began.elapsed()
    );
}

/// Sends one more byte of a request head. Returns false when the connection is closed.
fn is_open_after_a_byte(stream: &mut TcpStream) -> bool {
    let waits = |error: &std::io::Error| error.kind() == ErrorKind::WouldBlock;
    let is_written = stream
        .write(b"x")
        .map_or_else(|error| waits(&error), |_| true);
    is_written && stream.read(&mut [0; 64]).is_err_and(|error| waits(&error))
}

#[test]
fn a_slow_request_body_does_not_block_others() {
    let (_plugins, shell) = shell();
    let address = shell.address;
    let head = format!(
        "POST /api/sample/echo HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nContent-Length: 3\r\n\r\n"
    );
    let mut slow: Vec<_> = (0..some()).map(|_| connect(address)).collect();
    for part in [head.as_str(), "a", "b"] {
        for stream in &mut slow {
            stream.write_all(part.as_bytes()).unwrap();
        }
        assert_eq!(neighbour(address), 200);
    }
    for mut stream in slow {
        stream.write_all(b"c").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.contains("abc"), "{answer}");
    }
}

#[test]
fn idle_connections_are_limited() {
    let _lock = exclusive();
    let number: usize = campaign("STRATOS_SERVER_CONNECTIONS", 2000);
    if descriptors() < number + 500 {
        report(format_args!(
            "skipped: this process may not open {number} connections"
        ));
        return;
    }
    let (_plugins, shell) = shell();
    let address = shell.address;
    let idle: Vec<_> = (0..number).map(|_| connect(address)).collect();
    for stream in &idle {
        stream.set_nonblocking(true).unwrap();
    }
    // Connections wait in the system's backlog until the shell accepts them.
    let (began, mut refused) = (Instant::now(), 0);
    while number >= 1100 && refused == 0 {
        assert!(
            began.elapsed() < PATIENCE,
            "connections over the limit are refused"
        );
        sleep(Duration::from_millis(10));
        refused = idle.iter().filter(|stream| is_refused(stream)).count();
    }
    println!("{refused} of {number} connections were refused by then");
    drop(idle);
    let began = Instant::now();
    while neighbour(address) != 200 {
        assert!(
            began.elapsed() < PATIENCE,
            "new connections are accepted after others close"
        );
    }
}

fn is_refused(mut stream: &TcpStream) -> bool {
    let mut said = [0; 512];
    let refused = matches!(stream.read(&mut said), Ok(length) if length > 0);
    if refused {
        assert_eq!(answer(&said).status, 503);
    }
    refused
}
