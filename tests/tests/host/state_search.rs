//! Commands that find the running shell by its state folder.

use std::path::Path;

use stratos_tests::{Plugins, RunOptions, ShellProcess, stratos};

use crate::SAMPLE;

/// Starts a shell with its default state folder.
fn start(plugins: &Plugins, id: &str) -> ShellProcess {
    let folder = plugins.root().join(id);
    let options = RunOptions {
        state: Some(folder.join(".stratos")),
        ..RunOptions::default()
    };
    ShellProcess::start_with(&folder, options)
}

#[test]
fn the_only_shell_in_a_subfolder_is_found() {
    let plugins = Plugins::new(SAMPLE, &["one", "two"]);
    let one = start(&plugins, "one");
    let listed = stratos(plugins.root(), ["ps"]);
    assert_eq!(listed.code, Some(0), "{listed:?}");
    assert!(
        listed.stdout.starts_with("one 1.0.0  running"),
        "{listed:?}"
    );
    let stored = stratos(plugins.root(), ["config", "get", "one", "starts"]);
    assert_eq!(stored.stdout, "1\n", "{stored:?}");

    let two = start(&plugins, "two");
    let ambiguous = stratos(plugins.root(), ["ps"]);
    assert_eq!(ambiguous.code, Some(2), "{ambiguous:?}");
    let [first, second] =
        ["one", "two"].map(|id| Path::new(id).join(".stratos").display().to_string());
    let expected = format!(
        "error: there are several state folders below this folder: {first}, {second}\n\
         help: name one of them with `--state DIR`\n"
    );
    assert_eq!(ambiguous.stderr, expected);
    let below = stratos(&plugins.root().join("two/background"), ["ps"]);
    assert!(below.stdout.starts_with("two 1.0.0  running"), "{below:?}");
    drop((one, two));
}
