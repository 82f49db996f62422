//! Tests of the plugin in a mocked shell, with simulated flights and the mock airline.
//!
//! `STRATOS_TEST_HOST=process cargo test` runs the tests with the plugin as a process.

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use landing_diary::LandingDiary;
use stratos::axum::http::Method;
use stratos::flight::EventCategory;
use stratos::rusqlite::{Connection, Row, TransactionBehavior};
use stratos::serde_json::{Value, json};
use stratos::testing::{
    ControlError, FlightError, FlightRequest, FlightSetup, ShellVersion, TestShell,
    TestShellBuilder,
};
use stratos::tokio;
use tempfile::TempDir;

const LANDINGS: &str = "/api/landing-diary/landings";

fn shell() -> TestShellBuilder {
    TestShell::new(LandingDiary::default).program(env!("CARGO_BIN_EXE_landing-diary"))
}

/// Goes to the runway of Heraklion, in spite of vetoes, lands there with this vertical speed in feet per minute, and ends
/// the flight.
async fn land(shell: &TestShell, rate: f64, bounces: u32) {
    let flight = shell.flight();
    let request = FlightRequest {
        speed: 60,
        anyway: true,
        ..FlightRequest::simulated(FlightSetup::new("EDDF", "LGIR"))
    };
    let started = flight.try_start(request).await;
    started.expect("a flight that no guard is asked about starts");
    flight.land(rate, bounces).await;
    shell.log_line("Landed at LGIR").await;
    shell.log_line("the landing was reported").await;
    flight.end().await;
}

/// The reason of the veto against the next flight, if there is one. A flight that starts is ended.
async fn veto(shell: &TestShell) -> Option<String> {
    let request = FlightRequest::simulated(FlightSetup::new("LGIR", "EDDF"));
    match shell.flight().try_start(request).await {
        Ok(_) => {
            shell.flight().end().await;
            None
        }
        Err(ControlError::Flight(FlightError::Vetoed { mut vetoes })) => {
            vetoes.pop().map(|veto| veto.reason)
        }
        Err(error) => panic!("{error}"),
    }
}

/// The tooltip of the badge, if there is one.
fn badge(shell: &TestShell) -> Option<String> {
    shell.indicator()?.tooltip
}

/// Waits until the badge is gone.
async fn no_badge(shell: &TestShell) {
    while shell.indicator().is_some() {
        tokio::task::yield_now().await;
    }
}

/// The landings in the diary, the latest first, without their times.
async fn landings(shell: &TestShell) -> Vec<Value> {
    let response = shell.get(LANDINGS).await;
    let mut data = response.json::<Value>()["data"].take();
    let landings = data.as_array_mut().expect("a list of landings");
    for landing in landings.iter_mut() {
        assert!(landing["landedAt"].take().as_i64() > Some(0));
    }
    std::mem::take(landings)
}

#[tokio::test]
async fn a_landing_is_in_the_diary_the_flight_log_and_at_the_airline() {
    let shell = shell().start().await;
    land(&shell, -250.0, 1).await;
    let entry = shell
        .expect_log_entry("Landed at LGIR with -250 ft/min")
        .await;
    assert_eq!(entry.category, EventCategory::Landing);
    assert!(entry.message.ends_with(" g, 1 bounce"), "{}", entry.message);
    shell.answer("Gusts from the left").await;
    shell.log_line("the remark is in the diary").await;

    let landings = landings(&shell).await;
    let [landing] = &landings[..] else {
        panic!("{landings:?}")
    };
    for (key, value) in [
        ("id", json!(1)),
        ("departure", json!("EDDF")),
        ("arrival", json!("LGIR")),
        ("rate", json!(-250.0)),
        ("bounces", json!(1)),
        ("remark", json!("Gusts from the left")),
        ("inspected", json!(false)),
    ] {
        assert_eq!(landing[key], value, "{key}");
    }
    assert!(landing["gForce"].as_f64() > Some(1.0), "{landing}");
    let transcript = shell.transcript();
    assert!(
        transcript.contains("landing-diary: POST /api/flights: 201"),
        "{transcript}"
    );
    assert_eq!((shell.indicator(), veto(&shell).await), (None, None));
    shell.stop().await.assert_finished();
}

