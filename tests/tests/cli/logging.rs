//! Log messages of `cargo stratos`: `--verbose` and `STRATOS_LOG`.

use std::path::Path;
use std::process::{Command, Output};

use stratos_tests::{ICON, MANIFEST, cargo_stratos, folder};

#[test]
fn log_messages_are_written_to_stderr_and_are_off_by_default() {
    let folder = folder(&[("plugin.json", MANIFEST), ("icon.svg", ICON)]);
    let plain = check(folder.path(), None, &[]);
    assert!(plain.stderr.is_empty(), "{plain:?}");
    for (filter, options) in [(Some("debug"), &[][..]), (None, &["-vv"])] {
        let logged = check(folder.path(), filter, options);
        assert_eq!(logged.status.code(), Some(0), "{logged:?}");
        assert_eq!(logged.stdout, plain.stdout);
        let messages = String::from_utf8(logged.stderr).unwrap();
        assert!(messages.contains("found manifest"), "{messages}");
    }
    let logged = check(folder.path(), Some("stratos_host=debug"), &["-vv"]);
    assert!(logged.stderr.is_empty(), "STRATOS_LOG wins: {logged:?}");
}

#[test]
fn a_mistyped_log_filter_is_a_usage_error() {
    let folder = folder(&[("plugin.json", MANIFEST), ("icon.svg", ICON)]);
    for filter in ["debgu", "stratos_host=debgu"] {
        let refused = check(folder.path(), Some(filter), &[]);
        assert_eq!(refused.status.code(), Some(2), "{refused:?}");
        assert!(refused.stdout.is_empty(), "{refused:?}");
        let message = String::from_utf8(refused.stderr).unwrap();
        assert!(
            message.starts_with("error: STRATOS_LOG is not a log filter")
                && message.contains("help: "),
            "{message}"
        );
    }
}

fn check(folder: &Path, filter: Option<&str>, options: &[&str]) -> Output {
    let mut command = Command::new(cargo_stratos());
    command
        .arg("check")
        .args(options)
        .current_dir(folder)
        .env("NO_COLOR", "1")
        .env_remove("STRATOS_LOG");
    if let Some(filter) = filter {
        command.env("STRATOS_LOG", filter);
    }
    command.output().expect("cargo-stratos runs")
}
