//! Changes of the login while plugins run.

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use stratos_tests::{Plugins, ShellProcess};

use crate::SAMPLE;

#[test]
fn a_plugin_that_does_not_acknowledge_the_login_is_named() {
    let plugins = Plugins::new(SAMPLE, &["sample", "suspended"]);
    let shell = ShellProcess::start(plugins.root());
    let signed_out = shell.command(&["auth", "signed-out"]);
    assert_eq!(
        signed_out.stderr,
        "the persona is now signed-out; all running plugins have acknowledged it\n"
    );
    assert_eq!(signed_out.code, Some(0));
    assert_eq!(shell.command(&["stop", "sample"]).code, Some(0));
    assert_eq!(shell.command(&["stop", "suspended"]).code, Some(0));
    let alone = shell.command(&["auth", "signed-out"]);
    let expected = "the persona is now signed-out; no plugin is running\n";
    assert_eq!(alone.stderr, expected);
    assert_eq!(shell.command(&["start", "sample"]).code, Some(0));
    assert_eq!(shell.command(&["start", "suspended"]).code, Some(0));

    let pid = shell.control().plugin("suspended").pid.unwrap();
    let pid = Pid::from_raw(pid.try_into().unwrap()).unwrap();
    kill_process(pid, Signal::STOP).unwrap();
    let signed_in = shell.command(&["auth", "signed-in"]);
    assert_eq!(
        signed_in.stderr,
        "error: the login is changed, but it was not acknowledged by suspended: the plugin may be blocked or suspended\n"
    );
    assert_eq!(signed_in.code, Some(1));
    kill_process(pid, Signal::CONT).unwrap();
    for plugin in ["sample", "suspended"] {
        let login: Value =
            serde_json::from_str(&shell.call(plugin, "login", "null").stdout).unwrap();
        assert_eq!(login["authenticated"], json!(true), "{plugin}");
    }
}
