//! A plugin with a finished bundle, and the program that deploys it.

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use stratos_bundle::{Bundle, Zip};
use stratos_tests::{CommandOutput, cargo_stratos, manifest};
use tempfile::TempDir;

/// A token in the form of the platform's.
pub(super) const TOKEN: &str = "12|qDm7XwPvRk3TzYcB9sLhNf";

/// The part of the token that nothing may show.
pub(super) const SECRET: &str = "qDm7XwPv";

/// A folder with the plugin `demo` 1.0.0 and its `bundle.zip`.
#[derive(Debug)]
pub(super) struct Project {
    pub(super) folder: TempDir,
}

impl Project {
    /// A plugin whose bundle has at least this many bytes.
    pub(super) fn new(size: usize) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("plugin.json"), manifest("demo")).expect("a file");
        let project = Self { folder };
        project.pack(size, 1);
        project
    }

    /// Writes another bundle of the same version.
    pub(super) fn pack(&self, size: usize, seed: u64) {
        let mut bundle = Bundle::default();
        let mut add = |path: &str, bytes: Vec<u8>| bundle.files.insert(path.to_owned(), bytes);
        add("plugin.json", manifest("demo").into_bytes());
        add("assets/noise.bin", noise(size, seed));
        let zip = Zip::write(&bundle).expect("a zip");
        fs::write(self.folder.path().join("bundle.zip"), zip.bytes).expect("a file");
    }

    /// Runs `cargo stratos deploy` in the folder, with a token and all log messages.
    pub(super) fn deploy(&self, arguments: &[&str]) -> CommandOutput {
        let output = self.command(arguments).output().expect("the program runs");
        checked(output, self.folder.path())
    }

    pub(super) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(cargo_stratos());
        command
            .arg("deploy")
            .args(arguments)
            .current_dir(self.folder.path())
            .env("SKYVEX_API_TOKEN", TOKEN)
            .env("STRATOS_LOG", "trace")
            .env("NO_COLOR", "1")
            // Nothing listens there: requests to this machine use no proxy.
            .env("HTTP_PROXY", "http://127.0.0.1:9")
            .env("HTTPS_PROXY", "http://127.0.0.1:9")
            .env("ALL_PROXY", "http://127.0.0.1:9")
            .env_remove("NO_PROXY")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }
}

/// The output, which does not contain the token, as little as the files of the project.
pub(super) fn checked(output: Output, folder: &Path) -> CommandOutput {
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    let output = CommandOutput {
        code: output.status.code(),
        stdout: text(output.stdout),
        stderr: text(output.stderr),
    };
    let record = fs::read_to_string(folder.join(".stratos/refused-versions.json"));
    for text in [&output.stdout, &output.stderr, &record.unwrap_or_default()] {
        assert!(!text.contains(SECRET), "the token is shown: {text}");
    }
    output
}

/// Bytes that do not compress.
fn noise(size: usize, mut seed: u64) -> Vec<u8> {
    let mut next = || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (seed >> 56) as u8
    };
    (0..size).map(|_| next()).collect()
}
