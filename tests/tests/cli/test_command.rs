//! The command `cargo stratos test`, which checks the manifest and runs the plugin's tests.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, SystemTime};

use stratos_tests::{CommandOutput, cargo_stratos, stratos};
use tempfile::TempDir;

const MANIFEST: &str = r#"{
  "id": "demo", "name": "Demo", "version": "0.1.0", "description": "A demo.", "type": "user",
  "author": { "id": "me", "name": "Me" },
  "icon_light": "icon-light.svg", "icon_dark": "icon-dark.svg"
}"#;

const TESTS: &str = r#"
#[test]
fn passes() {}

#[test]
fn runs_on_the_selected_host() {
    let host = std::env::var("STRATOS_TEST_HOST").unwrap_or_default();
    let expected = match (cfg!(feature = "as-process"), cfg!(feature = "in-memory")) {
        (true, _) => "process",
        (_, true) => "memory",
        _ => "",
    };
    assert_eq!(host, expected);
}

#[test]
fn fails_if_asked_to() {
    assert!(!cfg!(feature = "failing"));
}
"#;

#[test]
fn test_fails_when_the_plugins_tests_fail() {
    let plugin = plugin(MANIFEST);
    let tested = test(plugin.path(), &[]);
    assert_eq!(tested.code, Some(0), "{tested:?}");
    assert!(
        tested.stdout.contains("1 manifest checked: 1 warning\n"),
        "{tested:?}"
    );
    assert!(tested.stdout.contains("3 passed"), "{tested:?}");
    let state = plugin.path().join(".stratos");
    assert!(state.join("target/debug").is_dir() && state.join(".gitignore").is_file());
    assert!(!plugin.path().join("target").exists(), "as `run` builds");

    let failed = test(plugin.path(), &["--features", "failing"]);
    assert_eq!(failed.code, Some(1), "{failed:?}");
    assert!(failed.stdout.contains("2 passed; 1 failed"), "{failed:?}");

    let arguments = ["--host", "process", "--features", "as-process"];
    let process = test(plugin.path(), &arguments);
    assert_eq!(process.code, Some(0), "{process:?}");

    let arguments = ["--host", "memory", ".", "--features", "in-memory"];
    let memory = test(plugin.path(), &arguments);
    assert_eq!(memory.code, Some(0), "{memory:?}");

    let above = plugin.path().parent().unwrap();
    let name = plugin.path().file_name().unwrap().to_str().unwrap();
    assert_eq!(test(above, &[name]).code, Some(0), "from another folder");
    let manifest = test(plugin.path(), &["plugin.json"]);
    assert_eq!(manifest.code, Some(0), "{manifest:?}");
    let source = test(plugin.path(), &["src/lib.rs"]);
    assert_eq!(source.code, Some(2), "{source:?}");
}

#[test]
fn a_second_test_builds_nothing() {
    let plugin = plugin(MANIFEST);
    for is_built in [true, false] {
        let tested = test(plugin.path(), &[]);
        assert_eq!(tested.code, Some(0), "{tested:?}");
        assert_eq!(tested.stderr.contains("Compiling"), is_built, "{tested:?}");
    }
}

/// cargo takes a file for unchanged that is put back with an older time.
#[test]
fn tests_are_built_from_what_lies_there() {
    for (input, reads) in [
        ("tests/fixture.txt", "include_str!(\"fixture.txt\")"),
        (
            "../outside/text.txt",
            "include_str!(\"../../outside/text.txt\")",
        ),
        ("../parts/src/lib.rs", "parts::VERSION"),
    ] {
        let root = tempfile::tempdir().unwrap();
        let demo = root.path().join("demo");
        fs::rename(plugin(MANIFEST).path(), &demo).unwrap();
        let put_back = |name: &str, text: &str| {
            let path = demo.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, text).unwrap();
            let file = fs::File::options().write(true).open(path).unwrap();
            let day = Duration::from_secs(24 * 3600);
            file.set_modified(SystemTime::now() - day).unwrap();
        };
        let content = |version: &str| match input.ends_with(".rs") {
            true => format!("pub const VERSION: &str = {version:?};"),
            false => version.to_owned(),
        };
        let package = "[package]\nname = \"parts\"\nversion = \"0.1.0\"\nedition = \"2024\"\n";
        put_back("../parts/Cargo.toml", package);
        put_back("../parts/src/lib.rs", "pub const VERSION: &str = \"\";");
        let cargo_toml = fs::read_to_string(demo.join("Cargo.toml")).unwrap();
        let dependency = "[dev-dependencies]\nparts = { path = \"../parts\" }\n";
        put_back("Cargo.toml", &(cargo_toml + dependency));
        put_back(
            "tests/reads.rs",
            &format!("#[test]\nfn reads() {{ println!(\"it is {{}}\", {reads}); }}\n"),
        );
        for version in ["one", "two"] {
            put_back(input, &content(version));
            let tested = test(&demo, &["--", "--nocapture"]);
            let expected = format!("it is {version}");
            assert!(tested.stdout.contains(&expected), "{input}: {tested:?}");
        }
    }
}

