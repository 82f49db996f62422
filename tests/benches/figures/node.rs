//! The Node programs for comparison.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use stratos_tests::node_project;

/// A process with an Express server.
pub(crate) struct Express {
    _process: NodeProcess,
    pub(crate) address: SocketAddr,
}

/// A process that exchanges messages with its `child_process.fork`.
pub(crate) struct Fork(NodeProcess);

/// A program in Node that answers lines of standard input.
pub(crate) struct NodeProcess {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Express {
    /// Starts the server. `None` without Node or npm.
    pub(crate) fn start() -> Option<Self> {
        let folder = node_project(&Path::new(env!("CARGO_TARGET_TMPDIR")).join("bench")).ok()?;
        let mut node = NodeProcess::start("express.mjs", &[&folder.join("package.json")])?;
        let port = node.line().trim().parse().expect("a port");
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        Some(Self {
            _process: node,
            address,
        })
    }
}

impl Fork {
    /// Starts parent and child. `None` without Node.
    pub(crate) fn start() -> Option<Self> {
        NodeProcess::start("fork.mjs", &[]).map(Self)
    }

    pub(crate) fn pid(&self) -> u32 {
        self.0.pid()
    }

    /// The microseconds that all calls took together, then those of each call.
    pub(crate) fn calls(&mut self, calls: usize, at_once: usize) -> Vec<f64> {
        self.0.calls(calls, at_once)
    }
}

impl NodeProcess {
    /// Starts a script of this folder. `None` without Node.
    pub(crate) fn start(script: &str, arguments: &[&Path]) -> Option<Self> {
        let script = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("benches/figures")
            .join(script);
        let mut child = Command::new("node")
            .arg(script)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .ok()?;
        Some(Self {
            input: child.stdin.take().expect("it is piped"),
            output: BufReader::new(child.stdout.take().expect("it is piped")),
            child,
        })
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// The microseconds that a round of calls took together, then those of each call.
    pub(crate) fn calls(&mut self, calls: usize, at_once: usize) -> Vec<f64> {
        writeln!(self.input, "{calls} {at_once}").expect("it reads");
        let line = self.line();
        let numbers = line.split_whitespace();
        numbers
            .map(|number| number.parse().expect("a number"))
            .collect()
    }

    /// The next line of its output.
    pub(crate) fn line(&mut self) -> String {
        let mut line = String::new();
        self.output.read_line(&mut line).expect("it prints a line");
        line
    }
}

impl Drop for NodeProcess {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
