//! Every defence has a test that fails without it: `.ci/controls`.
#![cfg(stratos_controls)]

use std::process::Command;

use stratos_tests::Browser;
use stratos_transport::guard::Guard;

/// What notices that a defence is off.
struct Control {
    guard: Guard,
    package: &'static str,
    /// The file under `tests`; empty for the crate's own tests.
    file: &'static str,
    test: &'static str,
    needs_browser: bool,
}

#[rustfmt::skip]
const CONTROLS: &[Control] = &[
    control(Guard::Gate, "stratos-tests", "gate", "foreign_hosts_origins_and_targets_are_refused_everywhere"),
    control(Guard::Gate, "stratos-tests", "browser", "no_page_reads_a_secret_or_changes_anything").in_a_browser(),
    control(Guard::HangUp, "stratos-tests", "streaming", "sockets::many_idle_sockets_stay_open_until_their_browser_is_gone"),
    control(Guard::PlainText, "stratos-tests", "hostile_text", "everything_that_a_plugin_says_is_shown_as_text"),
];

const fn control(
    guard: Guard,
    package: &'static str,
    file: &'static str,
    test: &'static str,
) -> Control {
    Control {
        guard,
        package,
        file,
        test,
        needs_browser: false,
    }
}

#[test]
fn without_its_defence_each_test_fails() {
    for control in CONTROLS {
        let name = control.guard.name();
        if control.needs_browser && Browser::find().is_none() {
            eprintln!("skipped: there is no Chromium for `{}`", control.test);
            continue;
        }
        assert!(
            control.passes(""),
            "`{}` must pass in a control build",
            control.test
        );
        assert!(
            !control.passes(name),
            "`{}` does not notice that `{name}` is off",
            control.test
        );
        eprintln!("without `{name}`: `{}` fails, as it must", control.test);
    }
}

#[test]
fn every_defence_has_a_control() {
    for guard in Guard::ALL {
        let has_one = CONTROLS.iter().any(|control| control.guard == *guard);
        assert!(has_one, "`{}` has no control", guard.name());
    }
}

impl Control {
    const fn in_a_browser(self) -> Self {
        Self {
            needs_browser: true,
            ..self
        }
    }

    fn passes(&self, without: &str) -> bool {
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args(["test", "--locked", "--quiet", "--package", self.package]);
        match self.file {
            "" => cargo.arg("--lib"),
            file => cargo.args(["--test", file]),
        };
        cargo.args(["--", "--exact", self.test]);
        let output = cargo
            .env("STRATOS_WITHOUT", without)
            .output()
            .expect("cargo runs");
        let said = String::from_utf8_lossy(&output.stdout);
        let has = |verdict: &str| said.contains(&format!("test result: {verdict}. "));
        match (has("ok"), has("FAILED")) {
            (true, false) if said.contains("1 passed") => true,
            (false, true) => false,
            _ => panic!(
                "`{}` did not run: {said}{}",
                self.test,
                String::from_utf8_lossy(&output.stderr)
            ),
        }
    }
}
