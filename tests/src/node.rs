//! Node: the project of `tests/node` with the entry that it tests, and the versions that run the conformance suite.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use stratos_bundle::Platform;
use stratos_templates::{EntryOptions, entry};

const TESTS: &str = env!("CARGO_MANIFEST_DIR");
/// The oldest major version of Node whose test runner has the needed options. The entry itself runs on 18.17.
const OLDEST_NODE: u32 = 20;
const NPM: &str = if cfg!(windows) { "npm.cmd" } else { "npm" };
/// Folder with installed copies of `tests/node` and `tests/node-versions`, for systems where tests cannot run npm,
/// such as Wine.
const INSTALLED: &str = "STRATOS_TEST_NODE";
/// Copy of the lock file of the packages that are installed.
const INSTALLED_LOCK: &str = "installed-lock.json";

/// Copies `tests/node` into `place` and installs its packages there, so that the source tree stays clean. The entry is
/// written into the folder `entry`, and its modules before they are joined into `modules`.
///
/// # Errors
///
/// When Node or npm is missing, or the packages cannot be fetched.
pub fn node_project(place: &Path) -> Result<PathBuf, String> {
    let folder = npm_project("node", place)?;
    write_entry(&folder.join("entry"));
    copy_files(
        &Path::new(TESTS).join("../templates/entry/background"),
        &folder.join("modules"),
    );
    Ok(folder)
}

/// Installs the versions of Node in `tests/node-versions` in `place`. The result has a `program` for each of them.
///
/// # Errors
///
/// When Node or npm is missing, or the packages cannot be fetched.
pub fn node_versions(place: &Path) -> Result<NodeVersions, String> {
    npm_project("node-versions", place).map(NodeVersions)
}

/// Installed versions of Node.
#[derive(Debug)]
pub struct NodeVersions(PathBuf);

impl NodeVersions {
    /// The program of a major version.
    ///
    /// # Errors
    ///
    /// When npm has no such version for this system.
    pub fn program(&self, major: u32) -> Result<PathBuf, String> {
        let platform = Platform::host().ok_or("npm has no Node for this system")?;
        let name = format!(
            "node{major}-{}",
            platform.to_string().replace("win32", "win")
        );
        let package = self.0.join("node_modules").join(&name);
        let program = format!("node{}", std::env::consts::EXE_SUFFIX);
        let program = package.join("bin").join(program);
        match program.is_file() {
            true => Ok(program),
            false => Err(format!("there is no package `{name}`")),
        }
    }
}

fn npm_project(name: &str, place: &Path) -> Result<PathBuf, String> {
    #[expect(clippy::disallowed_methods, reason = "tests have no context to ask")]
    if let Some(installed) = std::env::var_os(INSTALLED) {
        return Ok(Path::new(&installed).join(name));
    }
    check_node()?;
    let folder = copy_sources(name, place);
    let lock = fs::read(folder.join("package-lock.json")).expect("a project has a lock file");
    let installed = folder.join(INSTALLED_LOCK);
    if fs::read(&installed).is_ok_and(|its| its == lock) {
        return Ok(folder);
    }
    install(&folder)?;
    fs::write(installed, lock).expect("the folder can be written");
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

/// Copies the files of a project, and leaves the packages that the last run has installed.
fn copy_sources(name: &str, place: &Path) -> PathBuf {
    let (sources, folder) = (Path::new(TESTS).join(name), place.join(name));
    fs::create_dir_all(&folder).expect("a folder");
    for file in files(&folder).filter(|file| file.file_name() != INSTALLED_LOCK) {
        fs::remove_file(file.path()).expect("a file of the last run can be removed");
    }
    copy_files(&sources, &folder);
    folder
}

fn copy_files(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for file in files(from) {
        fs::copy(file.path(), to.join(file.file_name())).expect("a copy");
    }
}

fn write_entry(folder: &Path) {
    for file in entry(&EntryOptions::default()) {
        let path = folder.join(file.path);
        fs::create_dir_all(path.parent().expect("it is in a folder")).expect("a folder");
        fs::write(path, file.contents).expect("a file");
    }
}

fn files(folder: &Path) -> impl Iterator<Item = fs::DirEntry> {
    let entries = fs::read_dir(folder).expect("the folder is there");
    let entries = entries.map(|entry| entry.expect("the folder is readable"));
    entries.filter(|entry| entry.file_type().expect("it has a type").is_file())
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
    Err("npm cannot fetch the packages (no network?)".to_owned())
}

fn finish(command: &mut Command) -> io::Result<Output> {
    command.stdin(Stdio::null()).output()
}
