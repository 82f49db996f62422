//! Tests of the plugin in a mocked shell, with simulated flights.
//!
//! `STRATOS_TEST_HOST=process cargo test` runs the tests with the plugin as a process. Those with virtual time always run
//! in memory.

use std::time::{Duration, Instant};

use cabin_crew::CabinCrew;
use stratos::flight::Phase;
use stratos::serde_json::{Value, json};
use stratos::testing::{
    Command, FlightCommand, FlightRequest, FlightSetup, ShellVersion, TestShell, TestShellBuilder,
};
use stratos::tokio;
use stratos::tokio::time::sleep;

/// The chimes and announcements of a flight that goes as planned.
const WHOLE_FLIGHT: &str = include_str!("whole-flight.txt");

/// The rest of such a flight from a phase on.
fn whole_flight_from(phase: &str) -> &'static str {
    let begin = WHOLE_FLIGHT.find(&format!("flight    phase {phase}\n"));
    WHOLE_FLIGHT[begin.expect("a phase of it")..].trim_end()
}

fn shell() -> TestShellBuilder {
    TestShell::new(CabinCrew::default).program(env!("CARGO_BIN_EXE_cabin-crew"))
}

/// A shell without waits between announcements, for tests in real time.
fn quick_shell() -> TestShellBuilder {
    shell().config("chime", false).config("pause", 0)
}

fn eddf_lgir() -> FlightSetup {
    FlightSetup::new("EDDF", "LGIR")
}

/// The chimes and announcements so far, between the phases of the flight.
fn announcements(shell: &TestShell) -> String {
    let transcript = shell.transcript();
    let kinds = ["flight ", "sound ", "toast "];
    let lines = transcript
        .lines()
        .filter(|line| kinds.iter().any(|kind| line.starts_with(kind)));
    lines.collect::<Vec<_>>().join("\n")
}

#[tokio::test(start_paused = true)]
async fn a_flight_of_two_hours_has_all_announcements_in_order() {
    let began = Instant::now();
    let shell = shell().in_memory().start().await;
    shell.flight().fly(eddf_lgir()).await;
    assert_eq!(announcements(&shell), WHOLE_FLIGHT.trim_end());
    shell.stop().await.assert_clean();
    println!("wall-clock time: {:?}", began.elapsed());
}

#[tokio::test]
async fn announcements_wait_while_the_flight_is_paused() {
    let shell = quick_shell().start().await;
    let flight = shell.flight();
    flight.start(eddf_lgir()).await;
    shell.log_line("Welcome on board").await;

    flight.pause().await;
    while shell.push::<Value>("queue-update").await["paused"] != true {}
    let posted = shell
        .post("/api/cabin-crew/announce")
        .json(&json!({ "text": "Dinner is served." }))
        .await;
    assert_eq!(posted.status(), 202);
    let queue: Value = shell.get("/api/cabin-crew/queue").await.json();
    let expected = json!({
        "speaking": null, "waiting": [{ "text": "Dinner is served." }], "paused": true,
    });
    assert_eq!(queue, expected);

    flight.resume().await;
    shell.log_line("Dinner is served.").await;
    shell.stop().await.assert_finished();
}

#[tokio::test]
async fn a_simulator_that_is_gone_holds_announcements_and_the_end_removes_them() {
    let shell = quick_shell().start().await;
    let flight = shell.flight();
    flight.start(eddf_lgir()).await;
    shell.log_line("Welcome on board").await;
    flight.disconnect().await;
    while shell.push::<Value>("queue-update").await["paused"] != true {}
    let posted = shell
        .post("/api/cabin-crew/announce")
        .json(&json!("safety"))
        .await;
    assert_eq!(posted.status(), 202);
    flight.end().await;
    let empty = json!({ "speaking": null, "waiting": [], "paused": false });
    while shell.push::<Value>("queue-update").await != empty {}
    assert!(!announcements(&shell).contains("safety"));
}

#[tokio::test(start_paused = true)]
async fn nobody_is_welcomed_in_the_air() {
    let shell = shell().in_memory().start().await;
    let _ = shell.stop().await;
    let cruise = FlightRequest {
        phase: Some(Phase::Cruise),
        ..FlightRequest::simulated(eddf_lgir())
    };
    shell.flight().try_start(cruise).await.unwrap();
    shell.start().await.unwrap();
    shell.flight().ends().await;
    let start = "flight    SKV123 started from EDDF to LGIR";
    let expected = format!("{start}\n{}", whole_flight_from("cruise"));
    assert_eq!(announcements(&shell), expected);
}

#[tokio::test]
async fn an_update_repeats_nothing_and_goes_on() {
    let shell = quick_shell().start().await;
    let flight = shell.flight();
    flight.start(eddf_lgir()).await;
    shell.log_line("Welcome on board").await;
    shell.update().await.unwrap();
    flight.jump_to(Phase::PushBack).await;
    shell.log_line("safety instructions").await;
    let transcript = announcements(&shell);
    assert_eq!(transcript.matches("Welcome").count(), 1, "{transcript}");
}

