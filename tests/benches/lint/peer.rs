//! The linter for comparison: Elgato's command line for Stream Deck plugins.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const NPM: &str = if cfg!(windows) { "npm.cmd" } else { "npm" };
const PACKAGES: &str = r#"{ "private": true, "dependencies": { "@elgato/cli": "1.9.0" } }"#;
const MANIFEST: &str = r#"{
  "UUID": "com.example.one",
  "Name": "One",
  "Version": "0.1.0.0",
  "Author": "Me",
  "Actions": [],
  "Category": "One",
  "CodePath": "plugin.js",
  "Description": "One.",
  "Icon": "icon",
  "SDKVersion": 2,
  "Software": { "MinimumVersion": "6.5" },
  "OS": [{ "Platform": "windows", "MinimumVersion": "10" }],
  "Nodejs": { "Version": "20" }
}"#;

/// The installed linter, and a plugin without findings.
pub(crate) struct OtherLinter {
    folder: PathBuf,
}

impl OtherLinter {
    /// Installs the linter with npm, once. Returns the reason where that is not possible.
    pub(crate) fn install() -> Result<Self, String> {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("lint-peer");
        let plugin = folder.join("com.example.one.sdPlugin");
        fs::create_dir_all(&plugin).expect("a folder");
        fs::write(folder.join("package.json"), PACKAGES).expect("a file");
        fs::write(plugin.join("manifest.json"), MANIFEST).expect("a file");
        fs::write(plugin.join("plugin.js"), "").expect("a file");
        for (name, size) in [("icon.png", 28), ("icon@2x.png", 56)] {
            fs::write(plugin.join(name), png(size)).expect("an icon");
        }
        let installed = Command::new(NPM)
            .args([
                "install",
                "--ignore-scripts",
                "--prefer-offline",
                "--no-audit",
                "--no-fund",
            ])
            .current_dir(&folder)
            .stdin(Stdio::null())
            .output()
            .map_err(|error| format!("npm is not there ({error})"))?;
        if !installed.status.success() {
            let said = String::from_utf8_lossy(&installed.stderr);
            return Err(format!(
                "npm cannot install it: {}",
                said.lines().last().unwrap_or_default()
            ));
        }
        Ok(Self { folder })
    }

    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new("node");
        command
            .arg("node_modules/@elgato/cli/bin/streamdeck.mjs")
            .args(["validate", "--no-update-check", "com.example.one.sdPlugin"])
            .current_dir(&self.folder)
            .stdin(Stdio::null())
            .stdout(Stdio::null());
        command
    }
}

/// The beginning of a square PNG, up to its size.
fn png(size: u32) -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
    bytes.extend(size.to_be_bytes());
    bytes.extend(size.to_be_bytes());
    bytes.extend([8, 6, 0, 0, 0]);
    bytes
}
