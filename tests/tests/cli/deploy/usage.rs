//! Checks of `cargo stratos deploy` before it sends anything.

use std::fs;
#[cfg(target_os = "linux")]
use std::net::TcpListener;
use std::process::Output;

use crate::deploy::mock_platform::MockPlatform;
use crate::deploy::project::{Project, TOKEN, checked};

#[test]
fn a_dry_run_sends_nothing_and_needs_no_token() {
    let platform = MockPlatform::start(Vec::new());
    let project = Project::new(1000);
    let settings = format!("[deploy]\nplatform = \"{}\"\n", platform.url());
    fs::write(project.folder.path().join("stratos.toml"), settings).unwrap();
    let done = project.deploy(&["--dry-run"]);
    assert_eq!(done.code, Some(0), "{done:?}");
    let size = fs::metadata(project.folder.path().join("bundle.zip"))
        .unwrap()
        .len();
    for line in [
        &format!("POST {}/api/stratos/plugins/demo/versions", platform.url()),
        "Authorization: Bearer ***",
        "Accept: application/json",
        "nothing was sent",
        &format!("{size} bytes, SHA-256 "),
    ] {
        assert!(done.stdout.contains(line), "{line}: {done:?}");
    }
    let json = project.deploy(&["--dry-run", "--json"]);
    let report: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(report["outcome"], "dry-run");
    assert_eq!(report["sha256"].as_str().unwrap().len(), 64);
    let output = project
        .command(&["--dry-run"])
        .env_remove("SKYVEX_API_TOKEN")
        .output();
    let done = checked(output.unwrap(), project.folder.path());
    assert_eq!(done.code, Some(0), "{done:?}");
    assert!(
        done.stderr.contains("SKYVEX_API_TOKEN is not set"),
        "{done:?}"
    );
    assert!(platform.received().is_empty());
}

#[test]
fn the_zip_of_an_earlier_version_is_not_taken_by_default() {
    let project = Project::new(1000);
    let manifest = project.folder.path().join("plugin.json");
    let newer = fs::read_to_string(&manifest)
        .unwrap()
        .replace("1.0.0", "1.0.1");
    fs::write(&manifest, newer).unwrap();
    let done = project.deploy(&["--dry-run"]);
    assert_eq!(done.code, Some(2), "{done:?}");
    let message = "bundle.zip is demo 1.0.0, and plugin.json says demo 1.0.1";
    assert!(done.stderr.contains(message), "{done:?}");
    let named = project.deploy(&["bundle.zip", "--dry-run"]);
    assert_eq!(named.code, Some(0), "{named:?}");
}

#[test]
fn the_public_platform_is_the_default() {
    let done = Project::new(1000).deploy(&["--dry-run"]);
    let url = "POST https://skyvexsoftware.com/api/stratos/plugins/demo/versions\n";
    assert!(done.stdout.starts_with(url), "{done:?}");
}

#[test]
fn mistakes_are_usage_errors() {
    let project = Project::new(1000);
    let folder = project.folder.path();
    fs::write(folder.join("text.zip"), "no zip").unwrap();
    fs::create_dir(folder.join("folder.zip")).unwrap();
    let local = ["--platform", "http://127.0.0.1:9"];
    for (arguments, text) in [
        (
            &["--platform", "http://example.com"][..],
            "would send the token without encryption",
        ),
        (
            &["--platform", "https://me:pw@example.com"],
            "contains a user name or a password",
        ),
        (&["--platform", "example.com"], "is not a URL"),
        (&["missing.zip"], "cargo stratos pack"),
        (&["text.zip"], "text.zip is not a safe zip"),
        (&["folder.zip"], "is not a file"),
        (&["--timeout", "0"], "--timeout"),
        (&["--token", TOKEN], "unexpected argument '--token'"),
    ] {
        let done = project.deploy(arguments);
        assert_eq!(done.code, Some(2), "{arguments:?}: {done:?}");
        assert!(done.stderr.contains(text), "{text}: {done:?}");
    }
    for (token, text) in [
        (None, "SKYVEX_API_TOKEN is not set"),
        (Some(""), "SKYVEX_API_TOKEN is not set"),
        (Some("short"), "shorter than 8 characters"),
        (
            Some("qDm7XwPv two words"),
            "another character that no token has",
        ),
    ] {
        let mut command = project.command(&local);
        match token {
            Some(token) => command.env("SKYVEX_API_TOKEN", token),
            None => command.env_remove("SKYVEX_API_TOKEN"),
        };
        let output: Output = command.output().unwrap();
        let done = checked(output, folder);
        assert_eq!(done.code, Some(2), "{token:?}: {done:?}");
        assert!(done.stderr.contains(text), "{text}: {done:?}");
    }
}

/// A crash leaves no file with the token in it.
#[cfg(target_os = "linux")]
#[test]
fn the_process_leaves_no_core_dump() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let project = Project::new(1000);
    let mut child = project.command(&["--platform", &url]).spawn().unwrap();
    let connection = listener.accept().unwrap();
    let limits = fs::read_to_string(format!("/proc/{}/limits", child.id())).unwrap();
    let core = limits
        .lines()
        .find(|line| line.starts_with("Max core file size"));
    let words: Vec<_> = core.unwrap().split_whitespace().collect();
    assert_eq!(words[4..6], ["0", "0"], "{limits}");
    child.kill().unwrap();
    child.wait().unwrap();
    drop(connection);
}
