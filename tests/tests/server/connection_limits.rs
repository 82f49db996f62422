//! Slow connections, and connections above the limit.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::thread::sleep;
use std::time::{Duration, Instant};

use stratos_tests::{KeepAliveClient, campaign, exclusive, report};

use crate::raw_http::{TIMEOUT, connect, exchange_head, start_shell};

/// A number of connections that leaves a shell room for others.
fn some_connections() -> usize {
    // The limit is a quarter of the descriptors that a process may open.
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

/// The status of a request on another connection.
fn request_on_another_connection(address: SocketAddr) -> u16 {
    let request =
        format!("GET /api/sample/hello/x HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    exchange_head(address, &request).status
}

#[test]
fn slow_request_heads_time_out_without_blocking_others() {
    let _lock = exclusive();
    let (_plugins, shell) = start_shell();
    let address = shell.address;
    let mut slow: Vec<_> = (0..some_connections()).map(|_| connect(address)).collect();
    for stream in &mut slow {
        stream.set_nonblocking(true).unwrap();
        stream
            .write_all(b"GET /api/sample/hello/x HTTP/1.1\r\nX: ")
            .unwrap();
    }
    let began = Instant::now();
    let all = slow.len();
    let mut requests = 0;
    while !slow.is_empty() {
        assert!(
            began.elapsed() < TIMEOUT,
            "{} of {all} are still open",
            slow.len()
        );
        assert_eq!(request_on_another_connection(address), 200);
        requests += 1;
        slow.retain_mut(send_byte);
    }
    println!(
        "{all} slow connections were closed within {:?}; {requests} other requests were answered meanwhile",
        began.elapsed()
    );
}

/// Sends one more byte of a head. Returns false if the server has closed the connection.
fn send_byte(stream: &mut TcpStream) -> bool {
    let waits = |error: &std::io::Error| error.kind() == ErrorKind::WouldBlock;
    let is_written = stream
        .write(b"x")
        .map_or_else(|error| waits(&error), |_| true);
    is_written && stream.read(&mut [0; 64]).is_err_and(|error| waits(&error))
}

#[test]
fn a_slow_request_body_does_not_block_others() {
    let (_plugins, shell) = start_shell();
    let address = shell.address;
    let head = format!(
        "POST /api/sample/echo HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nContent-Length: 3\r\n\r\n"
    );
    let mut slow: Vec<_> = (0..some_connections()).map(|_| connect(address)).collect();
    for part in [head.as_str(), "a", "b"] {
        for stream in &mut slow {
            stream.write_all(part.as_bytes()).unwrap();
        }
        assert_eq!(request_on_another_connection(address), 200);
    }
    for mut stream in slow {
        stream.write_all(b"c").unwrap();
        let mut response = String::new();
        stream.read_to_string(&mut response).unwrap();
        assert!(response.contains("abc"), "{response}");
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
    let (_plugins, shell) = start_shell();
    let address = shell.address;
    let idle: Vec<_> = (0..number).map(|_| connect(address)).collect();
    for stream in &idle {
        stream.set_nonblocking(true).unwrap();
    }
    // Connections are in the listener's backlog until the shell accepts them, and closes older ones in their place.
    let (began, mut closed) = (Instant::now(), 0);
    while number >= 1100 && closed == 0 {
        assert!(began.elapsed() < TIMEOUT, "no connection was closed");
        sleep(Duration::from_millis(10));
        closed = idle.iter().filter(|stream| is_closed(stream)).count();
    }
    println!("{closed} of {number} connections were closed by then");
    assert_eq!(request_on_another_connection(address), 200);
    drop(idle);
    let began = Instant::now();
    while request_on_another_connection(address) != 200 {
        assert!(began.elapsed() < TIMEOUT, "no new connection is accepted");
    }
}

#[test]
fn idle_connections_make_room_for_new_ones_and_requests_are_not_cut_off() {
    let _lock = exclusive();
    let (_plugins, shell) = start_shell();
    let address = shell.address;
    let head = format!(
        "POST /api/sample/echo HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nContent-Length: 3\r\n\r\n"
    );
    let mut busy = connect(address);
    busy.write_all(format!("{head}a").as_bytes()).unwrap();
    let limit = (descriptors() / 4).min(1024);
    let mut idle = Vec::new();
    for number in 0..limit {
        let mut client = KeepAliveClient::connect(address).unwrap();
        let response = client.get("/api/sample/hello/x");
        assert_eq!(response.unwrap().0, 200, "connection {number} of {limit}");
        idle.push(client);
    }
    assert_eq!(request_on_another_connection(address), 200);
    assert_eq!(shell.command(&["ps"]).code, Some(0));
    busy.write_all(b"bc").unwrap();
    let mut response = String::new();
    busy.read_to_string(&mut response).unwrap();
    assert!(response.ends_with("abc"), "{response}");
    assert!(idle[0].get("/").is_err(), "the oldest one is closed");
    let newest = idle.last_mut().expect("there are several");
    assert_eq!(newest.get("/").unwrap().0, 200);
}

fn is_closed(mut stream: &TcpStream) -> bool {
    matches!(stream.read(&mut [0]), Ok(0))
}
