//! The command `cargo stratos new`.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use cargo_metadata::{Message, MetadataCommand};
use stratos_tests::{CommandOutput, RunOptions, ShellProcess, cargo_stratos, stratos};
use tempfile::TempDir;

#[test]
fn a_new_plugin_builds_passes_its_tests_and_runs() {
    let root = folder();
    let plugin = made(root.path(), "fuel-check", &[]);
    let lib = plugin.join("src/lib.rs");
    let derives = "\n/// A type of the author.\n#[derive(Debug, serde::Serialize, serde::Deserialize)]\npub struct Home {\n    /// ICAO code.\n    pub icao: String,\n}\n";
    fs::write(&lib, read(&lib) + derives).unwrap();
    assert_builds_and_passes(&plugin);

    let [_, (_, target)] = cargo_environment();
    let shell = ShellProcess::start_with(
        &plugin,
        RunOptions {
            args: vec!["--".to_owned(), "--target-dir".to_owned(), target],
            env: cargo_environment().into(),
            state: Some(root.path().join("state")),
            ..RunOptions::default()
        },
    );
    let status = shell.get("/api/fuel-check/status");
    assert_eq!(status.json()["refreshInterval"], 30);
    assert_eq!(
        shell.call("fuel-check", "get-status", "null").stdout,
        status.body + "\n"
    );

    assert!(
        is_fresh(&plugin),
        "all artifacts are fresh after the shell has built"
    );
    let manifest = read(&plugin.join("plugin.json")).replace("0.1.0", "0.1.1");
    fs::write(plugin.join("plugin.json"), manifest).unwrap();
    assert!(!is_fresh(&plugin), "a change of plugin.json rebuilds");
}

#[test]
fn a_new_plugin_for_flights_passes_its_tests_and_announces_a_flight() {
    let root = folder();
    let plugin = made(root.path(), "phase-caller", &["--template", "flight"]);
    assert!(read(&plugin.join("README.md")).contains("flight start EDDF LGIR --speed 60"));
    assert_builds_and_passes(&plugin);

    let [_, (_, target)] = cargo_environment();
    let mut shell = ShellProcess::start_with(
        &plugin,
        RunOptions {
            args: vec!["--".to_owned(), "--target-dir".to_owned(), target],
            env: cargo_environment().into(),
            state: Some(root.path().join("state")),
            ..RunOptions::default()
        },
    );
    let started = shell.command(&["flight", "start", "EDDF", "LGIR", "--speed", "60"]);
    assert_eq!(started.code, Some(0), "{started:?}");
    let toast = shell.wait_for(|event| event["event"] == "toast");
    assert_eq!(toast["message"], "Welcome on board.");
    let phase = shell.get("/api/phase-caller/phase");
    assert!(phase.json()["phase"].is_string(), "{phase:?}");
}

#[test]
fn a_misspelt_template_is_corrected() {
    let root = folder();
    let refused = new(root.path(), &["fuel-check", "--template", "fligth"]);
    assert_eq!(refused.code, Some(2), "{refused:?}");
    let tip = "a similar value exists: 'flight'";
    assert!(refused.stderr.contains(tip), "{refused:?}");
    assert!(!root.path().join("fuel-check").exists());
}

/// Creates a plugin with the SDK of the workspace.
fn made(root: &Path, name: &str, more: &[&str]) -> PathBuf {
    let sdk = format!("{}/../stratos-sdk", env!("CARGO_MANIFEST_DIR"));
    let made = new(root, &[&[name, "--sdk-path", &sdk], more].concat());
    assert_eq!(made.code, Some(0), "{made:?}");
    assert!(!made.stdout.contains("--sdk-path"), "{made:?}");
    let plugin = root.join(name);
    // The lock file of the workspace, whose crates need no network.
    let lock = Path::new(env!("CARGO_MANIFEST_DIR")).join("../Cargo.lock");
    fs::copy(lock, plugin.join("Cargo.lock")).unwrap();
    plugin
}

/// Checks format, lints, tests in both hosts, and the manifest.
fn assert_builds_and_passes(plugin: &Path) {
    for (arguments, host) in [
        (&["fmt", "--check"][..], "memory"),
        (
            &["clippy", "--all-targets", "--", "-D", "warnings"],
            "memory",
        ),
        (&["test"], "memory"),
        (&["test"], "process"),
        // Builds without the feature `testing` first, so that a shell starts in time.
        (&["build"], "memory"),
    ] {
        let output = Command::new(env!("CARGO"))
            .args(arguments)
            .current_dir(plugin)
            .envs(cargo_environment())
            .env("STRATOS_TEST_HOST", host)
            .output()
            .unwrap();
        assert!(output.status.success(), "{arguments:?} {host}: {output:?}");
    }
    let checked = stratos(plugin, ["check"]);
    assert_eq!(checked.code, Some(0), "{checked:?}");
    assert!(checked.stdout.contains("no mistakes"), "{checked:?}");
}

