//! Refusals of `cargo stratos pack`: each has its name, and no zip is written.

use std::fs;

use stratos_tests::{ICON, MANIFEST, TinyKind, tiny_file, tiny_program};

use crate::pack::dist::{Plugin, names};

/// Packs, and checks the only error. Returns its help.
fn refused(plugin: &Plugin, name: &str) -> String {
    let (code, report) = plugin.pack_json(&["--no-build"]);
    assert_eq!(names(&report, "error"), [name], "{report:#}");
    assert_eq!(code, Some(1), "{report:#}");
    assert!(!plugin.zip_path().exists(), "{name}: a zip was written");
    let problems = report["problems"].as_array().expect("a list");
    let error = problems.iter().find(|problem| problem["level"] == "error");
    let help = error.and_then(|error| error["help"].as_str());
    help.expect("each error has a help").to_owned()
}

/// A plugin whose `dist` also has these files.
fn plugin_with(files: &[(&str, &[u8])]) -> Plugin {
    let plugin = Plugin::new();
    for (path, contents) in files {
        plugin.write(&format!("dist/{path}"), contents);
    }
    plugin
}

#[test]
fn secrets_are_refused_unless_waived_with_a_reason() {
    let token = format!("const token = \"ghp_{}\";", "a1".repeat(18));
    let plugin = plugin_with(&[("ui/token.js", token.as_bytes()), ("ui/.env.local", b"A=1")]);
    let (code, report) = plugin.pack_json(&["--no-build"]);
    assert_eq!(code, Some(1), "{report:#}");
    assert_eq!(names(&report, "error"), ["env-file", "secret"]);

    let waivers = |reason: &str| {
        let waiver =
            |path: &str| format!("[[pack.not_secret]]\npath = {path:?}\nreason = {reason:?}\n");
        let paths = ["ui/token.js", "ui/.env.local", "ui/gone.js"];
        plugin.write("stratos.toml", paths.map(waiver).concat());
        plugin.pack_json(&["--no-build"])
    };
    let (code, report) = waivers("");
    assert_eq!(code, Some(1), "{report:#}");
    assert_eq!(names(&report, "error"), ["waiver-without-reason"; 3]);
    let (code, report) = waivers("An example of the documentation.");
    assert_eq!(names(&report, "warning"), ["unused-waiver"], "{report:#}");
    assert_eq!(code, Some(0), "{report:#}");
}

#[test]
fn an_ignored_file_is_neither_packed_nor_refused() {
    let plugin = plugin_with(&[
        (".env", b"A=1"),
        ("ui/index.js.map", b"{}"),
        ("ui/notes/todo.md", b"todo"),
        ("build.log", b"log"),
    ]);
    plugin.write(".stratosignore", "# Notes\n.env\n/ui/notes/\n!build.log\n");
    let listed = plugin.pack(&["--no-build", "--list"]);
    assert_eq!(listed.code, Some(0), "{listed:?}");
    for line in [
        "left out  .env",
        "left out  ui/index.js.map",
        "left out  ui/notes/",
    ] {
        assert!(listed.stdout.contains(line), "{line}: {}", listed.stdout);
    }
    assert!(!plugin.zip_path().exists(), "`--list` wrote a zip");
    let (code, report) = plugin.pack_json(&["--no-build"]);
    assert_eq!(code, Some(0), "{report:#}");
    let files = report["files"].as_array().expect("a list").iter();
    let files: Vec<_> = files
        .map(|file| file["path"].as_str().expect("a path"))
        .collect();
    assert_eq!(
        files,
        ["build.log", "icon.svg", "plugin.json", "ui/index.js"]
    );
}

#[test]
fn programs_must_lie_in_the_folder_of_their_platform_with_the_name_of_the_plugin() {
    let (windows, entry) = (tiny_program("win32-x64"), ("background/index.js", &b""[..]));
    for (path, bytes, name, help) in [
        (
            "linux-arm64/demo",
            &b"#!/bin/sh\n"[..],
            "not-a-program",
            "assets",
        ),
        ("linux-arm64/demo", &windows, "wrong-platform", "win32-x64"),
        (
            "win32-x46/demo.exe",
            &windows,
            "unknown-platform",
            "did you mean `win32-x64`?",
        ),
        (
            "x86_64-pc-windows-msvc/demo.exe",
            &windows,
            "unknown-platform",
            "did you mean `win32-x64`?",
        ),
        (
            "demo.exe",
            &windows,
            "misplaced-program",
            "background/bin/win32-x64",
        ),
        (
            "win32-x64/other.exe",
            &windows,
            "missing-program",
            "rename `background/bin/win32-x64/other.exe`",
        ),
        (
            "win32-arm64/demo.exe",
            &tiny_file("win32-arm64", TinyKind::Library),
            "not-executable",
            "not its library",
        ),
    ] {
        let path = format!("background/bin/{path}");
        let plugin = plugin_with(&[entry, (&path, bytes)]);
        let found = refused(&plugin, name);
        assert!(found.contains(help), "{name}: {found}");
    }
}

