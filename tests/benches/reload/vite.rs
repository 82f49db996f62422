//! For comparison: the time until Vite serves a saved module.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use stratos_tests::request;
use tempfile::TempDir;

pub(crate) struct Vite {
    child: Child,
    folder: TempDir,
    address: SocketAddr,
}

impl Vite {
    /// Starts Vite. `None` without Node, npm or a registry.
    pub(crate) fn start() -> Option<Self> {
        let folder = tempfile::tempdir().expect("a folder");
        let npm = if cfg!(windows) { "npm.cmd" } else { "npm" };
        fs::write(folder.path().join("package.json"), r#"{"private": true}"#).expect("a file");
        let installed = Command::new(npm)
            .args(["install", "--silent", "--no-audit", "--no-fund", "vite@7"])
            .current_dir(folder.path())
            .output()
            .ok()?;
        if !installed.status.success() {
            return None;
        }
        let script = folder.path().join("node_modules/vite/bin/vite.js");
        save(&folder, 0);
        let mut child = Command::new("node")
            .arg(script)
            .args(["--host", "127.0.0.1", "--clearScreen", "false"])
            .current_dir(folder.path())
            .env("NO_COLOR", "1")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .ok()?;
        let mut lines = BufReader::new(child.stdout.take().expect("it is piped")).lines();
        let address = lines.by_ref().map_while(Result::ok).find_map(|line| {
            let (_, address) = line.split_once("http://")?;
            address.trim().trim_end_matches('/').parse().ok()
        })?;
        // The output is read, so that Vite never blocks on a full pipe.
        thread::spawn(move || lines.for_each(drop));
        Some(Self {
            child,
            folder,
            address,
        })
    }

    /// The time from the save to the new response.
    pub(crate) fn reload(&self, version: u32) -> Duration {
        self.wait_for(version - 1);
        save(&self.folder, version);
        let begin = Instant::now();
        self.wait_for(version);
        begin.elapsed()
    }

    fn wait_for(&self, version: u32) {
        let expected = format!("version {version}\"");
        let answer = || request(self.address, "GET", "/main.js", &[], "").body;
        while !answer().contains(&expected) {
            thread::sleep(Duration::from_millis(2));
        }
    }
}

impl Drop for Vite {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn save(folder: &TempDir, version: u32) {
    let file: PathBuf = folder.path().join("main.js");
    fs::write(file, format!("export default \"version {version}\";\n")).expect("a file");
}
