//! Detects which plugin processes run, on every platform: each holds a connection to the test open until it exits.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread::{sleep, spawn};
use std::time::{Duration, Instant};

/// Variable with the address that the sample plugin connects to.
pub const LIVE_PROCESSES: &str = "SAMPLE_LIVE_PROCESSES";

/// The plugin processes that run.
#[derive(Debug)]
pub struct LiveProcesses {
    address: SocketAddr,
    alive: Arc<Mutex<BTreeMap<SocketAddr, String>>>,
}

impl LiveProcesses {
    /// Starts to listen for connections of plugin processes.
    #[must_use]
    #[expect(
        clippy::new_without_default,
        reason = "it opens a port and starts a thread"
    )]
    pub fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("an address");
        let alive = Arc::<Mutex<BTreeMap<_, _>>>::default();
        let list = Arc::clone(&alive);
        spawn(move || {
            for connection in listener.incoming().map_while(Result::ok) {
                let list = Arc::clone(&list);
                spawn(move || watch(connection, &list));
            }
        });
        Self { address, alive }
    }

    /// The environment variable for the shell, which its plugins inherit.
    #[must_use]
    pub fn env(&self) -> (String, String) {
        (LIVE_PROCESSES.to_owned(), self.address.to_string())
    }

    /// The ids of the plugins whose processes run.
    #[must_use]
    pub fn alive(&self) -> Vec<String> {
        self.alive
            .lock()
            .expect("no thread panics")
            .values()
            .cloned()
            .collect()
    }

    /// Waits until this many processes run. Returns false after the timeout.
    #[must_use]
    pub fn wait_for(&self, count: usize, patience: Duration) -> bool {
        let deadline = Instant::now() + patience;
        while self.alive().len() != count {
            if Instant::now() > deadline {
                return false;
            }
            sleep(Duration::from_millis(10));
        }
        true
    }
}

fn watch(connection: TcpStream, alive: &Mutex<BTreeMap<SocketAddr, String>>) {
    let Ok(peer) = connection.peer_addr() else {
        return;
    };
    let mut reader = BufReader::new(connection);
    let mut id = String::new();
    if reader.read_line(&mut id).is_ok_and(|length| length > 0) {
        alive
            .lock()
            .expect("no thread panics")
            .insert(peer, id.trim().to_owned());
        // The plugin sends nothing more, so this returns when its process exits.
        let _ = reader.read_to_end(&mut Vec::new());
        alive.lock().expect("no thread panics").remove(&peer);
    }
}
