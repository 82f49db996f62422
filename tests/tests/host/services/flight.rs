//! Flights in the mocked shell, by commands with a plugin process.

use std::fs;
use std::time::Duration;

use serde_json::{Value, json};
use stratos_tests::{Plugins, RunOptions, ShellProcess};

const READER: &str = env!("CARGO_BIN_EXE_frame-reader-plugin");
const RAW: &str = env!("CARGO_BIN_EXE_raw-plugin");

fn phase(event: &Value, phase: &str) -> bool {
    event["event"] == "flight" && event["change"]["phase"] == phase
}

fn status(shell: &ShellProcess) -> Value {
    let status = shell.command(&["flight", "status", "--json"]);
    serde_json::from_str(&status.stdout).unwrap()
}

#[test]
fn a_flight_is_started_commanded_and_ended_by_commands() {
    let plugins = Plugins::new(READER, &["reader"]);
    let mut shell = ShellProcess::start(plugins.root());
    let fails = |arguments: &[&str], text: &str| {
        let output = shell.command(&[&["flight"], arguments].concat());
        assert_eq!(output.code, Some(1), "{output:?}");
        assert!(output.stderr.contains(text), "{output:?}");
    };
    fails(
        &["pause"],
        "there is no flight: start one with `cargo stratos flight start EDDF LGIR`",
    );
    fails(&["record", "/nowhere/x"], "there is no flight");
    fails(
        &["start", "EDDX", "LGIR"],
        "unknown airport `EDDX`: did you mean `EDDF`?",
    );
    fails(
        &["start", "EDDF", "EDDF"],
        "departure and arrival are both EDDF: name two airports",
    );
    fails(
        &["start", "EDDF", "LGIR", "--speed", "601"],
        "speed 601 is out of range",
    );
    fails(
        &["start", "EDDF", "LGIR", "--cruise-level", "999"],
        "cruise level 999 is none that a narrow-body flies at",
    );

    let started = shell.command(&[
        "flight",
        "start",
        "eddf",
        "lgir",
        "--callsign",
        "SKV7",
        "--speed",
        "600",
    ]);
    assert!(
        started
            .stderr
            .contains("SKV7 EDDF - LGIR: active, boarding"),
        "{started:?}"
    );
    let again = shell.command(&["flight", "start", "EDDF", "LGIR"]);
    assert!(
        again.stderr.contains("there is a flight already, SKV7"),
        "{again:?}"
    );
    shell.wait_for(|event| phase(event, "climb"));
    for (arguments, text) in [
        (&["pause"][..], "paused"),
        (&["resume"], "active"),
        (&["phase", "cruise"], "cruise"),
        (&["disconnect"], "the simulator is gone"),
        (&["reconnect"], "kt over ground"),
        (&["step", "10s"], "held"),
        (&["land", "--rate", "-350", "--bounces", "1"], "final"),
        (&["resume"], "active"),
    ] {
        let output = shell.command(&[&["flight"], arguments].concat());
        assert_eq!(output.code, Some(0), "{output:?}");
        assert!(output.stderr.contains(text), "{arguments:?}: {output:?}");
    }
    let landing = |event: &Value, kind: &str| event["change"]["kind"] == kind;
    let touchdown = shell.wait_for(|event| landing(event, "touchdown"));
    assert_eq!(touchdown["change"]["rate"], -350.0);
    shell.wait_for(|event| landing(event, "bounce"));
    shell.wait_for(|event| landing(event, "settled"));
    let report: Value =
        serde_json::from_str(&shell.get("/api/simulator/landing-analysis/snapshot").body).unwrap();
    assert_eq!(report["data"]["landingRate"], -350.0);
    assert_eq!(shell.get("/api/flight-events").body, r#"{"data":[]}"#);
    shell.wait_for(|event| event["change"]["name"] == "ended");
    assert_eq!(status(&shell)["state"]["flight"], json!(null));
    let [read, missed]: [u64; 2] =
        serde_json::from_str(&shell.call("reader", "frames", "null").stdout).unwrap();
    assert!(read > 0);
    assert_eq!(missed, 0);
}

#[test]
fn a_recorded_flight_plays_as_it_was_flown() {
    let plugins = Plugins::new(RAW, &["demo"]);
    let mut shell = ShellProcess::start(plugins.root());
    let file = plugins.root().join("a flight.jsonl");
    let path = file.to_str().unwrap();
    let phases = |shell: &mut ShellProcess| {
        shell.wait_for(|event| event["change"]["name"] == "ended");
        let events = shell.events.drain(..);
        let phases = events.filter(|event| event["change"]["name"] == "phase");
        phases
            .map(|event| event["change"]["phase"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let started = shell.command(&["flight", "start", "EDDF", "EDDM", "--speed", "600"]);
    assert_eq!(started.code, Some(0), "{started:?}");
    let recorded = shell.command(&["flight", "record", path]);
    assert_eq!(recorded.code, Some(0), "{recorded:?}");
    let flown = phases(&mut shell);
    let text = fs::read_to_string(&file).unwrap();
    let first: Value = serde_json::from_str(text.lines().next().unwrap()).unwrap();
    assert_eq!(first["elapsedMs"], 0);
    let exists = shell.command(&["flight", "start", "EDDF", "EDDM"]);
    assert_eq!(exists.code, Some(0));
    let again = shell.command(&["flight", "record", path]);
    assert!(
        again.stderr.contains("cannot use the recording"),
        "{again:?}"
    );
    assert_eq!(
        fs::read_to_string(&file).unwrap(),
        text,
        "an existing file is not overwritten"
    );
    assert_eq!(shell.command(&["flight", "end"]).code, Some(0));
    shell.wait_for(|event| event["change"]["name"] == "ended");
    shell.events.clear();

    let played = shell.command(&["flight", "start", "--recording", path, "--speed", "600"]);
    assert!(played.stderr.contains("recording "), "{played:?}");
    assert_eq!(phases(&mut shell), flown);

    let lines: Vec<_> = text.lines().collect();
    let wrong_order = format!("{}\n{}\n", lines[5], lines[2]);
    fs::write(&file, wrong_order).unwrap();
    let refused = shell.command(&["flight", "start", "--recording", path]);
    assert_eq!(refused.code, Some(1), "{refused:?}");
    assert!(refused.stderr.contains("a flight.jsonl:2:"), "{refused:?}");
    fs::write(&file, "{\n").unwrap();
    let refused = shell.command(&["flight", "start", "--recording", path]);
    assert!(refused.stderr.contains("a flight.jsonl:1:"), "{refused:?}");
}

#[test]
fn a_flight_goes_on_after_the_shell_was_killed() {
    let plugins = Plugins::new(RAW, &["demo"]);
    let mut shell = ShellProcess::start(plugins.root());
    let started = shell.command(&["flight", "start", "EDDF", "LGIR", "--speed", "600"]);
    assert_eq!(started.code, Some(0), "{started:?}");
    shell.wait_for(|event| phase(event, "cruise"));
    let altitude = |shell: &ShellProcess| {
        let altitude = &status(shell)["snapshot"]["data"]["altitude"];
        altitude.as_f64().unwrap()
    };
    for arguments in [
        &["phase", "climb"][..],
        &["step", "5m"],
        &["pause"],
        // A pause is no part of the way that is flown again.
        &["step", "3h"],
    ] {
        let output = shell.command(&[&["flight"], arguments].concat());
        assert_eq!(output.code, Some(0), "{output:?}");
    }
    let before = altitude(&shell);
    // The file is written soon after a command.
    std::thread::sleep(Duration::from_secs(1));
    shell.kill();

    let mut shell = ShellProcess::start_with(plugins.root(), RunOptions::default());
    let found = shell.command(&["flight"]);
    assert!(
        found.stdout.contains(
            "no flight; that of an earlier run goes on with `cargo stratos flight resume`"
        ),
        "{found:?}"
    );
    let resumed = shell.command(&["flight", "resume"]);
    assert!(
        resumed.stderr.contains("active, climb after"),
        "{resumed:?}"
    );
    shell.wait_for(|event| phase(event, "climb"));
    // At 600 times real time, the climb goes on at once.
    let altitude = altitude(&shell);
    assert!(altitude >= before, "{altitude} ft after {before} ft");
    assert_eq!(shell.command(&["flight", "end"]).code, Some(0));
    let ended = shell.command(&["flight"]);
    assert_eq!(ended.stdout, "no flight\n");
}