#[test]
fn files_that_the_shell_looks_for_must_be_there() {
    let plugin = plugin_with(&[(
        "background/bin/win32-arm64/demo.exe",
        &tiny_program("win32-arm64"),
    )]);
    refused(&plugin, "missing-entry");

    let plugin = Plugin::new();
    plugin.remove("dist/icon.svg");
    plugin.write("dist/Icon.svg", ICON);
    let (code, report) = plugin.pack_json(&["--no-build"]);
    assert_eq!(
        (code, names(&report, "error")),
        (Some(1), vec!["missing-icon"; 2])
    );

    let plugin = Plugin::new();
    plugin.write("dist/plugin.json", "{}");
    let (code, report) = plugin.pack_json(&["--no-build"]);
    assert_eq!(
        (code, names(&report, "error")),
        (Some(1), vec!["stale-dist", "invalid-manifest"])
    );

    let plugin = Plugin::new();
    plugin.remove("dist/ui/index.js");
    let (code, report) = plugin.pack_json(&["--no-build"]);
    assert_eq!(
        (code, names(&report, "warning")),
        (Some(0), vec!["missing-ui"])
    );
}

#[test]
fn folders_of_another_version_are_refused() {
    let plugin = Plugin::new();
    plugin.write("plugin.json", MANIFEST.replace("1.0.0", "2.0.0"));
    let help = refused(&plugin, "stale-dist");
    assert!(help.contains("without `--no-build`"), "{help}");
    let (code, report) = plugin.pack_json(&["--merge", "dist"]);
    assert_eq!(names(&report, "error"), ["stale-dist"], "{report:#}");
    assert_eq!(code, Some(1));
}

#[cfg(unix)]
#[test]
fn names_that_windows_cannot_have_are_refused() {
    for (path, name) in [
        ("ui/aux.js", "unportable-name"),
        ("ui/a:b.js", "unportable-name"),
        ("ui/a\\b.js", "unsafe-path"),
        ("ui/a\nb.js", "control-character"),
        (&format!("ui/{}", "a".repeat(150)), "path-too-long"),
    ] {
        refused(&plugin_with(&[(path, b"")]), name);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn names_that_are_one_on_windows_and_macos_are_refused() {
    for other in ["UI/theme.css", "ui/Index.js"] {
        refused(&plugin_with(&[(other, b"")]), "name-clash");
    }
}

#[cfg(unix)]
#[test]
fn links_are_refused_and_not_followed() {
    let plugin = Plugin::new();
    std::os::unix::fs::symlink("/etc/passwd", plugin.path().join("dist/ui/users.txt"))
        .expect("a link");
    let help = refused(&plugin, "link");
    assert!(help.contains("a copy of the file"), "{help}");
}

#[test]
fn an_error_of_the_check_stops_unless_the_check_is_left_out() {
    let plugin = Plugin::new();
    plugin.remove("icon.svg");
    let stopped = plugin.pack(&["--no-build"]);
    assert_eq!(stopped.code, Some(1), "{stopped:?}");
    assert!(stopped.stdout.contains("missing-icon-file"), "{stopped:?}");
    assert!(!plugin.zip_path().exists());
    let (code, report) = plugin.pack_json(&["--no-build"]);
    let errors = names(&report, "error");
    assert_eq!(
        (code, errors.first()),
        (Some(1), Some(&"missing-icon-file")),
        "{report:#}"
    );
    let packed = plugin.pack(&["--no-build", "--no-check"]);
    assert_eq!(packed.code, Some(0), "{packed:?}");
}

#[test]
fn a_wrong_command_line_or_setting_has_code_2() {
    let plugin = Plugin::new();
    let usage = |arguments: &[&str], message: &str| {
        let output = plugin.pack(arguments);
        assert_eq!(output.code, Some(2), "{output:?}");
        assert!(output.stderr.contains(message), "{message}: {output:?}");
    };
    usage(
        &["--no-build", "--out", "dist/ui/plugin.zip"],
        "which is packed",
    );
    fs::rename(plugin.path().join("dist"), plugin.path().join("moved")).expect("a folder");
    usage(&["--out", "dist/b.zip"], "which is packed");
    fs::rename(plugin.path().join("moved"), plugin.path().join("dist")).expect("a folder");
    usage(&["--merge", "gone"], "there is no folder gone");
    plugin.write("artifacts/windows/plugin.json", MANIFEST);
    usage(&["--merge", "artifacts"], "name the folder in it");
    usage(&["--merge", "dist", "--no-build"], "cannot be used with");
    plugin.write(".stratosignore", "*.md\n[z-a]\n");
    usage(&["--no-build"], "line 2 is not a pattern");
    assert!(!plugin.zip_path().exists());
}
