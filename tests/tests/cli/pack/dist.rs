//! A plugin with a folder `dist`.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use stratos_bundle::{Platform, layout};
use stratos_tests::{CommandOutput, ICON, MANIFEST, stratos};
use tempfile::TempDir;

use crate::SAMPLE;

/// A plugin in a folder whose name has a space and an umlaut.
pub(super) struct Plugin {
    root: TempDir,
    pub(super) id: String,
}

impl Plugin {
    /// A plugin with a UI in `dist`, and without a program.
    pub(super) fn new() -> Self {
        Self::with_id("demo")
    }

    pub(super) fn with_id(id: &str) -> Self {
        let root = tempfile::Builder::new()
            .prefix("stratos täst ")
            .tempdir()
            .expect("a folder");
        let plugin = Self {
            root,
            id: id.to_owned(),
        };
        let manifest = MANIFEST.replace("\"demo\"", &format!("{id:?}"));
        for folder in ["", "dist/"] {
            plugin.write(&format!("{folder}plugin.json"), &manifest);
            plugin.write(&format!("{folder}icon.svg"), ICON);
        }
        plugin.write("dist/ui/index.js", "export default () => null;\n");
        plugin
    }

    /// A plugin whose program for this machine is the sample, whose behaviour is the first word of the id.
    pub(super) fn with_program(id: &str) -> Self {
        let plugin = Self::with_id(id);
        plugin.write("dist/background/index.js", "export default {};\n");
        let sample = fs::read(SAMPLE).expect("the sample");
        plugin.write_program(host(), &sample);
        plugin
    }

    pub(super) fn path(&self) -> &Path {
        self.root.path()
    }

    pub(super) fn write(&self, path: &str, contents: impl AsRef<[u8]>) {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().expect("it has a folder")).expect("a folder");
        fs::write(path, contents).expect("a file");
    }

    pub(super) fn write_program(&self, platform: Platform, bytes: &[u8]) {
        let path = layout::program(platform, &self.id);
        self.write(&format!("dist/{path}"), bytes);
    }

    pub(super) fn remove(&self, path: &str) {
        fs::remove_file(self.path().join(path)).expect("a file");
    }

    /// Runs `cargo stratos pack` with these arguments in the plugin's folder.
    pub(super) fn pack(&self, arguments: &[&str]) -> CommandOutput {
        stratos(self.path(), [&["pack"], arguments].concat())
    }

    /// Packs `dist` and returns the report.
    pub(super) fn pack_json(&self, arguments: &[&str]) -> (Option<i32>, Value) {
        let output = self.pack(&[&["--json"], arguments].concat());
        let report = serde_json::from_str(&output.stdout);
        let report = report.unwrap_or_else(|error| panic!("{error}: {output:?}"));
        (output.code, report)
    }

    pub(super) fn zip_path(&self) -> PathBuf {
        self.path().join("bundle.zip")
    }

    pub(super) fn zip(&self) -> Vec<u8> {
        fs::read(self.zip_path()).expect("a zip")
    }
}

/// The platform of this machine.
pub(super) fn host() -> Platform {
    Platform::host().expect("the shell runs here")
}

/// Another platform than this machine's: Windows, or Linux on Windows.
pub(super) fn other_platform() -> Platform {
    let name = match cfg!(windows) {
        true => "linux-x64",
        false => "win32-x64",
    };
    name.parse().expect("a platform")
}

/// The names of a report's problems with a level.
pub(super) fn names<'r>(report: &'r Value, level: &str) -> Vec<&'r str> {
    let problems = report["problems"].as_array().expect("a list");
    let problems = problems.iter().filter(|problem| problem["level"] == level);
    problems
        .map(|problem| problem["name"].as_str().expect("a name"))
        .collect()
}
