//! How a test learns that a fault really happened: whoever commits it says so in a file.

use std::fmt;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// Names the folder of the files. What has it in its environment was started by a test.
pub const MARKS: &str = "HOSTILE_MARKS";

/// What a plugin has said about its fault so far, a line each time.
#[must_use]
pub fn marks(folder: &Path, id: &str) -> Vec<String> {
    let text = fs::read_to_string(folder.join(id)).unwrap_or_default();
    text.lines().map(str::to_owned).collect()
}

/// Says that the fault happened, and what came of it as far as the plugin sees it.
pub(super) fn mark(text: impl fmt::Display) {
    let mut files = fs::OpenOptions::new();
    let path = folder().join(super::wire::id());
    let mut file = files.create(true).append(true).open(path);
    let file = file.as_mut().expect("the test has made the folder");
    let text = text.to_string().replace('\n', " ");
    // In one piece: a process that is ended does not leave half a line.
    file.write_all(format!("{text}\n").as_bytes())
        .expect("there is room");
}

#[expect(clippy::disallowed_methods, reason = "tests have no context to ask")]
fn folder() -> PathBuf {
    let folder = std::env::var_os(MARKS);
    folder.expect("a test started this").into()
}