/// Builds the plugin, and returns whether all artifacts were fresh.
fn is_fresh(plugin: &Path) -> bool {
    let output = Command::new(env!("CARGO"))
        .args(["build", "--message-format=json"])
        .current_dir(plugin)
        .envs(cargo_environment())
        .output()
        .unwrap();
    let artifacts = Message::parse_stream(&output.stdout[..]).map_while(Result::ok);
    let mut ours = artifacts.filter_map(|message| match message {
        Message::CompilerArtifact(artifact) if artifact.target.name == "fuel_check" => {
            Some(artifact)
        }
        _ => None,
    });
    ours.next().expect("the library is built").fresh
}

#[test]
fn every_option_gives_a_manifest_without_findings() {
    let root = folder();
    for kind in ["user", "airline"] {
        for more in [
            &["--name", "R&D \"Fuel\" \\ <Größe>"][..],
            &["--author-contact", "jane@example.com"],
            &["--description", "It's {{ 7 * 7 }} {% raw %}."],
        ] {
            let name = format!("{kind}-{}", &more[0][2..]);
            let made = new(root.path(), &[&[&name, "--type", kind], more].concat());
            assert_eq!(made.code, Some(0), "{made:?}");
            let checked = stratos(&root.path().join(&name), ["check"]);
            assert!(checked.stdout.contains("no mistakes"), "{checked:?}");
            let manifest = read(&root.path().join(&name).join("plugin.json"));
            let manifest: serde_json::Value = serde_json::from_str(&manifest).unwrap();
            assert_eq!(manifest["id"], name.as_str());
            assert_eq!(manifest["type"], kind);
            let answer = match more[0] {
                "--author-contact" => &manifest["author"]["contact"],
                option => &manifest[&option[2..]],
            };
            assert_eq!(answer, more[1]);
        }
    }
}

/// A program from a source tree makes plugins that build: with the SDK in that tree.
#[test]
fn the_sdk_of_the_program_is_the_default_dependency() {
    let root = folder();
    let made = new(root.path(), &["fuel-check"]);
    assert_eq!(made.code, Some(0), "{made:?}");
    let told = "stratos-sdk, which this program was built with.";
    assert!(made.stdout.contains(told), "{made:?}");
    let cargo = read(&root.path().join("fuel-check/Cargo.toml"));
    assert!(
        cargo.contains("package = \"stratos-sdk\", path = "),
        "{cargo}"
    );
}

#[test]
fn folders_on_the_way_are_created() {
    let root = folder();
    let made = new(root.path(), &["plugins/fuel/fuel-check"]);
    assert_eq!(made.code, Some(0), "{made:?}");
    assert!(read(&root.path().join("plugins/fuel/fuel-check/plugin.json")).contains("fuel-check"));
    assert_eq!(listing(root.path()), ["plugins"]);
}

#[test]
fn a_folder_name_becomes_an_id() {
    let root = folder();
    for (name, id, shown) in [
        ("My First Plugin", "my-first-plugin", "My First Plugin"),
        ("FuelCheck", "fuel-check", "Fuel Check"),
        ("fuel_check 2", "fuel-check-2", "Fuel Check 2"),
    ] {
        let made = new(root.path(), &[name]);
        assert_eq!(made.code, Some(0), "{made:?}");
        let first = made.stdout.lines().next().unwrap();
        assert!(
            first.starts_with(&format!("created the plugin {id} in ")),
            "{first}"
        );
        let manifest = read(&root.path().join(name).join("plugin.json"));
        let manifest: serde_json::Value = serde_json::from_str(&manifest).unwrap();
        assert_eq!(manifest["id"], id);
        assert_eq!(manifest["name"], shown);
    }
}

