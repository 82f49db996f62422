//! Steps of scenarios about the flight, the pilot and the airline, in virtual time.

use serde_json::Value;
use stratos::testing::{FlightSetup, ScenarioOutcome, ShellVersion, TestShell};
use stratos_host::scenario::Scenario;
use stratos_tests::sample;

/// Every verb and expectation of flights, dialogs, prompts and the airline.
const WHOLE: &str = r#"
name = "A flight with everything"
plugin = "good"

[[step]]
do = "invoke"
channel = "guard"
payload = "The tanks are empty."
[[step]]
do = "fly"
from = "EDDF"
to = "LGIR"
fails = "The tanks are empty"
[[step]]
do = "fly"
from = "EDDF"
to = "LGIR"
callsign = "SKV7"
cruise-level = 310
aircraft = "narrow-body"
seed = 7
speed = 60
anyway = true
[[step]]
do = "expect"
phase = "boarding"
[[step]]
do = "reach"
phase = "taxi"
[[step]]
do = "jump"
phase = "take_off"
[[step]]
do = "reject-take-off"
[[step]]
do = "reach"
phase = "rejected_take_off"
[[step]]
do = "jump"
phase = "cruise"
[[step]]
do = "expect"
phase = "cruise"
[[step]]
do = "pause-flight"
[[step]]
do = "resume-flight"
[[step]]
do = "flight-speed"
speed = 1
[[step]]
do = "simulator-gone"
for = "1m"
[[step]]
do = "simulator-gone"
fails = "the simulator is disconnected"
[[step]]
after = "2m"
do = "simulator-gone"
[[step]]
do = "simulator-back"
[[step]]
do = "jump"
phase = "final"
[[step]]
do = "go-around"
[[step]]
do = "reach"
phase = "go_around"
[[step]]
do = "land"
rate = -350
g = 1.6
bounces = 1
[[step]]
do = "expect"
landing = "touchdown"
rate = [-351, -349]
within = "1m"
[[step]]
do = "expect"
landing = "bounce"
within = "1m"
[[step]]
do = "expect"
landing = "settled"
within = "1m"

[[step]]
do = "invoke"
channel = "flight-log-add"
payload = { category = "LANDING", condition = "HARD", message = "A hard landing" }
[[step]]
do = "expect"
log-entry = "hard landing"
condition = "HARD"
[[step]]
do = "invoke"
channel = "toast"
payload = ["warning", "Low fuel"]
[[step]]
do = "expect"
toast = "fuel"
kind = "warning"
[[step]]
do = "invoke"
channel = "play-sound"
[[step]]
do = "expect"
sound = "notification"
[[step]]
do = "invoke"
channel = "play-sound"
payload = "chime"
[[step]]
do = "expect"
sound = "chime"
[[step]]
do = "expect"
indicator = "none"
[[step]]
do = "invoke"
channel = "indicator-set"
payload = { warning = true, tooltip = "1 hard landing" }
[[step]]
do = "expect"
indicator = "warning"
[[step]]
do = "invoke"
channel = "indicator-clear"
[[step]]
do = "expect"
indicator = "none"

[[step]]
do = "invoke"
channel = "prompt-number"
payload = { title = "Diary", text = "How many stars?" }
[[step]]
do = "expect"
dialog = "stars"
[[step]]
do = "answer"
value = 6
fails = "it takes a number from 1 to 5"
[[step]]
do = "answer"
value = 4
[[step]]
do = "expect"
push = "answered"
payload = 4
[[step]]
do = "invoke"
channel = "confirm"
payload = { title = "Diary", text = "Keep it?" }
[[step]]
do = "dismiss"
[[step]]
do = "expect"
push = "answered"
payload = false

[[step]]
do = "expire-airline-token"
[[step]]
do = "invoke"
channel = "airline-get"
payload = "/api/bids"
[[step]]
do = "airline-fails"
status = 503
for = "1m"
[[step]]
do = "invoke"
channel = "airline-get"
payload = "/api/bids"
answer = { status = 503 }
[[step]]
after = "1m1s"
do = "airline-fails"
[[step]]
do = "invoke"
channel = "airline-get"
payload = "/api/bids"
fails = "does not accept connections (injected fault)"
[[step]]
do = "airline-works"
[[step]]
do = "invoke"
channel = "airline-post"
payload = ["/api/flights", { callsign = "SKV7" }]
[[step]]
do = "crash"
[[step]]
do = "end-flight"
[[step]]
do = "reach"
phase = "deboarding"
fails = "there is no flight that could reach it"
"#;