#[tokio::test(start_paused = true)]
async fn an_update_during_a_go_around_repeats_nothing() {
    let shell = shell().in_memory().start().await;
    let flight = shell.flight();
    flight.start(eddf_lgir()).await;
    flight.jump_to(Phase::Approach).await;
    flight.reaches(Phase::Final).await;
    flight.command(Command::GoAround).await;
    shell.log_line("broken off our approach").await;
    shell.update().await.unwrap();
    flight.ends().await;
    let transcript = announcements(&shell);
    for once in ["seats for landing", "broken off", "Welcome to", "Goodbye"] {
        assert_eq!(transcript.matches(once).count(), 1, "{once}: {transcript}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_end_of_a_flight_removes_all_but_the_farewell() {
    let shell = shell().config("pause", 60).in_memory().start().await;
    let flight = shell.flight();
    flight.start(eddf_lgir()).await;
    shell.log_line("Welcome on board").await;
    // These wait for the pause after the welcome.
    flight.jump_to(Phase::TaxiIn).await;
    flight.jump_to(Phase::Deboarding).await;
    flight.end().await;
    shell.log_line("Goodbye!").await;
    let transcript = announcements(&shell);
    assert!(!transcript.contains("Welcome to LGIR"), "{transcript}");
}

/// All phases of the flight, and its end, reach the plugin at once.
#[tokio::test(start_paused = true)]
async fn a_flight_that_ends_at_once_has_its_farewell() {
    let shell = shell().in_memory().start().await;
    let flight = shell.flight();
    flight.start(eddf_lgir()).await;
    shell.log_line("Welcome on board").await;
    let hours = |hours: u64| FlightCommand::Step(hours * 3_600_000);
    flight.command(hours(5)).await;
    flight.ends().await;
    shell.log_line("Goodbye!").await;
}

#[tokio::test(start_paused = true)]
async fn a_go_around_repeats_nothing_but_is_told() {
    let shell = shell().in_memory().start().await;
    let flight = shell.flight();
    flight.start(eddf_lgir()).await;
    flight.jump_to(Phase::Approach).await;
    flight.reaches(Phase::Final).await;
    flight.command(Command::GoAround).await;
    flight.ends().await;
    let transcript = announcements(&shell);
    let (before, after) = transcript
        .rsplit_once("\nflight    phase final\n")
        .expect("a second approach");
    insta::assert_snapshot!(before, @"
    flight    SKV123 started from EDDF to LGIR
    flight    phase boarding
    flight    phase approach
    sound     cabin-crew: assets/audio/chime.wav
    toast     cabin-crew: info Welcome on board Mock Airline flight SKV123 to LGIR.
    sound     cabin-crew: assets/audio/chime.wav
    toast     cabin-crew: info Cabin crew, please take your seats for landing.
    flight    phase final
    flight    phase go_around
    sound     cabin-crew: assets/audio/chime.wav
    toast     cabin-crew: info We have broken off our approach and will land in a few minutes. Please stay seated.
    flight    phase approach
    ");
    let rest = format!("flight    phase final\n{after}");
    assert_eq!(rest, whole_flight_from("final"));
}

#[tokio::test]
async fn settings_apply_to_the_next_announcement() {
    let shell = quick_shell()
        .config("language", "de")
        .config("airline_name", "Sky Virtual")
        .start()
        .await;
    let flight = shell.flight();
    flight.start(eddf_lgir()).await;
    let welcome = "Willkommen an Bord bei Sky Virtual auf Flug SKV123 nach LGIR.";
    shell.log_line(welcome).await;

    shell.set_config("enabled", false).await;
    flight.jump_to(Phase::PushBack).await;
    shell
        .post("/api/cabin-crew/announce")
        .json(&json!("farewell"))
        .await;
    for _ in 0..2 {
        shell.log_line("announcements are off").await;
    }

    shell.set_config("enabled", true).await;
    shell.set_config("language", "en").await;
    flight.jump_to(Phase::TakeOff).await;
    shell.log_line("seats for take-off").await;
    let transcript = announcements(&shell);
    assert!(!transcript.contains("Sicherheit"), "{transcript}");
}

#[tokio::test]
async fn too_many_and_odd_announcements_are_refused() {
    let shell = quick_shell().start().await;
    shell.flight().start(eddf_lgir()).await;
    shell.log_line("Welcome on board").await;
    shell.flight().pause().await;
    while shell.push::<Value>("queue-update").await["paused"] != true {}
    let announce = async |announcement: Value| {
        let request = shell.post("/api/cabin-crew/announce");
        request.json(&announcement).await.status()
    };
    assert_eq!(announce(json!({ "text": " " })).await, 422);
    assert_eq!(announce(json!({ "text": "x".repeat(201) })).await, 422);
    assert_eq!(announce(json!("dinner")).await, 422);
    for _ in 0..16 {
        assert_eq!(announce(json!("safety")).await, 202);
    }
    assert_eq!(announce(json!("safety")).await, 429);
}

#[tokio::test(start_paused = true)]
async fn the_ui_gets_two_pushes_a_second_at_most() {
    let shell = quick_shell().in_memory().start().await;
    for _ in 0..5 {
        for _ in 0..10 {
            let request = shell.post("/api/cabin-crew/announce");
            assert_eq!(request.json(&json!("safety")).await.status(), 202);
            sleep(Duration::from_millis(100)).await;
        }
    }
    let pushes = shell.transcript().matches("queue-update").count();
    assert!((5..=11).contains(&pushes), "{pushes} pushes in 5 s");
}

#[tokio::test]
async fn a_shell_without_flights_is_told_of() {
    let shell = quick_shell().shell_version(ShellVersion::V1).start().await;
    let line = shell.log_line("no announcements by phase").await;
    let error = line.data.unwrap().to_string();
    assert!(error.contains("`ctx.flight` is not supported"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn the_scenario_holds() {
    let shell = shell().in_memory().start().await;
    shell.play("scenarios/flight.toml").await.assert_held();
}