#[test]
fn the_origin_of_the_author_is_told() {
    let root = folder();
    let config = root.path().join("gitconfig");
    fs::write(&config, "[user]\nname = Jane Doe\n").unwrap();
    let japanese = root.path().join("japanese");
    fs::write(&japanese, "[user]\nname = 山田\n").unwrap();
    let none = root.path().join("none");
    let with_id = ["--author-id", "jane"];
    for (config, arguments, told) in [
        (
            &config,
            &[][..],
            "Its author is Jane Doe (`jane-doe`), from git's user.name: ",
        ),
        (&none, &[], "Its author is a placeholder: "),
        (&none, &with_id, "Its author's name is a placeholder: "),
        (&japanese, &[], "Its author's id is a placeholder: "),
    ] {
        let output = Command::new(cargo_stratos())
            .args(["new", "fuel-check"])
            .args(arguments)
            .current_dir(tempfile::tempdir_in(root.path()).unwrap().keep())
            .env("CI", "true")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_CONFIG_GLOBAL", config)
            .output()
            .unwrap();
        let shown = String::from_utf8_lossy(&output.stdout);
        assert!(shown.contains(told), "{output:?}");
    }
    let given = new(root.path(), &["given"]);
    assert!(!given.stdout.contains("author"), "{given:?}");
}

