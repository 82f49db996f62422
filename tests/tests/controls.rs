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
    control(Guard::GiveUp, "stratos-tests", "lives", "a_stop_does_not_wait_for_an_on_start_that_hangs"),
    control(Guard::HelloDeadline, "stratos-tests", "lives", "a_plugin_that_does_not_greet_is_given_up"),
    control(Guard::StartDeadline, "stratos-tests", "memory", "an_on_start_that_never_returns_has_a_deadline"),
    control(Guard::Kill, "stratos-host", "", "launch::life::tests::what_does_not_terminate_is_killed"),
    control(Guard::Fence, "stratos-tests", "memory", "a_replaced_generation_cannot_write_any_more"),
    control(Guard::Hold, "stratos-tests", "lives", "requests_wait_while_a_plugin_stops_for_its_update"),
    control(Guard::Lease, "stratos-tests", "lives", "what_takes_nine_seconds_is_answered_by_the_version_that_took_it"),
    control(Guard::Hurry, "stratos-tests", "lives", "a_stop_does_not_wait_for_what_retires"),
    control(Guard::Echoes, "stratos-host", "", "reload::echoes::tests::what_each_build_writes_is_not_followed_for_ever"),
    control(Guard::ChannelLimit, "stratos-tests", "lives", "a_plugin_has_room_for_1024_channels"),
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
            "" => cargo.args(["--lib", "--all-features"]),
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
