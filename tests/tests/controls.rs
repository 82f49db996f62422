//! Every defence has a test that fails without it: `.ci/controls`.
#![cfg(stratos_controls)]

use std::process::Command;

use stratos_transport::guard::Guard;

/// What notices that a defence is off.
struct Control {
    /// Which together are off: some of them cover for one another.
    guards: &'static [Guard],
    package: &'static str,
    /// The file under `tests`; empty for the crate's own tests.
    file: &'static str,
    test: &'static str,
}

#[rustfmt::skip]
const CONTROLS: &[Control] = &[
    control(&[Guard::Lifeline], "stratos-tests", "lifeline", "the_end_of_its_input_ends_a_plugin_that_blocks_its_runtime"),
    control(&[Guard::ParentDeath], "stratos-tests", "lifeline", "the_death_of_its_parent_ends_a_plugin_whose_input_stays_open"),
    control(&[Guard::Group], "stratos-tests", "leftovers", "what_a_plugin_started_ends_with_it"),
    control(&[Guard::Guardian], "stratos-tests", "leftovers", "a_shell_that_is_killed_at_any_moment_leaves_nothing"),
    // Each of them alone is enough.
    control(&[Guard::Lifeline, Guard::ParentDeath, Guard::Guardian], "stratos-tests", "leftovers", "plugins_that_block_end_with_their_shell"),
    control(&[Guard::Leftovers], "stratos-tests", "leftovers", "only_what_a_killed_shell_really_left_is_ended_by_the_next"),
    control(&[Guard::StartTime], "stratos-tests", "leftovers", "only_what_a_killed_shell_really_left_is_ended_by_the_next"),
    control(&[Guard::Gate], "stratos-tests", "gate", "foreign_hosts_origins_and_targets_are_refused_everywhere"),
];

const fn control(
    guards: &'static [Guard],
    package: &'static str,
    file: &'static str,
    test: &'static str,
) -> Control {
    Control {
        guards,
        package,
        file,
        test,
    }
}

#[test]
fn without_its_defence_each_test_fails() {
    for control in CONTROLS {
        let names: Vec<_> = control.guards.iter().map(|guard| guard.name()).collect();
        let name = &names.join(",");
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
        let has_one = CONTROLS
            .iter()
            .any(|control| control.guards.contains(guard));
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
