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
    control(Guard::FrameLimit, "stratos-tests", "floods", "memory::what_breaks_the_protocol_is_named_and_ends_the_plugin_alone"),
    control(Guard::Turns, "stratos-transport", "peers", "who_asks_too_much_at_once_is_slowed_down"),
    control(Guard::OwnTurns, "stratos-tests", "floods", "memory::a_plugin_that_writes_much_still_answers"),
    control(Guard::Questions, "stratos-tests", "floods", "memory::for_a_plugin_that_never_reads_little_is_kept"),
    control(Guard::Backlog, "stratos-host", "", "watching::tests::a_slow_watcher_misses_what_is_too_much_and_is_told_how_much"),
    control(Guard::FairBacklog, "stratos-host", "", "watching::tests::a_flood_does_not_push_out_what_neighbours_say"),
    control(Guard::LogRate, "stratos-host", "", "log_limit::tests::a_flood_is_thinned_out_and_counted_and_its_last_words_are_heard"),
    control(Guard::LogLine, "stratos-host", "", "log_limit::tests::what_is_too_long_or_too_deep_is_cut"),
    control(Guard::UiSocket, "stratos-tests", "floods", "memory::for_a_ui_that_does_not_read_little_is_kept_and_in_the_end_nothing"),
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
