//! Every defence has a test that fails without it: `.ci/controls`.
#![cfg(stratos_controls)]

use std::process::Command;

use stratos_tests::Browser;
use stratos_transport::guard::Guard;

/// What notices that a defence is off.
struct Control {
    /// Which together are off: some of them cover for one another.
    guards: &'static [Guard],
    package: &'static str,
    /// The file under `tests`; empty for the crate's own tests.
    file: &'static str,
    test: &'static str,
    needs_browser: bool,
}

#[rustfmt::skip]
const CONTROLS: &[Control] = &[
    control(&[Guard::Gate], "stratos-tests", "gate", "foreign_hosts_origins_and_targets_are_refused_everywhere"),
    control(&[Guard::GiveUp], "stratos-tests", "lives", "a_stop_does_not_wait_for_an_on_start_that_hangs"),
    control(&[Guard::HelloDeadline], "stratos-tests", "lives", "a_plugin_that_does_not_greet_is_given_up"),
    control(&[Guard::StartDeadline], "stratos-tests", "memory", "an_on_start_that_never_returns_has_a_deadline"),
    control(&[Guard::Kill], "stratos-host", "", "launch::life::tests::what_does_not_terminate_is_killed"),
    control(&[Guard::Fence], "stratos-tests", "memory", "a_replaced_generation_cannot_write_any_more"),
    control(&[Guard::Hold], "stratos-tests", "lives", "requests_wait_while_a_plugin_stops_for_its_update"),
    control(&[Guard::Lease], "stratos-tests", "lives", "what_takes_nine_seconds_is_answered_by_the_version_that_took_it"),
    control(&[Guard::Hurry], "stratos-tests", "lives", "a_stop_does_not_wait_for_what_retires"),
    control(&[Guard::Echoes], "stratos-host", "", "reload::echoes::tests::what_each_build_writes_is_not_followed_for_ever"),
    control(&[Guard::ChannelLimit], "stratos-tests", "lives", "a_plugin_has_room_for_1024_channels"),
    control(&[Guard::PrefixLimit], "stratos-tests", "lives", "a_plugin_has_room_for_256_prefixes"),
    control(&[Guard::Host], "stratos-tests", "gate", "foreign_hosts_origins_and_targets_are_refused_everywhere"),
    control(&[Guard::Origin], "stratos-tests", "gate", "foreign_hosts_origins_and_targets_are_refused_everywhere"),
    control(&[Guard::FetchMetadata], "stratos-tests", "gate", "foreign_hosts_origins_and_targets_are_refused_everywhere"),
    control(&[Guard::Path], "stratos-tests", "gate", "foreign_hosts_origins_and_targets_are_refused_everywhere"),
    control(&[Guard::Wire], "stratos-tests", "server", "smuggling::what_is_unclear_is_refused_and_nothing_is_smuggled"),
    control(&[Guard::Token], "stratos-tests", "gate", "the_control_api_needs_its_token"),
    control(&[Guard::ControlOrigin], "stratos-tests", "server", "answers::the_token_counts_in_its_header_only"),
    control(&[Guard::Cors], "stratos-tests", "server", "answers::a_plugin_cannot_open_itself_to_other_origins"),
    control(&[Guard::HeadDeadline], "stratos-host", "", "server::serving::tests::a_head_has_a_deadline"),
    control(&[Guard::Connections], "stratos-host", "", "server::serving::tests::the_number_of_connections_is_bounded"),
    control(&[Guard::GitFetch], "stratos-tests", "check_git", "what_a_repository_lacks_is_not_fetched"),
    control(&[Guard::ScenarioGivesBack], "stratos-tests", "scenario", "every_verb_does_what_it_says"),
    control(&[Guard::FrameLimit], "stratos-tests", "floods", "memory::what_breaks_the_protocol_is_named_and_ends_the_plugin_alone"),
    control(&[Guard::Turns], "stratos-transport", "peers", "who_asks_too_much_at_once_is_slowed_down"),
    control(&[Guard::OwnTurns], "stratos-tests", "floods", "memory::a_plugin_that_writes_much_still_answers"),
    control(&[Guard::Questions], "stratos-tests", "floods", "memory::for_a_plugin_that_never_reads_little_is_kept"),
    control(&[Guard::Backlog], "stratos-host", "", "watching::tests::a_slow_watcher_misses_what_is_too_much_and_is_told_how_much"),
    control(&[Guard::FairBacklog], "stratos-host", "", "watching::tests::a_flood_does_not_push_out_what_neighbours_say"),
    control(&[Guard::LogRate], "stratos-host", "", "log_limit::tests::a_flood_is_thinned_out_and_counted_and_its_last_words_are_heard"),
    control(&[Guard::LogLine], "stratos-host", "", "log_limit::tests::what_is_too_long_or_too_deep_is_cut"),
    control(&[Guard::UiSocket], "stratos-tests", "floods", "memory::for_a_ui_that_does_not_read_little_is_kept_and_in_the_end_nothing"),
    control(&[Guard::Gate], "stratos-tests", "browser", "no_page_reads_a_secret_or_changes_anything").in_a_browser(),
    control(&[Guard::Nonce], "stratos-host", "", "session::greeting::tests::strangers_are_refused_and_do_not_keep_the_plugin_out"),
    control(&[Guard::ProtocolVersion], "stratos-host", "", "session::greeting::tests::a_plugin_of_another_version_or_name_is_told_why"),
    control(&[Guard::OneConnection], "stratos-tests", "faults", "singles::a_nonce_is_good_for_one_connection"),
    control(&[Guard::Strangers], "stratos-host", "", "session::greeting::tests::so_many_strangers_are_listened_to_and_no_more"),
    control(&[Guard::KillGroup, Guard::Escaped], "stratos-tests", "faults", "singles::what_a_plugin_has_started_ends_with_it"),
    // The power cuts of `store_cuts` notice it too, but they need root.
    control(&[Guard::StoreSync], "stratos-tests", "store_kill", "a_killed_writer_loses_no_acknowledged_write"),
    control(&[Guard::StoreFence], "stratos-host", "", "store::values::tests::a_write_that_waited_is_asked_when_it_is_its_turn"),
    control(&[Guard::StoreOwner], "stratos-tests", "store_races", "an_owner_stays_the_owner_when_its_file_is_replaced"),
    control(&[Guard::StoreCheck], "stratos-tests", "store_damage", "a_flipped_byte_harms_nobody_or_is_noticed"),
    control(&[Guard::StoreRescue], "stratos-tests", "store_damage", "what_is_no_store_is_set_aside_as_it_is"),
    control(&[Guard::StoreVersion], "stratos-tests", "store_damage", "a_newer_version_is_refused_and_left_as_it_is"),
    control(&[Guard::HangUp], "stratos-tests", "streaming", "sockets::many_idle_sockets_stay_open_until_their_browser_is_gone"),
    control(&[Guard::PlainText], "stratos-tests", "hostile_text", "everything_that_a_plugin_says_is_shown_as_text"),
    control(&[Guard::Lifeline], "stratos-tests", "lifeline", "the_end_of_its_input_ends_a_plugin_that_blocks_its_runtime"),
    control(&[Guard::ParentDeath], "stratos-tests", "lifeline", "the_death_of_its_parent_ends_a_plugin_whose_input_stays_open"),
    control(&[Guard::Guardian], "stratos-tests", "leftovers", "a_shell_that_is_killed_at_any_moment_leaves_nothing"),
    control(&[Guard::Escaped], "stratos-tests", "faults", "singles::what_has_left_its_group_is_ended_and_named"),
    control(&[Guard::Escaped], "stratos-tests", "faults", "singles::what_has_left_its_group_ends_with_a_shell_that_is_killed"),
    // Each of them alone is enough.
    control(&[Guard::Lifeline, Guard::ParentDeath, Guard::Guardian], "stratos-tests", "leftovers", "plugins_that_block_end_with_their_shell"),
    control(&[Guard::Leftovers], "stratos-tests", "leftovers", "only_what_a_killed_shell_really_left_is_ended_by_the_next"),
    control(&[Guard::StartTime], "stratos-tests", "leftovers", "only_what_a_killed_shell_really_left_is_ended_by_the_next"),
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
        needs_browser: false,
    }
}

#[test]
fn without_its_defence_each_test_fails() {
    for control in CONTROLS {
        let names: Vec<_> = control.guards.iter().map(|guard| guard.name()).collect();
        let name = &names.join(",");
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
        let has_one = CONTROLS
            .iter()
            .any(|control| control.guards.contains(guard));
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
            (false, true) => {
                if without.is_empty() {
                    eprintln!("{said}");
                }
                false
            }
            _ => panic!(
                "`{}` did not run: {said}{}",
                self.test,
                String::from_utf8_lossy(&output.stderr)
            ),
        }
    }
}