#[test]
fn the_published_sdk_is_used_on_request() {
    let root = folder();
    let made = new(
        root.path(),
        &[
            "a b",
            "--id",
            "fuel-check",
            "--vcs",
            "none",
            "--published-sdk",
        ],
    );
    insta::assert_snapshot!(made.stdout.replace('"', "'"), @"
    created the plugin fuel-check in 'a b'

    It uses stratos-sdk 0.1 from crates.io, and builds only once that version is published there.

    Next:
      cd 'a b'
      cargo stratos run    # build it and run it in a mocked shell
      cargo stratos check  # check plugin.json for mistakes
    ");
    let cargo = read(&root.path().join("a b/Cargo.toml"));
    assert!(
        cargo.contains("package = \"stratos-sdk\", version = \"0.1\""),
        "{cargo}"
    );
}

#[test]
fn an_existing_empty_folder_is_used() {
    let root = folder();
    let plugin = root.path().join("fuel-check");
    fs::create_dir_all(plugin.join(".git")).unwrap();
    fs::write(plugin.join(".git/HEAD"), "ref: refs/heads/main\n").unwrap();
    let made = new(&plugin, &["."]);
    assert_eq!(made.code, Some(0), "{made:?}");
    assert!(!made.stdout.contains("cd "), "{made:?}");
    assert!(read(&plugin.join("plugin.json")).contains("\"fuel-check\""));
    assert_eq!(listing(root.path()), ["fuel-check"]);
}

#[test]
fn a_plugin_in_a_workspace_that_lists_it_is_no_workspace_of_its_own() {
    for (path, listed, is_member) in [
        ("plugins/fuel-check", "plugins/*", true),
        ("tool/src/../../plugins/fuel-check", "plugins/*", true),
        // A member that is named counts more than what is excluded.
        ("excluded/fuel-check", "excluded/fuel-check", true),
        ("excluded/fuel-check", "excluded/*", false),
        ("fuel-check", "plugins/*", false),
    ] {
        let root = folder();
        fs::create_dir_all(root.path().join("tool/src")).unwrap();
        fs::write(root.path().join("tool/src/lib.rs"), "").unwrap();
        let tool = "[package]\nname = \"tool\"\n";
        fs::write(root.path().join("tool/Cargo.toml"), tool).unwrap();
        let workspace = format!(
            "[workspace]\nresolver = \"3\"\nmembers = [\"tool\", {listed:?}]\nexclude = [\"excluded\"]\n"
        );
        fs::write(root.path().join("Cargo.toml"), workspace).unwrap();
        let made = new(root.path(), &[path]);
        assert_eq!(made.code, Some(0), "{made:?}");
        let says_so = made.stdout.contains("It is a member of the workspace in ");
        assert_eq!(says_so, is_member, "{made:?}");
        let metadata = MetadataCommand::new()
            .no_deps()
            .other_options(["--offline".to_owned()])
            .manifest_path(root.path().join(path).join("Cargo.toml"))
            .exec()
            .unwrap();
        let packages: BTreeSet<_> = metadata.packages.iter().map(|p| p.name.as_str()).collect();
        let expected = match is_member {
            true => BTreeSet::from(["fuel-check", "tool"]),
            false => BTreeSet::from(["fuel-check"]),
        };
        assert_eq!(packages, expected, "{path} {listed}");
    }
}

#[test]
fn a_git_repository_is_created_unless_inside_one() {
    let root = folder();
    let init = ["init", "--quiet", "outer"];
    let git = Command::new("git").args(init).current_dir(&root).status();
    assert!(git.unwrap().success());
    for (arguments, has_repository) in [
        (&["alone"][..], true),
        (&["outer/inner"], false),
        (&["outer/own", "--vcs", "git"], true),
        (&["none", "--vcs", "none"], false),
    ] {
        let made = new(root.path(), arguments);
        assert_eq!(made.code, Some(0), "{made:?}");
        let head = root.path().join(arguments[0]).join(".git/HEAD");
        assert_eq!(head.is_file(), has_repository, "{arguments:?}");
    }
}

#[test]
fn a_plugin_inside_of_another_one_is_refused() {
    let root = folder();
    assert_eq!(new(root.path(), &["outer"]).code, Some(0));
    for path in ["outer/inner", "outer/src/inner"] {
        let refused = new(root.path(), &[path]);
        assert_eq!(refused.code, Some(2), "{refused:?}");
        let expected = "and plugins cannot be nested\nhelp: use a path outside of it";
        assert!(refused.stderr.contains(expected), "{refused:?}");
        assert!(!root.path().join(path).exists());
    }
}

#[test]
fn a_plugin_below_the_manifest_of_another_program_is_created() {
    let root = folder();
    let grafana = r#"{ "$schema": "https://raw.githubusercontent.com/grafana/grafana/main/docs/sources/developers/plugins/plugin.schema.json", "type": "panel", "name": "Clock", "id": "clock" }"#;
    fs::create_dir(root.path().join("src")).unwrap();
    for folder in ["", "src"] {
        fs::write(root.path().join(folder).join("plugin.json"), grafana).unwrap();
    }
    for path in ["fuel-check", "src/on/the/way/fuel-check"] {
        let made = new(root.path(), &[path]);
        assert_eq!(made.code, Some(0), "{made:?}");
    }
}

#[test]
fn refused_names_and_folders_create_no_files() {
    let root = folder();
    fs::create_dir(root.path().join("full")).unwrap();
    fs::write(root.path().join("full/mine"), "mine").unwrap();
    fs::write(root.path().join("file"), "mine").unwrap();
    let mut refusals = String::new();
    for arguments in [
        &["full"][..],
        &["file"],
        &["file/fuel-check"],
        &["Größe"],
        &["2fast"],
        &["core"],
        &["nul"],
        &["fuel-check", "--id", "Fuel_Check"],
        &["fuel-check", "--author-contact", "@jane"],
        &["fuel-check", "--author-id", "Jane Doe"],
        &["fuel-check", "--name", " "],
        &["fuel-check", "--description", "two\nlines"],
        &["fuel-check", "--sdk-path", "full"],
        &["fuel-check", "--sdk-path", "full", "--published-sdk"],
    ] {
        let refused = new(root.path(), arguments);
        assert_eq!(refused.code, Some(2), "{arguments:?}: {refused:?}");
        refusals += &refused.stderr;
        assert_eq!(listing(root.path()), ["file", "full"], "{arguments:?}");
    }
    assert_eq!(listing(&root.path().join("full")), ["mine"]);
    insta::assert_snapshot!("refusals", refusals);
}

#[test]
fn the_help_lists_all_options() {
    let help = stratos(Path::new("."), ["new", "--help"]);
    // clap pads some empty lines with spaces.
    let lines: Vec<_> = help.stdout.lines().map(str::trim_end).collect();
    insta::assert_snapshot!("help", lines.join("\n"));
}

/// Sets an author, so that git is not asked.
fn new(folder: &Path, arguments: &[&str]) -> CommandOutput {
    let author = match arguments.contains(&"--author-id") {
        true => &[][..],
        false => &["--author-id", "jane-doe", "--author-name", "Jane Doe"],
    };
    stratos(folder, [&["new"], author, arguments].concat())
}

/// Builds offline, in the target folder of the workspace, whose dependencies are built already.
fn cargo_environment() -> [(String, String); 2] {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("..");
    let target = target.to_str().expect("a path in UTF-8").to_owned();
    [
        ("CARGO_NET_OFFLINE", "true".to_owned()),
        ("CARGO_TARGET_DIR", target),
    ]
    .map(|(name, value)| (name.to_owned(), value))
}

/// A temporary folder outside of any repository, with a space in its name.
fn folder() -> TempDir {
    tempfile::Builder::new()
        .prefix("stratos new ")
        .tempdir()
        .expect("a folder")
}

fn listing(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("the folder is there");
    let mut names: Vec<_> = entries
        .map(|entry| entry.expect("it can be read").file_name())
        .collect();
    names.sort();
    let names = names.into_iter().map(|name| name.into_string());
    names
        .map(|name| name.expect("names are in UTF-8"))
        .collect()
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).expect("the file is there")
}
