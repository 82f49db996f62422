//! A load of keep-alive connections, the same for everybody who is measured.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

const TIME: Duration = Duration::from_secs(4);

/// How many answers come per second, after a second of warming up.
pub(crate) fn requests_per_second(
    address: SocketAddr,
    path: &'static str,
    connections: usize,
) -> f64 {
    run(address, path, connections, Duration::from_secs(1));
    let begin = Instant::now();
    let answers = run(address, path, connections, TIME);
    f64::from(answers) / begin.elapsed().as_secs_f64()
}

fn run(address: SocketAddr, path: &'static str, connections: usize, time: Duration) -> u32 {
    let clients: Vec<_> = (0..connections)
        .map(|_| thread::spawn(move || client(address, path, time)))
        .collect();
    clients
        .into_iter()
        .map(|client| client.join().expect("no client panics"))
        .sum()
}

fn client(address: SocketAddr, path: &str, time: Duration) -> u32 {
    let mut stream = TcpStream::connect(address).expect("it listens");
    stream.set_nodelay(true).expect("an option");
    let mut reader = BufReader::new(stream.try_clone().expect("a clone"));
    let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\n\r\n");
    let (end, mut answers) = (Instant::now() + time, 0);
    while Instant::now() < end {
        stream.write_all(request.as_bytes()).expect("it reads");
        let mut length = 0;
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).expect("it answers");
            assert!(
                answers > 0 || length > 0 || !line.starts_with("HTTP/1.1 4"),
                "{line}"
            );
            if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().expect("a number");
            }
            if line == "\r\n" {
                break;
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).expect("a body");
        assert_eq!(body, b"hello x");
        answers += 1;
    }
    answers
}
