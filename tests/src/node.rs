//! Node's packages for the tests and benchmarks that need Node.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Installs `tests/node`'s packages into a folder below `place`; `None` without node or npm.
///
/// The lock file decides the versions, and no package's scripts are run.
#[must_use]
pub fn npm_install(place: &Path) -> Option<PathBuf> {
    let npm = if cfg!(windows) { "npm.cmd" } else { "npm" };
    let runs = |program: &str| {
        let output = Command::new(program).arg("--version").output();
        output.is_ok_and(|output| output.status.success())
    };
    if !runs("node") || !runs(npm) {
        return None;
    }
    let folder = place.join("node");
    fs::create_dir_all(&folder).expect("a folder");
    for name in ["package.json", "package-lock.json", ".npmrc"] {
        let source = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("node")
            .join(name);
        fs::copy(source, folder.join(name)).expect("a copy");
    }
    let installed = Command::new(npm)
        .args([
            "ci",
            "--ignore-scripts",
            "--no-audit",
            "--no-fund",
            "--silent",
        ])
        .current_dir(&folder)
        .status()
        .expect("npm runs");
    assert!(installed.success(), "npm ci fails in {}", folder.display());
    Some(folder)
}
