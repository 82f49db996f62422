//! A load of keep-alive connections, the same for all servers.

use std::net::SocketAddr;
use std::thread;
use std::time::{Duration, Instant};

use stratos_tests::KeepAliveClient;

const TIME: Duration = Duration::from_secs(4);

/// Responses per second, after a second of warm-up.
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
    let mut connection = KeepAliveClient::connect(address).expect("it listens");
    let (end, mut answers) = (Instant::now() + time, 0);
    while Instant::now() < end {
        let (status, body) = connection.get(path).expect("it answers");
        assert_eq!((status, &body[..]), (200, &b"hello x"[..]));
        answers += 1;
    }
    answers
}
