//! Programs that are asked for their version, and signed.

use std::fs;
use std::process::Command;

use stratos_bundle::layout;
use stratos_tests::{MANIFEST, cargo_stratos};

use crate::SAMPLE;
use crate::pack::dist::{Plugin, host, names};

#[test]
fn a_program_is_asked_for_its_version_and_not_started() {
    // The plugin would panic in `on_start`.
    let plugin = Plugin::with_program("panics");
    let packed = plugin.pack(&["--no-build"]);
    assert_eq!(packed.code, Some(0), "{packed:?}");
    for text in ["panics 1.0.0 for", "SHA-256 ", "cargo stratos install"] {
        assert!(packed.stdout.contains(text), "{text}: {}", packed.stdout);
    }
    assert!(plugin.zip_path().exists());
}

#[test]
fn a_program_of_another_version_is_refused() {
    let plugin = Plugin::with_program("demo");
    let manifest = MANIFEST.replace("1.0.0", "1.2.0");
    plugin.write("plugin.json", &manifest);
    plugin.write("dist/plugin.json", &manifest);
    let refused = plugin.pack(&["--no-build"]);
    assert_eq!(refused.code, Some(1), "{refused:?}");
    let message = "is version 1.0.0 of the plugin, and plugin.json says 1.2.0";
    assert!(refused.stderr.contains(message), "{refused:?}");
    assert!(!plugin.zip_path().exists());
}

#[test]
fn a_program_does_not_get_the_token() {
    let plugin = Plugin::with_program("tokenless");
    let mut command = Command::new(cargo_stratos());
    command
        .args(["pack", "--no-build"])
        .current_dir(plugin.path());
    let output = command.env("SKYVEX_API_TOKEN", "12|AbCdEfGhIjKl").output();
    let output = output.expect("cargo-stratos runs");
    assert!(output.status.success(), "{output:?}");
    let copies = fs::read_dir(plugin.path().join(".stratos")).expect("the state folder");
    let copies = copies.map(|entry| entry.expect("an entry").file_name());
    assert_eq!(copies.collect::<Vec<_>>(), [".gitignore"]);
}

#[test]
fn a_program_that_does_not_answer_is_refused_with_the_reason() {
    for (id, reason) in [
        ("exits", "exited with code 7 before the handshake"),
        ("impostor", "it says that it is the plugin `somebody-else`"),
    ] {
        let plugin = Plugin::with_program(id);
        let (code, report) = plugin.pack_json(&["--no-build"]);
        assert_eq!(
            names(&report, "error"),
            ["program-does-not-start"],
            "{report:#}"
        );
        assert!(report.to_string().contains(reason), "{report:#}");
        assert_eq!(code, Some(1));
    }
}

#[test]
fn programs_are_signed_as_copies_by_the_command_of_the_author() {
    let plugin = Plugin::with_program("demo");
    plugin.write("stratos.toml", "[pack]\nsign = \"echo signed >> {}\"\n");
    let (code, report) = plugin.pack_json(&["--no-build"]);
    assert_eq!(code, Some(0), "{report:#}");
    assert_eq!(report["signed"], true);
    let path = layout::program(host(), "demo");
    let files = report["files"].as_array().expect("a list").iter();
    let mut files = files.filter(|file| file["path"] == path.as_str());
    let size = files.next().and_then(|file| file["size"].as_u64());
    let unsigned = fs::metadata(SAMPLE).expect("the sample").len();
    assert!(size.is_some_and(|size| size > unsigned), "{size:?}");
    let in_dist = fs::metadata(plugin.path().join("dist").join(path)).expect("a program");
    assert_eq!(in_dist.len(), unsigned, "the original was signed");
}

#[test]
fn what_the_signing_command_leaves_behind_is_checked() {
    let plugin = Plugin::with_program("demo");
    plugin.write("stratos.toml", "[pack]\nsign = \"echo signed > {}\"\n");
    let (code, report) = plugin.pack_json(&["--no-build"]);
    assert_eq!(names(&report, "error"), ["not-a-program"], "{report:#}");
    assert_eq!(code, Some(1));
    assert!(!plugin.zip_path().exists());
}

#[test]
fn a_failed_signature_stops() {
    let plugin = Plugin::with_program("demo");
    for (command, code, message) in [
        ("no-such-signer {}", 1, "`no-such-signer {}` failed"),
        ("sign-everything", 2, "does not say what it signs"),
    ] {
        plugin.write("stratos.toml", format!("[pack]\nsign = \"{command}\"\n"));
        let output = plugin.pack(&["--no-build"]);
        assert_eq!(output.code, Some(code), "{output:?}");
        assert!(output.stderr.contains(message), "{output:?}");
        assert!(!plugin.zip_path().exists());
    }
}