#[tokio::test]
async fn after_a_hard_landing_no_flight_starts_before_an_inspection() {
    let shell = shell().config("ask_for_remark", false).start().await;
    assert_eq!(veto(&shell).await, None);
    land(&shell, -700.0, 0).await;
    let entry = shell.expect_log_entry("-700 ft/min").await;
    assert_eq!(entry.category, EventCategory::Warning);
    assert!(badge(&shell).unwrap().contains("inspect the aircraft"));

    for (answer, line) in [(false, "was not inspected"), (true, "was inspected")] {
        let reason = veto(&shell).await.unwrap();
        assert!(
            reason.contains("Landed at LGIR with -700 ft/min"),
            "{reason}"
        );
        shell.answer(answer).await;
        shell.log_line(line).await;
    }
    assert_eq!(veto(&shell).await, None);
    assert_eq!(landings(&shell).await[0]["inspected"], true);
    no_badge(&shell).await;
}

#[tokio::test]
async fn a_soft_landing_does_not_replace_the_inspection() {
    let shell = shell().config("ask_for_remark", false).start().await;
    land(&shell, -700.0, 0).await;
    land(&shell, -200.0, 0).await;
    assert!(badge(&shell).unwrap().contains("-700 ft/min"));
    assert!(veto(&shell).await.unwrap().contains("-700 ft/min"));
    shell.answer(true).await;
    no_badge(&shell).await;
    assert_eq!(veto(&shell).await, None);
}

#[tokio::test]
async fn an_answer_counts_for_the_landing_that_it_is_about_and_those_before() {
    let shell = shell().config("ask_for_remark", false).start().await;
    land(&shell, -700.0, 0).await;
    land(&shell, -800.0, 0).await;
    assert!(veto(&shell).await.is_some());
    shell.expect_dialog("-800 ft/min").await;
    land(&shell, -900.0, 0).await;
    shell.answer(true).await;
    shell.log_line("was inspected").await;
    let reason = veto(&shell).await.unwrap();
    assert!(reason.contains("-900 ft/min"), "{reason}");
    assert!(badge(&shell).unwrap().contains("-900 ft/min"));

    shell.answer(true).await;
    no_badge(&shell).await;
    assert_eq!(veto(&shell).await, None);
}

#[tokio::test]
async fn the_badge_is_there_after_a_restart_of_the_shell() {
    let state = tempfile::tempdir().unwrap();
    let first = shell().state_folder(state.path()).start().await;
    land(&first, -700.0, 0).await;
    drop(first);
    let shell = shell().state_folder(state.path()).start().await;
    assert!(badge(&shell).unwrap().contains("-700 ft/min"));
    assert!(veto(&shell).await.is_some());
}

#[tokio::test]
async fn the_pilot_sets_what_a_hard_landing_is() {
    let shell = shell().config("hard_landing", 200).start().await;
    land(&shell, -250.0, 0).await;
    assert!(veto(&shell).await.is_some());
    shell.set_config("hard_landing", 300).await;
    assert_eq!((veto(&shell).await, badge(&shell)), (None, None));
}

#[tokio::test]
async fn landings_can_be_removed() {
    let shell = shell().start().await;
    land(&shell, -700.0, 0).await;
    let remove = async || {
        let request = shell.request(Method::DELETE, &format!("{LANDINGS}/1"));
        request.await.status()
    };
    assert!(badge(&shell).is_some());
    assert_eq!(remove().await, 204);
    assert_eq!(badge(&shell), None);
    assert_eq!(remove().await, 404);
    assert_eq!(landings(&shell).await, Vec::<Value>::new());
    assert_eq!(veto(&shell).await, None);
}

/// The old and the new version have the file open at the same time.
#[tokio::test]
async fn an_update_keeps_the_diary() {
    let shell = shell().start().await;
    land(&shell, -200.0, 0).await;
    shell.update().await.unwrap();
    shell.log_line("on_resume took over").await;
    land(&shell, -300.0, 0).await;
    let rates: Vec<_> = landings(&shell)
        .await
        .iter()
        .map(|landing| landing["rate"].clone())
        .collect();
    assert_eq!(rates, [-300.0, -200.0]);
}

#[tokio::test(start_paused = true)]
async fn a_pilot_may_have_nothing_to_say() {
    let shell = shell().in_memory().start().await;
    land(&shell, -200.0, 0).await;
    shell.expect_dialog("How was the landing?").await;
    tokio::time::sleep(Duration::from_secs(121)).await;
    land(&shell, -200.0, 0).await;
    shell.expect_dialog("How was the landing?").await;
    shell.dismiss().await;
    let landings = landings(&shell).await;
    assert!(landings.iter().all(|landing| landing["remark"].is_null()));
    assert_eq!(landings.len(), 2);
    shell.stop().await.assert_clean();
}

