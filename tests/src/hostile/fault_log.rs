//! A log of committed faults, with which tests verify that a fault really happened.

use std::fmt;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// Variable with the folder of the logs. Tests also find the processes of a run by this variable.
pub const FAULT_LOG_DIR: &str = "HOSTILE_FAULT_LOG_DIR";

/// Reads the lines that a plugin has logged so far.
#[must_use]
pub fn fault_log(folder: &Path, id: &str) -> Vec<String> {
    let text = fs::read_to_string(folder.join(id)).unwrap_or_default();
    text.lines().map(str::to_owned).collect()
}

/// Logs that the fault happened, with the plugin's view of the result.
pub(super) fn log_fault(text: impl fmt::Display) {
    let mut files = fs::OpenOptions::new();
    let path = folder().join(super::raw_connection::plugin_id());
    let mut file = files.create(true).append(true).open(path);
    let file = file.as_mut().expect("the test has made the folder");
    let text = text.to_string().replace('\n', " ");
    // One write, so that a killed process leaves no partial line.
    file.write_all(format!("{text}\n").as_bytes())
        .expect("there is room");
}

#[expect(clippy::disallowed_methods, reason = "tests have no context to ask")]
fn folder() -> PathBuf {
    let folder = std::env::var_os(FAULT_LOG_DIR);
    folder.expect("a test started this").into()
}
