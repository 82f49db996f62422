//! Flights in the mocked shell, by commands with a plugin process.

use std::fs;
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use stratos_tests::{Plugins, RunOptions, ShellProcess};

const READER: &str = env!("CARGO_BIN_EXE_frame-reader-plugin");
const RAW: &str = env!("CARGO_BIN_EXE_raw-plugin");
const SAMPLE: &str = env!("CARGO_BIN_EXE_sample-plugin");

fn phase(event: &Value, phase: &str) -> bool {
    event["event"] == "flight" && event["change"]["phase"] == phase
}

/// The numbers of frames that a plugin has read and missed.
fn frames(shell: &ShellProcess, plugin: &str) -> [u64; 2] {
    let answer = shell.call(plugin, "frames", "null");
    serde_json::from_str(&answer.stdout).unwrap()
}

fn status(shell: &ShellProcess) -> Value {
    let status = shell.command(&["flight", "status", "--json"]);
    serde_json::from_str(&status.stdout).unwrap()
}

#[test]
fn a_flight_is_started_commanded_and_ended_by_commands() {
    let plugins = Plugins::new(READER, &["reader"]);
    let mut shell = ShellProcess::start(plugins.root());
    let fails = |shell: &ShellProcess, arguments: &[&str], text: &str| {
        let output = shell.command(&[&["flight"], arguments].concat());
        assert_eq!(output.code, Some(1), "{output:?}");
        assert_eq!(output.stderr.matches(text).count(), 1, "{output:?}");
    };
    fails(
        &shell,
        &["pause"],
        "there is no flight: start one with `cargo stratos flight start EDDF LGIR`",
    );
    fails(&shell, &["record", "/nowhere/x"], "there is no flight");
    fails(
        &shell,
        &["start", "EDDX", "LGIR"],
        "unknown airport `EDDX`: did you mean `EDDF`?",
    );
    fails(
        &shell,
        &["start", "EDDF", "EDDF"],
        "departure and arrival are both EDDF: name two airports",
    );
    fails(
        &shell,
        &["start", "EDDF", "LGIR", "--speed", "601"],
        "speed 601 is out of range",
    );
    fails(
        &shell,
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
    fails(&shell, &["resume"], "the flight is neither paused nor held");
    fails(&shell, &["speed", "601"], "speed 601 is out of range");
    fails(&shell, &["step", "25h"], "a step is at most 24 h long");
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
    let [read, missed] = frames(&shell, "reader");
    assert!(read > 0);
    assert_eq!(missed, 0);
}

#[test]
fn a_plugin_that_sleeps_misses_frames_that_others_read() {
    let plugins = Plugins::new(READER, &["reader", "slow-reader"]);
    let shell = ShellProcess::start(plugins.root());
    let started = shell.command(&["flight", "start", "EDDF", "LGIR", "--phase", "cruise"]);
    assert_eq!(started.code, Some(0), "{started:?}");
    // The sleep is a second after each frame, and there are 20 frames a second.
    let deadline = Instant::now() + Duration::from_secs(30);
    let slow = loop {
        let [read, missed] = frames(&shell, "slow-reader");
        if read >= 3 {
            break [read, missed];
        }
        assert!(Instant::now() < deadline, "{read} frames");
        sleep(Duration::from_millis(100));
    };
    let quick = frames(&shell, "reader");
    assert!(slow[1] > slow[0], "{slow:?}");
    assert!(
        quick[0] > slow[0] && quick[1] < slow[1],
        "{quick:?} {slow:?}"
    );
}

#[test]
fn start_guards_are_asked_and_the_pilot_can_start_anyway() {
    let plugins = Plugins::new(SAMPLE, &["sample-plugin"]);
    let shell = ShellProcess::start(plugins.root());
    let guarded = shell.call("sample-plugin", "guard", "\"The tanks are empty.\"");
    assert_eq!(guarded.code, Some(0), "{guarded:?}");
    let listed = shell.command(&["flight", "list"]);
    assert!(listed.stdout.contains("EDDF Frankfurt"), "{listed:?}");
    let start = ["flight", "start", "EDDF", "LGIR"];
    let refused = shell.command(&start);
    assert_eq!(refused.code, Some(1), "{refused:?}");
    let veto = "plugin `sample-plugin` does not want the flight to start: The tanks are empty; `--anyway` starts the flight in spite of it";
    assert!(refused.stderr.contains(veto), "{refused:?}");
    assert_eq!(status(&shell)["state"]["flight"], json!(null));
    let options = [
        "--anyway",
        "--phase",
        "cruise",
        "--callsign",
        "SKV9",
        "--seed",
        "7",
    ];
    let started = shell.command(&[&start[..], &options].concat());
    assert_eq!(started.code, Some(0), "{started:?}");
    assert!(
        started.stderr.contains("SKV9 EDDF - LGIR: active, cruise"),
        "{started:?}"
    );
    assert_eq!(status(&shell)["guards"], json!(["sample-plugin"]));
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
    let times = text.lines().map(|line| {
        let frame: Value = serde_json::from_str(line).unwrap();
        frame["elapsedMs"].as_u64().unwrap()
    });
    let times: Vec<_> = times.collect();
    assert_eq!(times[0], 0);
    let gaps = times.windows(2).map(|pair| pair[1] - pair[0]);
    assert_eq!(gaps.max(), Some(1000), "a frame each second");
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
    let with_hole = [&lines[..100], &lines[120..]].concat();
    fs::write(&file, with_hole.join("\n")).unwrap();
    let played = shell.command(&["flight", "start", "--recording", path]);
    let hole = "1 hole of over 10 s in the recording";
    assert!(played.stderr.contains(hole), "{played:?}");
    assert_eq!(status(&shell)["holes"], 1);
    assert_eq!(shell.command(&["flight", "end"]).code, Some(0));

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
        &["speed", "1"],
        &["pause"],
        // A pause is no part of the way that is flown again.
        &["step", "3h"],
    ] {
        let output = shell.command(&[&["flight"], arguments].concat());
        assert_eq!(output.code, Some(0), "{output:?}");
    }
    let before = altitude(&shell);
    let flight = |shell: &ShellProcess| status(shell)["state"]["flight"].take();
    let flight_before = flight(&shell);
    // The file is written soon after a command.
    sleep(Duration::from_secs(1));
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
    // Within a minute at most, of the climb of several.
    let climbed = altitude(&shell) - before;
    assert!((0.0..3000.0).contains(&climbed), "{climbed} ft");
    let resumed = flight(&shell);
    for same in ["startedAt", "vaTrackingId", "stratosFlightId"] {
        assert!(!flight_before[same].is_null(), "{same}");
        assert_eq!(resumed[same], flight_before[same], "{same}");
    }
    assert_eq!(shell.command(&["flight", "end"]).code, Some(0));
    let ended = shell.command(&["flight"]);
    assert_eq!(ended.stdout, "no flight\n");
}