#[tokio::test]
async fn without_a_diary_the_rest_goes_on() {
    let state = tempfile::tempdir().unwrap();
    fs::write(
        diary_file(&state),
        "this is no database, but a text that is long enough",
    )
    .unwrap();
    let shell = shell().state_folder(state.path()).start().await;
    let line = shell.log_line("there is no diary").await;
    let error = line.data.unwrap().to_string();
    assert!(error.contains("file is not a database"), "{error}");
    shell
        .expect_toast("Landings are not kept: the diary cannot be opened")
        .await;

    let response = shell.get(LANDINGS).await;
    assert_eq!(response.status(), 503);
    let error = response.json::<Value>()["error"].to_string();
    assert!(error.contains("file is not a database"), "{error}");
    land(&shell, -700.0, 0).await;
    shell.expect_log_entry("-700 ft/min").await;
    assert_eq!((veto(&shell).await, badge(&shell)), (None, None));
    shell.stop().await.assert_finished();
}

/// As the two versions do during an update.
#[tokio::test]
async fn the_diary_can_be_written_while_another_connection_reads_it() {
    let state = tempfile::tempdir().unwrap();
    let shell = shell().state_folder(state.path()).start().await;
    land(&shell, -200.0, 0).await;
    let other = Connection::open(diary_file(&state)).unwrap();
    let journal_mode = |row: &Row<'_>| row.get::<_, String>(0);
    let mode = other.query_row("PRAGMA journal_mode", [], journal_mode);
    assert_eq!(mode.unwrap(), "wal");
    other.execute_batch("BEGIN").unwrap();
    let count = || {
        let count = |row: &Row<'_>| row.get::<_, i64>(0);
        let rows = other.query_row("SELECT count(*) FROM landing", [], count);
        rows.unwrap()
    };
    assert_eq!(count(), 1);
    shell.update().await.unwrap();
    shell.log_line("on_resume took over").await;
    land(&shell, -300.0, 0).await;
    assert_eq!(landings(&shell).await.len(), 2);
    assert_eq!(count(), 1, "the reader has the state of its begin");
}

#[tokio::test]
async fn a_landing_waits_for_another_connection_that_writes() {
    let state = tempfile::tempdir().unwrap();
    let shell = shell().state_folder(state.path()).start().await;
    let mut other = Connection::open(diary_file(&state)).unwrap();
    let writes = other.transaction_with_behavior(TransactionBehavior::Immediate);
    let writes = writes.unwrap();
    tokio::join!(land(&shell, -200.0, 0), async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        writes.commit().unwrap();
    });
    assert_eq!(landings(&shell).await.len(), 1);
}

/// Takes the five seconds for which the SDK waits for a lock.
#[tokio::test]
async fn a_locked_diary_is_an_error_after_a_while() {
    let state = tempfile::tempdir().unwrap();
    let other = Connection::open(diary_file(&state)).unwrap();
    other
        .execute_batch("CREATE TABLE other (id); BEGIN EXCLUSIVE")
        .unwrap();
    let begin = Instant::now();
    let shell = shell().state_folder(state.path()).start().await;
    let line = shell.log_line("there is no diary").await;
    assert!(begin.elapsed() > Duration::from_secs(4), "it has waited");
    let error = line.data.unwrap().to_string();
    assert!(error.contains("database is locked"), "{error}");

    other.execute_batch("COMMIT").unwrap();
    shell.restart().await.unwrap();
    assert_eq!(landings(&shell).await, Vec::<Value>::new());
}

#[tokio::test]
async fn a_shell_without_databases_is_told_of() {
    let shell = shell().shell_version(ShellVersion::V1).start().await;
    let line = shell.log_line("there is no diary").await;
    let error = line.data.unwrap().to_string();
    assert!(error.contains("`ctx.database` is not supported"), "{error}");
    assert_eq!(shell.get(LANDINGS).await.status(), 503);
}

/// Path of the diary in a state folder, whose folder is created.
fn diary_file(state: &TempDir) -> PathBuf {
    let folder = state.path().join("data/landing-diary");
    fs::create_dir_all(&folder).expect("it is there");
    folder.join("diary.db")
}

#[tokio::test]
async fn the_scenario_holds() {
    let shell = shell().start().await;
    shell
        .play("scenarios/hard-landing.toml")
        .await
        .assert_held();
}