#[test]
fn arguments_are_passed_on_to_cargo_and_to_the_test_program() {
    let plugin = plugin(MANIFEST);
    for arguments in [
        ["--", "passes"].as_slice(),
        &[".", "passes"],
        &["--lib", "--", "passes"],
        &[".", "--lib", "pass", "--", "--skip", "fails"],
        &[".", "passes", "--", "--skip", "--host"],
    ] {
        let one = test(plugin.path(), arguments);
        assert!(one.stdout.contains("1 passed"), "{arguments:?}: {one:?}");
    }
    let listed = test(plugin.path(), &["--", "--list"]);
    assert!(listed.stdout.contains("passes: test"), "{listed:?}");
    let late = test(plugin.path(), &["--features", "failing", "--host=process"]);
    assert_eq!(late.code, Some(2), "{late:?}");
    let expected = "`--host=process` comes too late";
    assert!(late.stderr.contains(expected), "{late:?}");
    let folder = test(plugin.path(), &["passes"]);
    assert_eq!(folder.code, Some(2), "{folder:?}");
    assert_eq!(
        folder.stderr,
        "error: there is no file or folder passes\n\
         help: name a plugin's folder; if it is the name of a test: `cargo stratos test . passes`\n"
    );
}

/// CI services show colours although there is no terminal, and ask cargo for them.
#[test]
fn the_variable_for_cargos_colours_is_kept_unless_they_are_turned_off() {
    let plugin = plugin(MANIFEST);
    let prints =
        "#[test]\nfn prints() { println!(\"{:?}\", std::env::var(\"CARGO_TERM_COLOR\")); }\n";
    fs::write(plugin.path().join("src/lib.rs"), prints).unwrap();
    for (colour, expected) in [
        ("auto", "Ok(\"always\")"),
        ("always", "Ok(\"always\")"),
        ("never", "Ok(\"never\")"),
    ] {
        let output = Command::new(cargo_stratos())
            .args(["test", "--color", colour, "--", "--nocapture"])
            .current_dir(plugin.path())
            .env_remove("CARGO_TARGET_DIR")
            .env_remove("NO_COLOR")
            .env("CARGO_TERM_COLOR", "always")
            .output()
            .unwrap();
        let stdout = String::from_utf8_lossy(&output.stdout);
        assert!(stdout.contains(expected), "{colour}: {output:?}");
        let has_colours = output.stderr.contains(&b'\x1b');
        assert_eq!(has_colours, colour != "never", "{colour}: {output:?}");
    }
}

#[test]
fn a_second_plugin_is_not_taken_for_the_name_of_a_test() {
    let folders = tempfile::tempdir().unwrap();
    for name in ["one", "two"] {
        fs::create_dir(folders.path().join(name)).unwrap();
        fs::write(folders.path().join(name).join("plugin.json"), MANIFEST).unwrap();
    }
    let tested = test(folders.path(), &["one", "two"]);
    assert_eq!(tested.code, Some(2), "{tested:?}");
    assert_eq!(
        tested.stderr,
        "error: `two` would select tests by their name, and it is a plugin's folder\n\
         help: test one plugin after the other, or name the folder around them; put the name of a test behind `--`\n"
    );
}

#[test]
fn the_value_of_an_option_of_cargo_is_not_taken_for_a_plugin() {
    let plugin = plugin(MANIFEST);
    let inner = plugin.path().join("demo");
    fs::create_dir(&inner).unwrap();
    fs::write(inner.join("plugin.json"), MANIFEST).unwrap();
    for arguments in [&["-p", "demo"][..], &[".", "--lib", "--package", "demo"]] {
        let tested = test(plugin.path(), arguments);
        assert!(tested.stdout.contains("3 passed"), "{tested:?}");
    }
    let name = test(plugin.path(), &["--package", "demo", "demo"]);
    assert_eq!(name.code, Some(2), "{name:?}");
    let expected = "error: `demo` would select tests by their name";
    assert!(name.stderr.starts_with(expected), "{name:?}");
}

#[test]
fn cargo_runs_in_the_folder_of_the_package() {
    let plugin = plugin(MANIFEST);
    let background = plugin.path().join("background");
    fs::create_dir_all(background.join(".cargo")).unwrap();
    for name in ["Cargo.toml", "src"] {
        fs::rename(plugin.path().join(name), background.join(name)).unwrap();
    }
    let config = "[env]\nSTRATOS_TEST_HOST = \"process\"\n";
    fs::write(background.join(".cargo/config.toml"), config).unwrap();
    let tested = test(plugin.path(), &["--features", "as-process"]);
    assert!(tested.stdout.contains("3 passed"), "{tested:?}");
}

#[test]
fn test_stops_at_errors_in_the_manifest() {
    let plugin = plugin(&MANIFEST.replace("\"id\": \"demo\"", "\"id\": \"My Demo\""));
    let tested = test(plugin.path(), &[]);
    assert_eq!(tested.code, Some(1), "{tested:?}");
    assert!(tested.stdout.contains("My Demo"), "{tested:?}");
    assert!(!tested.stdout.contains("running"), "{tested:?}");
}

#[test]
fn test_succeeds_for_a_plugin_without_a_program() {
    let plugin = plugin(MANIFEST);
    fs::remove_file(plugin.path().join("Cargo.toml")).unwrap();
    let tested = test(plugin.path(), &[]);
    assert_eq!(tested.code, Some(2), "{tested:?}");
    assert!(tested.stderr.contains("no Cargo.toml"), "{tested:?}");
    assert_eq!(test(plugin.path(), &["nowhere"]).code, Some(2));
}

fn test(folder: &Path, arguments: &[&str]) -> CommandOutput {
    stratos(folder, [&["test"], arguments].concat())
}

/// A crate without dependencies, which builds quickly and offline.
fn plugin(manifest: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    write("plugin.json", manifest);
    write(
        "Cargo.toml",
        "[package]\nname = \"demo\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n\
         [features]\nfailing = []\nas-process = []\nin-memory = []\n\n[workspace]\n",
    );
    write("src/lib.rs", TESTS);
    for icon in ["icon-light.svg", "icon-dark.svg"] {
        let svg = r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><path d="M0 0h24v24z"/></svg>"#;
        write(&format!("assets/{icon}"), svg);
    }
    folder
}
