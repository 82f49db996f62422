//! A model of the real shell in Node, with a plugin in Rust behind the Node entry, or the same plugin in JavaScript.

use std::fs;
use std::net::SocketAddr;
use std::path::Path;

use stratos_tests::{install_with_entry, node_project};
use tempfile::TempDir;

use crate::SAMPLE;
use crate::node::NodeProcess;

/// A process with the shell and the plugin `sample`.
pub(crate) struct NodeShell {
    process: NodeProcess,
    pub(crate) address: SocketAddr,
    _folder: TempDir,
}

impl NodeShell {
    /// Starts the shell with the program of the sample plugin. `None` without Node or npm.
    pub(crate) fn with_entry() -> Option<Self> {
        let folder = tempfile::tempdir().expect("a folder");
        let plugin = install_with_entry(folder.path(), "sample", Path::new(SAMPLE), |entry| entry);
        Self::start(folder, &plugin.join("background/index.js"))
    }

    /// Starts the shell with the plugin in JavaScript. `None` without Node or npm.
    pub(crate) fn with_javascript() -> Option<Self> {
        let folder = tempfile::tempdir().expect("a folder");
        let module = folder.path().join("sample.mjs");
        fs::write(&module, include_str!("sample.mjs")).expect("a file");
        Self::start(folder, &module)
    }

    fn start(folder: TempDir, module: &Path) -> Option<Self> {
        let project = node_project(&Path::new(env!("CARGO_TARGET_TMPDIR")).join("bench")).ok()?;
        let mut process = NodeProcess::start("node_shell.mjs", &[&project, module])?;
        let port = process.line().trim().parse().expect("a port");
        Some(Self {
            process,
            address: SocketAddr::from(([127, 0, 0, 1], port)),
            _folder: folder,
        })
    }

    pub(crate) fn pid(&self) -> u32 {
        self.process.pid()
    }

    /// The microseconds that all calls of the channel `echo` took together, then those of each call.
    pub(crate) fn calls(&mut self, calls: usize, at_once: usize) -> Vec<f64> {
        self.process.calls(calls, at_once)
    }
}
