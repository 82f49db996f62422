//! A load of keep-alive connections, the same for all servers.

use std::net::SocketAddr;
use std::thread;
use std::time::{Duration, Instant};

use stratos_tests::KeepAliveClient;

const TIME: Duration = Duration::from_secs(2);

/// Responses per second over connections that are spread evenly over the targets, each an address and a path.
pub(crate) fn requests_per_second(targets: &[(SocketAddr, String)], connections: usize) -> f64 {
    let begin = Instant::now();
    let clients: Vec<_> = (0..connections)
        .map(|number| {
            let (address, path) = targets[number % targets.len()].clone();
            thread::spawn(move || client(address, &path))
        })
        .collect();
    let clients = clients.into_iter();
    let responses: u32 = clients
        .map(|client| client.join().expect("no client panics"))
        .sum();
    f64::from(responses) / begin.elapsed().as_secs_f64()
}

fn client(address: SocketAddr, path: &str) -> u32 {
    let mut connection = KeepAliveClient::connect(address).expect("it listens");
    let (end, mut responses) = (Instant::now() + TIME, 0);
    while Instant::now() < end {
        let (status, body) = connection.get(path).expect("it answers");
        assert_eq!((status, &body[..]), (200, &b"hello x"[..]));
        responses += 1;
    }
    responses
}
