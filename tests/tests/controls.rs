//! Every defence has a test that fails without it: `.ci/controls`.
#![cfg(stratos_controls)]

use std::process::Command;

use stratos_transport::guard::Guard;

/// What notices that a defence is off.
struct Control {
    guard: Guard,
    package: &'static str,
    /// The file under `tests`; empty for the crate's own tests.
    file: &'static str,
    test: &'static str,
}

#[rustfmt::skip]
const CONTROLS: &[Control] = &[
    control(Guard::Gate, "stratos-tests", "gate", "foreign_hosts_origins_and_targets_are_refused_everywhere"),
    control(Guard::Nonce, "stratos-host", "", "session::greeting::tests::strangers_are_refused_and_do_not_keep_the_plugin_out"),
    control(Guard::ProtocolVersion, "stratos-host", "", "session::greeting::tests::a_plugin_of_another_version_or_name_is_told_why"),
    control(Guard::OneConnection, "stratos-tests", "faults", "singles::a_nonce_is_good_for_one_connection"),
    control(Guard::Strangers, "stratos-host", "", "session::greeting::tests::so_many_strangers_are_listened_to_and_no_more"),
    control(Guard::KillGroup, "stratos-tests", "faults", "singles::what_a_plugin_has_started_ends_with_it"),
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
    }
}

#[test]
fn without_its_defence_each_test_fails() {
    for control in CONTROLS {
        let name = control.guard.name();
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