#[tokio::test(start_paused = true)]
async fn mistakes_in_steps_of_flights_get_suggestions() {
    for (step, expected) in [
        (
            "do = \"fly\"\nfrom = \"EDFD\"\nto = \"LGIR\"",
            "scenario:3:8: no departure: unknown airport `EDFD`: did you mean `EDDF`?",
        ),
        (
            "do = \"fly\"\nfrom = \"EDDF\"\nto = \"EDDF\"",
            "scenario:4:6: departure and arrival are both EDDF: name two airports",
        ),
        (
            "do = \"fly\"\nfrom = \"EDDF\"\nto = \"LGIR\"\naircraft = \"narow-body\"",
            "scenario:5:12: there is no aircraft class `narow-body`: did you mean `narrow-body`?",
        ),
        (
            "do = \"fly\"\nfrom = \"EDDF\"\nto = \"LGIR\"\nspeed = 601",
            "scenario:5:9: `speed` must be a number from 1 to 600",
        ),
        (
            "do = \"jump\"\nphase = \"holding\"",
            "scenario:3:9: there is no phase `holding`; there are boarding, push_back",
        ),
        (
            "do = \"jump\"\nphase = \"cruse\"",
            "scenario:3:9: there is no phase `cruse`: did you mean `cruise`?",
        ),
        (
            "do = \"land\"\nrate = -5000",
            "scenario:2:6: landing rate -5000 is out of range: -2000 to -20 ft/min",
        ),
        (
            "do = \"expect\"\ntoast = \"x\"\nkind = \"warn\"",
            "scenario:4:8: there is no kind of toast `warn`",
        ),
        (
            "do = \"expect\"\ntoast = \"x\"\nkind = \"warnin\"",
            "scenario:4:8: there is no kind of toast `warnin`: did you mean `warning`?",
        ),
        (
            "do = \"expect\"\nindicator = \"non\"",
            "scenario:3:13: there is no indicator `non`: did you mean `none`?",
        ),
        (
            "do = \"expect\"\nlanding = \"touchdwn\"",
            "scenario:3:11: there is no landing event `touchdwn`: did you mean `touchdown`?",
        ),
        (
            "do = \"expect\"\nlanding = \"touchdown\"\nrate = [-200, -600]",
            "scenario:4:8: `rate` must be two numbers, the smaller one first, such as `[-600, -200]`",
        ),
        (
            "do = \"expect\"\nsound = \"x\"\nkind = \"info\"",
            "scenario:4:8: `kind` is allowed only together with `toast`",
        ),
        (
            "do = \"dismis\"",
            "scenario:2:6: there is no verb `dismis`: did you mean `dismiss`?",
        ),
    ] {
        let errors = errors_of(&format!("[[step]]\n{step}\n"));
        assert!(errors.starts_with(expected), "{errors}");
    }
}

/// The errors of a scenario for the plugin `good`.
fn errors_of(text: &str) -> String {
    let ids = ["good".to_owned()];
    let error = Scenario::parse_and_bind("scenario", text, &ids);
    error.unwrap_err().to_string()
}

