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
    // The power cuts of `store_cuts` notice it too, but they need root.
    control(Guard::StoreSync, "stratos-tests", "store_kill", "a_killed_writer_loses_no_acknowledged_write"),
    control(Guard::StoreFence, "stratos-host", "", "store::values::tests::a_write_that_waited_is_asked_when_it_is_its_turn"),
    control(Guard::StoreOwner, "stratos-tests", "store_races", "an_owner_stays_the_owner_when_its_file_is_replaced"),
    control(Guard::StoreCheck, "stratos-tests", "store_damage", "a_flipped_byte_harms_nobody_or_is_noticed"),
    control(Guard::StoreRescue, "stratos-tests", "store_damage", "what_is_no_store_is_set_aside_as_it_is"),
    control(Guard::StoreVersion, "stratos-tests", "store_damage", "a_newer_version_is_refused_and_left_as_it_is"),
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
