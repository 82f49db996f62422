//! Arguments of `cargo stratos run`, in shells that stop at once.

use std::path::Path;

use stratos_tests::{CommandOutput, Plugins, stratos};

use crate::SAMPLE;

/// Runs the plugins in these paths, and stops when they have started.
fn run(folder: &Path, arguments: &[&str]) -> CommandOutput {
    let common = ["run", "--port", "0", "--exit-when-ready"];
    stratos(folder, [&common, arguments].concat())
}

#[test]
fn port_0_is_any_free_port_as_its_error_says() {
    let plugins = Plugins::new(SAMPLE, &["sample"]);
    let started = run(&plugins.root().join("sample"), &[]);
    assert_eq!(started.code, Some(0), "{started:?}");
    for port in ["x", "-1", "65536"] {
        let refused = stratos(plugins.root(), ["run", &format!("--port={port}")]);
        assert_eq!(refused.code, Some(2), "{refused:?}");
        let expected = "a port up to 65535; `auto` and 0 stand for any free one";
        assert!(refused.stderr.contains(expected), "{refused:?}");
    }
}

#[test]
fn a_plugin_that_is_named_twice_is_one_plugin() {
    let plugins = Plugins::new(SAMPLE, &["sample", "other"]);
    let folder = plugins.root().join("sample");
    let several = run(
        &folder,
        &[".", ".", "../sample", "plugin.json", "..", "../other"],
    );
    assert_eq!(several.code, Some(0), "{several:?}");
    for id in ["sample", "other"] {
        let running = format!("{id:<6} running");
        let count = several.stdout.lines().filter(|line| *line == running);
        assert_eq!(count.count(), 1, "{several:?}");
    }
}

#[test]
fn plugins_are_found_at_any_depth_below_a_folder() {
    let plugins = Plugins::new(SAMPLE, &["sample", "other"]);
    let far = plugins.root().join("crew/ground/other");
    std::fs::create_dir_all(far.parent().unwrap()).unwrap();
    std::fs::rename(plugins.root().join("other"), far).unwrap();
    let started = run(plugins.root(), &[]);
    assert_eq!(started.code, Some(0), "{started:?}");
    for id in ["sample", "other"] {
        let running = format!("{id:<6} running\n");
        assert!(started.stdout.contains(&running), "{started:?}");
    }
}

#[test]
fn a_folder_that_does_not_exist_has_the_help_of_check() {
    let folder = tempfile::tempdir().unwrap();
    let [run, check] = ["run", "check"].map(|command| stratos(folder.path(), [command, "nowhere"]));
    for output in [&run, &check] {
        assert_eq!(output.code, Some(2), "{output:?}");
        let begin = "error: there is no file or folder nowhere\nhelp: name a plugin";
        assert!(output.stderr.starts_with(begin), "{output:?}");
    }
}

#[test]
fn a_shell_that_stops_by_itself_does_not_name_the_key_that_stops_it() {
    let plugins = Plugins::new(SAMPLE, &["sample", "fails"]);
    let started = run(&plugins.root().join("sample"), &[]);
    let failed = run(&plugins.root().join("fails"), &[]);
    assert_eq!((started.code, failed.code), (Some(0), Some(1)));
    for output in [&started, &failed] {
        assert!(output.stdout.contains("Mocked Stratos shell"), "{output:?}");
        assert!(!output.stdout.contains("Ctrl-C"), "{output:?}");
    }
    assert!(!started.stdout.contains("Next:"), "{started:?}");
    let next = "Next: fix the errors above, then run this again.\n";
    assert!(failed.stdout.contains(next), "{failed:?}");
}
