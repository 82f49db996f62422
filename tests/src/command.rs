//! Builds `cargo-stratos` and runs it to completion.

use std::ffi::OsStr;
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::thread;
use std::time::{Duration, Instant};

use cargo_metadata::Message;

/// The output of a command that has exited.
#[derive(Debug)]
pub struct CommandOutput {
    /// The exit code; `None` after a signal.
    pub code: Option<i32>,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

/// Path of a built `cargo-stratos`, for systems where tests cannot run cargo, such as Wine.
const PROGRAM: &str = "STRATOS_TEST_PROGRAM";

/// Variables that `cargo test` sets for this process, and that the build script of `ring` declares as its inputs: with them,
/// cargo would compile `ring` and all that depends on it anew, and once more without them.
const BUILD_SCRIPT_INPUTS: [&str; 7] = [
    "CARGO_MANIFEST_DIR",
    "CARGO_MANIFEST_LINKS",
    "CARGO_PKG_NAME",
    "CARGO_PKG_VERSION_MAJOR",
    "CARGO_PKG_VERSION_MINOR",
    "CARGO_PKG_VERSION_PATCH",
    "CARGO_PKG_VERSION_PRE",
];

/// Path of the `cargo-stratos` program, which is built on the first call in a test process.
#[must_use]
pub fn cargo_stratos() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        #[expect(clippy::disallowed_methods, reason = "tests have no context to ask")]
        if let Some(program) = std::env::var_os(PROGRAM) {
            return program.into();
        }
        let mut cargo = Command::new(env!("CARGO"));
        for name in BUILD_SCRIPT_INPUTS {
            cargo.env_remove(name);
        }
        let output = cargo
            .args([
                "build",
                "--locked",
                "--quiet",
                "--package",
                "cargo-stratos",
                "--message-format=json",
            ])
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .args(profile_args())
            .stderr(Stdio::inherit())
            .output()
            .expect("cargo runs");
        assert!(output.status.success(), "cargo-stratos does not build");
        Message::parse_stream(&output.stdout[..])
            .filter_map(Result::ok)
            .find_map(|message| match message {
                Message::CompilerArtifact(artifact) if artifact.target.name == "cargo-stratos" => {
                    artifact.executable
                }
                _ => None,
            })
            .expect("cargo names the program")
            .into()
    })
}

/// Benchmarks measure the release build.
fn profile_args() -> &'static [&'static str] {
    if cfg!(debug_assertions) {
        &[]
    } else {
        &["--release"]
    }
}

/// Starts a program that was just written. Retries while it is busy, because a child process that another thread is
/// starting may still hold it open for writing.
pub fn spawn_copied(command: &mut Command) -> Child {
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        match command.spawn() {
            Err(error)
                if error.kind() == ErrorKind::ExecutableFileBusy && Instant::now() < deadline =>
            {
                thread::sleep(Duration::from_millis(1));
            }
            child => return child.expect("the program starts"),
        }
    }
}

/// Runs `cargo-stratos` with these arguments in a folder.
pub fn stratos<A: AsRef<OsStr>>(
    folder: &Path,
    arguments: impl IntoIterator<Item = A>,
) -> CommandOutput {
    stratos_with_input(folder, arguments, b"")
}

/// Runs `cargo-stratos` with these arguments in a folder, and with this standard input.
pub fn stratos_with_input<A: AsRef<OsStr>>(
    folder: &Path,
    arguments: impl IntoIterator<Item = A>,
    input: &[u8],
) -> CommandOutput {
    let mut child = Command::new(cargo_stratos())
        .args(arguments)
        .current_dir(folder)
        // In a shared target folder, plugins of the same name would replace each other's programs.
        .env_remove("CARGO_TARGET_DIR")
        .env("CI", "true")
        .env("NO_COLOR", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("cargo-stratos runs");
    let mut stdin = child.stdin.take().expect("it is piped");
    let output = thread::scope(|scope| {
        // A program that does not read its input closes the pipe.
        scope.spawn(move || drop(stdin.write_all(input)));
        child.wait_with_output().expect("cargo-stratos ends")
    });
    CommandOutput {
        code: output.status.code(),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}