#[tokio::test(start_paused = true)]
async fn a_scenario_flies_answers_and_expects_what_plugins_show() {
    let shell = TestShell::new(|| sample("good")).in_memory().start().await;
    shell.play_str(WHOLE).await.assert_held();
    let transcript = shell.transcript();
    for line in [
        "guard     good: vetoes the start: The tanks are empty.",
        "flight    SKV7 started from EDDF to LGIR",
        "flight    touchdown at -350 ft/min",
        "log-entry good: added log-1: LANDING HARD: A hard landing",
        "toast     good: warning Low fuel",
        "sound     good: notification",
        "indicator good: warning 1 hard landing",
        "indicator good: removed",
        "dialog    good: number Diary: How many stars?",
        "dialog    good: number Diary closed with 4 (answered)",
        "dialog    good: confirm Diary closed with false (dismissed)",
        "airline   good: GET /api/bids: 503",
    ] {
        assert!(transcript.contains(line), "`{line}` is not in {transcript}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_scenario_ends_the_flight_that_it_started_and_its_faults() {
    let shell = TestShell::new(|| sample("good")).in_memory().start().await;
    let fly = "[[step]]\ndo = \"fly\"\nfrom = \"EDDF\"\nto = \"LGIR\"\n";
    let gone = "[[step]]\ndo = \"simulator-gone\"\n[[step]]\ndo = \"airline-fails\"\n";
    shell.play_str(fly).await.assert_held();
    assert!(shell.flight().info().state.flight.is_none());
    let setup = FlightSetup::new("EDDF", "LGIR");
    shell.flight().start(setup).await;
    shell.play_str(gone).await.assert_held();
    let state = shell.flight().info().state;
    assert!(state.flight.is_some(), "it is not the scenario's");
    assert!(!state.sim_disconnected);
    let bids: Value = shell.invoke("airline-get", "/api/bids").await.unwrap();
    assert_eq!(bids["status"], 200);
    let refused = shell.play_str(fly).await;
    assert!(!refused.held());
    assert!(shell.flight().info().state.flight.is_some());
}

#[tokio::test(start_paused = true)]
async fn failed_expectations_of_services_say_what_was_there_instead() {
    let shell = TestShell::new(|| sample("good")).in_memory().start().await;
    let invoke = |channel: &str, payload: &str| {
        format!("[[step]]\ndo = \"invoke\"\nchannel = \"{channel}\"\npayload = {payload}\n")
    };
    let expect = |what: &str| format!("[[step]]\ndo = \"expect\"\n{what}\n");
    let fly = "[[step]]\ndo = \"fly\"\nfrom = \"EDDF\"\nto = \"LGIR\"\n".to_owned();
    let land = "[[step]]\ndo = \"land\"\nrate = -200\n".to_owned();
    let ask = invoke("confirm", "{ title = \"Diary\", text = \"Keep it?\" }");
    let close = "[[step]]\ndo = \"dismiss\"\n".to_owned();
    for (steps, expected) in [
        (
            vec![expect("phase = \"cruise\"")],
            "not within 5s: there is no flight",
        ),
        (
            vec![fly.clone(), expect("phase = \"cruise\"")],
            "not within 5s: the flight is in boarding",
        ),
        (
            vec![
                fly.clone(),
                "[[step]]\ndo = \"reach\"\nphase = \"cruise\"\nwithin = \"1s\"\n".to_owned(),
            ],
            "not within 1s: the flight is in boarding",
        ),
        (
            vec![fly.clone(), expect("landing = \"bounce\"")],
            "not within 5s: there was no event of a landing",
        ),
        (
            vec![
                fly,
                land,
                expect("landing = \"touchdown\"\nrate = [-900, -600]\nwithin = \"1m\""),
            ],
            "not within 1m: there was touchdown at -200 ft/min, settled",
        ),
        (
            vec![expect("toast = \"fuel\"")],
            "not within 5s: no toast was shown",
        ),
        (
            vec![
                invoke("toast", "[\"info\", \"Hello\"]"),
                expect("toast = \"Hello\"\nkind = \"error\""),
            ],
            "not within 5s: the plugin showed info \"Hello\"",
        ),
        (
            vec![
                invoke("play-sound", "\"gong\""),
                expect("sound = \"chime\""),
            ],
            "not within 5s: the plugin played gong",
        ),
        (
            vec![expect("indicator = \"warning\"")],
            "not within 5s: the plugin has no indicator",
        ),
        (
            vec![expect("log-entry = \"x\"")],
            "not within 5s: the flight log has no new entry of the plugin",
        ),
        (
            vec![expect("dialog = \"x\"")],
            "not within 5s: no dialog or prompt is shown",
        ),
        (
            vec!["[[step]]\ndo = \"answer\"\nvalue = true\nwithin = \"1m\"\n".to_owned()],
            "not within 1m: no dialog or prompt is shown",
        ),
        (
            vec![ask, expect("dialog = \"x\""), close],
            "not within 5s: the plugin shows \"Diary\": \"Keep it?\"",
        ),
    ] {
        let played = shell.play_str(&steps.concat()).await;
        let ScenarioOutcome::Failed { reason, .. } = &played.ending else {
            panic!("{played}")
        };
        assert_eq!(reason, expected, "{}", steps.concat());
    }
}

#[tokio::test(start_paused = true)]
async fn expectations_of_the_flight_need_no_plugin() {
    let shell = TestShell::new(|| sample("good"))
        .plugin(|| sample("good-b"))
        .shell_version(ShellVersion::V3)
        .in_memory()
        .start()
        .await;
    let steps = "[[step]]\ndo = \"fly\"\nfrom = \"EDDF\"\nto = \"LGIR\"\n[[step]]\ndo = \"expect\"\nphase = \"boarding\"\n";
    let played = shell.play_str(steps).await;
    played.assert_held();
    assert_eq!(played.steps[1].text, "expect phase boarding");
}

#[tokio::test]
async fn a_scenario_flies_with_a_plugin_that_is_a_process() {
    let shell = TestShell::new(|| sample("sample-plugin"))
        .program(crate::SAMPLE)
        .as_process()
        .start()
        .await;
    let steps = r#"
        [[step]]
        do = "invoke"
        channel = "subscribe-phases"
        [[step]]
        do = "fly"
        from = "EDDF"
        to = "LGIR"
        speed = 600
        [[step]]
        do = "reach"
        phase = "push_back"
        [[step]]
        do = "expect"
        push = "phases"
        payload = "push_back"
        [[step]]
        do = "land"
        rate = -600
        [[step]]
        do = "expect"
        landing = "touchdown"
        rate = [-601, -599]
        within = "30s"
        [[step]]
        do = "invoke"
        channel = "prompt-select"
        payload = { title = "Diary", text = "Runway" }
        [[step]]
        do = "answer"
        value = "Runway 09"
        [[step]]
        do = "expect"
        push = "answered"
        payload = "09"
    "#;
    shell.play_str(steps).await.assert_held();
    assert!(shell.flight().info().state.flight.is_none());
}
