//! The Node programs for comparison.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use stratos_tests::node_project;

/// A Node process with an Express server, which also measures `child_process.fork`.
pub(crate) struct Node {
    child: Child,
    pub(crate) address: SocketAddr,
}

impl Node {
    /// Starts the process. `None` without Node or npm.
    pub(crate) fn start() -> Option<Self> {
        let folder = node_project(&Path::new(env!("CARGO_TARGET_TMPDIR")).join("bench")).ok()?;
        let peer = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/figures/peer.mjs");
        let mut child = Command::new("node")
            .arg(peer)
            .arg(folder.join("package.json"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .ok()?;
        let line = first_line(&mut child);
        let address = SocketAddr::from(([127, 0, 0, 1], line.trim().parse().expect("a port")));
        Some(Self { child, address })
    }

    /// The round trip of `child_process.fork` in microseconds, p50 and p99.
    pub(crate) fn fork_round_trip(&self, count: usize) -> (f64, f64) {
        let peer = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/figures/fork.mjs");
        let output = Command::new("node")
            .arg(peer)
            .arg(count.to_string())
            .output()
            .expect("node runs");
        let text = String::from_utf8(output.stdout).expect("text");
        let mut numbers = text
            .split_whitespace()
            .map(|number| number.parse().expect("a number"));
        (numbers.next().expect("p50"), numbers.next().expect("p99"))
    }
}

fn first_line(child: &mut Child) -> String {
    let mut line = String::new();
    let output = child.stdout.take().expect("it is piped");
    BufReader::new(output)
        .read_line(&mut line)
        .expect("it prints its port");
    line
}

impl Drop for Node {
    fn drop(&mut self) {
        if let Some(mut input) = self.child.stdin.take() {
            let _ = input.flush();
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
