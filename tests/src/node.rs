//! The Node project of `tests/node`, with the entry that it tests.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use stratos_templates::{EntryOptions, entry};

const SOURCES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/node");
/// The oldest major version of Node whose test runner has the needed options. The entry itself runs on 18.17.
const OLDEST_NODE: u32 = 20;
const NPM: &str = if cfg!(windows) { "npm.cmd" } else { "npm" };

/// Copies `tests/node` into `place` and installs its packages there, so that the source tree stays clean. The entry is
/// written into the folder `entry`.
///
/// # Errors
///
/// When Node or npm is missing, or the packages cannot be fetched.
pub fn node_project(place: &Path) -> Result<PathBuf, String> {
    check_node()?;
    let folder = copy_sources(place);
    write_entry(&folder.join("entry"));
    install(&folder)?;
    Ok(folder)
}

fn check_node() -> Result<(), String> {
    let version = |program: &str| {
        let output = finish(Command::new(program).arg("--version"));
        output
            .map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned())
            .map_err(|error| format!("{program} is not there ({error})"))
    };
    let node = version("node")?;
    version(NPM)?;
    let major = node.trim_start_matches('v').split('.').next();
    if major.and_then(|major| major.parse().ok()) < Some(OLDEST_NODE) {
        return Err(format!(
            "node is {node}, its tests need {OLDEST_NODE} or newer"
        ));
    }
    Ok(())
}

fn copy_sources(place: &Path) -> PathBuf {
    let folder = place.join("node");
    if folder.exists() {
        fs::remove_dir_all(&folder).expect("the folder of the last run can be removed");
    }
    fs::create_dir_all(&folder).expect("a folder");
    for entry in fs::read_dir(SOURCES).expect("the sources are there") {
        let entry = entry.expect("the sources are readable");
        if entry.file_type().expect("it has a type").is_file() {
            fs::copy(entry.path(), folder.join(entry.file_name())).expect("a copy");
        }
    }
    folder
}

fn write_entry(folder: &Path) {
    for file in entry(&EntryOptions::default()) {
        let path = folder.join(file.path);
        fs::create_dir_all(path.parent().expect("it is in a folder")).expect("a folder");
        fs::write(path, file.contents).expect("a file");
    }
}

fn install(folder: &Path) -> Result<(), String> {
    const OFFLINE: [&str; 6] = [
        "ENOTFOUND",
        "EAI_AGAIN",
        "ECONNREFUSED",
        "ECONNRESET",
        "ETIMEDOUT",
        "ENOTCACHED",
    ];
    let output = finish(
        Command::new(NPM)
            .args(["ci", "--ignore-scripts", "--prefer-offline"])
            .args(["--no-audit", "--no-fund"])
            .current_dir(folder),
    )
    .expect("npm runs");
    let complaints = String::from_utf8_lossy(&output.stderr);
    if output.status.success() {
        return Ok(());
    }
    assert!(
        OFFLINE.iter().any(|code| complaints.contains(code)),
        "{complaints}"
    );
    Err("npm cannot fetch Express (no network?)".to_owned())
}

fn finish(command: &mut Command) -> io::Result<Output> {
    command.stdin(Stdio::null()).output()
}
