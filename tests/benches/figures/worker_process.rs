//! The process of a [worker](crate::worker), of this or of another build.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use crate::worker::WORKER;

/// A worker that executes commands; it ends when this is dropped.
pub(crate) struct WorkerProcess {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl WorkerProcess {
    pub(crate) fn start(program: &Path) -> Self {
        let mut child = Command::new(program)
            .arg(WORKER)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("it starts");
        Self {
            input: child.stdin.take(),
            output: BufReader::new(child.stdout.take().expect("it is piped")),
            child,
        }
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Starts a shell with this many plugins, `sample-0` and so on.
    pub(crate) fn start_shell(&mut self, plugins: usize) -> SocketAddr {
        let port = self.command(&format!("shell {plugins}"))[0];
        SocketAddr::from(([127, 0, 0, 1], port as u16))
    }

    /// Executes a command, and returns the numbers that it results in.
    pub(crate) fn command(&mut self, command: &str) -> Vec<f64> {
        let input = self.input.as_mut().expect("it is open");
        writeln!(input, "{command}").expect("the worker reads");
        let mut line = String::new();
        self.output
            .read_line(&mut line)
            .expect("the worker answers");
        let numbers = line.split_whitespace();
        numbers
            .map(|number| number.parse().expect("a number"))
            .collect()
    }
}

impl Drop for WorkerProcess {
    fn drop(&mut self) {
        // The end of its input ends the worker, which stops its plugins.
        drop(self.input.take());
        let _ = self.child.wait();
    }
}
