//! A headless Chromium.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use tempfile::TempDir;

use crate::requirement::Requirement;

const TIMEOUT: Duration = Duration::from_secs(60);

/// Path of the program, if it is in none of the usual places.
const PROGRAM: &str = "STRATOS_CHROMIUM";

/// Names of programs in `PATH`, and full paths.
const USUAL: &[&str] = &[
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
];

/// No window, no sandbox (root cannot have one), and no network traffic of the browser's own.
const FLAGS: &[&str] = &[
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-popup-blocking",
    "--disable-background-timer-throttling",
    "--disable-backgrounding-occluded-windows",
    "--disable-renderer-backgrounding",
    "--remote-debugging-port=0",
    "--no-first-run",
    "--no-default-browser-check",
];

/// A running browser, killed on drop.
#[derive(Debug)]
pub struct Browser {
    child: Child,
    profile: TempDir,
    devtools: SocketAddr,
}

impl Browser {
    /// Path of a Chromium on this machine, or `None` with a line that the test is skipped.
    ///
    /// # Panics
    ///
    /// When there is none and `STRATOS_REQUIRE` lists `chromium`.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "tests have no context to ask")]
    pub fn find() -> Option<PathBuf> {
        let named = std::env::var_os(PROGRAM).map(PathBuf::from);
        let found = named.or_else(|| {
            let path = std::env::var_os("PATH").unwrap_or_default();
            USUAL.iter().find_map(|name| on_path(&path, name))
        });
        if found.is_none() {
            Requirement::Chromium.skip("Chromium is not installed");
        }
        found
    }

    /// Starts the browser with a new profile. `names` maps host names to addresses, in place of DNS.
    #[must_use]
    pub fn start(program: &Path, names: &[(String, SocketAddr)]) -> Self {
        let profile = tempfile::tempdir().expect("a folder");
        let rules = names
            .iter()
            .map(|(name, address)| format!("MAP {name} {address}"));
        let mut data = OsString::from("--user-data-dir=");
        data.push(profile.path());
        let mut command = Command::new(program);
        command
            .args(FLAGS)
            .arg(data)
            .arg(format!(
                "--host-resolver-rules={}",
                rules.collect::<Vec<_>>().join(",")
            ))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let child = command.spawn().expect("Chromium runs");
        let mut browser = Self {
            child,
            profile,
            devtools: SocketAddr::from(([127, 0, 0, 1], 0)),
        };
        browser.devtools.set_port(browser.wait_for_port());
        browser
    }

    /// Opens a page in a new tab, as if its address had been typed.
    pub fn open(&self, page: &str) {
        let page = utf8_percent_encode(page, NON_ALPHANUMERIC);
        let request = format!(
            "PUT /json/new?{page} HTTP/1.1\r\nHost: {}\r\nContent-Length: 0\r\n\r\n",
            self.devtools
        );
        let mut devtools = TcpStream::connect(self.devtools).expect("Chromium listens");
        let sent = devtools.write_all(request.as_bytes());
        sent.expect("Chromium reads");
        // Chromium keeps the connection open, so the end of the response cannot be waited for.
        let mut status = [0; 12];
        let answered = devtools.read_exact(&mut status);
        answered.expect("Chromium answers");
        assert_eq!(&status, b"HTTP/1.1 200");
    }

    /// The port of the DevTools, which Chromium writes to a file once it listens.
    fn wait_for_port(&self) -> u16 {
        let file = self.profile.path().join("DevToolsActivePort");
        let deadline = Instant::now() + TIMEOUT;
        loop {
            let text = fs::read_to_string(&file).unwrap_or_default();
            if let Some((port, _)) = text.split_once('\n') {
                return port.parse().expect("its first line is a port");
            }
            assert!(Instant::now() < deadline, "Chromium does not start");
            sleep(Duration::from_millis(20));
        }
    }
}

fn on_path(path: &OsStr, name: &str) -> Option<PathBuf> {
    let folders = std::env::split_paths(path);
    let programs = folders.map(|folder| folder.join(name));
    programs
        .map(|program| match program.extension() {
            None => program.with_extension(std::env::consts::EXE_EXTENSION),
            Some(_) => program,
        })
        .find(|program| program.is_file())
}

impl Drop for Browser {
    fn drop(&mut self) {
        // The browser's child processes are in its process group.
        #[cfg(unix)]
        if let Some(pid) = i32::try_from(self.child.id())
            .ok()
            .and_then(rustix::process::Pid::from_raw)
        {
            let _ = rustix::process::kill_process_group(pid, rustix::process::Signal::KILL);
        }
        // The browser may have exited already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
