//! The services of later shells, with the pilot's side of the test shell, in memory and as a process.

use std::time::Duration;

use serde_json::{Value, json};
use stratos::flight::Phase;
use stratos::notify::ToastKind;
use stratos::testing::{
    AirlineFault, AnswerPolicy, FlightRequest, FlightSetup, IndicatorKind, TestAirline, TestShell,
    TestShellBuilder,
};
use stratos_tests::{TokenEcho, sample};

const ID: &str = "sample-plugin";

fn builder() -> TestShellBuilder {
    TestShell::new(|| sample(ID)).program(env!("CARGO_BIN_EXE_sample-plugin"))
}

async fn invoke(shell: &TestShell, channel: &str, payload: Value) -> Value {
    let answer = shell.invoke(channel, payload).await;
    answer.unwrap()
}

/// Uses every service, and returns the lines of the transcript about them.
async fn use_every_service(shell: TestShell) -> Vec<String> {
    let ask = |text| json!({ "title": "Diary", "text": text });

    let path = invoke(&shell, "database-path", json!("diary.db")).await;
    assert_eq!(path, json!({ "name": "diary.db", "has_folder": true }));

    let airline = invoke(&shell, "airline-bound", json!(null)).await;
    assert_eq!(airline["name"], "Sky Virtual");
    let news = async || invoke(&shell, "airline-get", json!("/news")).await;
    assert_eq!(news().await, json!({ "status": 200, "body": [1] }));
    shell.expire_airline_token();
    assert_eq!(news().await["status"], 200, "the shell refreshes the token");
    shell.airline_fails(AirlineFault::Status(503));
    assert_eq!(news().await["status"], 503);
    shell.airline_fails(AirlineFault::Down);
    let down = shell.invoke::<Value>("airline-get", "/news").await;
    let down = down.unwrap_err().to_string();
    assert!(down.contains("does not accept connections"), "{down}");
    shell.airline_works();
    assert_eq!(news().await["status"], 200);

    invoke(&shell, "toast", json!(["info", "Welcome"])).await;
    invoke(&shell, "toast", json!(["warning", "Welcome back"])).await;
    assert_eq!(shell.expect_toast("Welcome").await.kind, ToastKind::Info);
    let second = shell.expect_toast("Welcome").await;
    assert_eq!(second.message, "Welcome back");
    invoke(&shell, "play-sound", json!(null)).await;
    invoke(&shell, "play-custom-sound", json!("assets/icon-light.svg")).await;
    shell.expect_sound("notification").await;
    shell.expect_sound("assets/icon-light.svg").await;

    assert_eq!(shell.indicator(), None);
    let badge = json!({ "warning": true, "tooltip": "1 hard landing", "dismiss_on_open": true });
    invoke(&shell, "indicator-set", badge).await;
    assert_eq!(shell.indicator().unwrap().kind, IndicatorKind::Warning);
    shell.open();
    assert_eq!(shell.indicator(), None);

    invoke(&shell, "confirm", ask("Keep it?")).await;
    assert_eq!(shell.expect_dialog("Keep").await.title, "Diary");
    shell.answer(true).await;
    assert_eq!(shell.push::<Value>("answered").await, true);
    invoke(&shell, "prompt-number", ask("Stars")).await;
    shell.answer(4).await;
    assert_eq!(shell.push::<Value>("answered").await, 4.0);
    invoke(&shell, "prompt-text", ask("Remark")).await;
    shell.dismiss().await;
    assert_eq!(shell.push::<Value>("answered").await, Value::Null);

    invoke(&shell, "guard", json!("The tanks are empty.")).await;
    let request = FlightRequest::simulated(FlightSetup::new("EDDF", "LGIR"));
    let vetoed = shell.flight().try_start(request.clone()).await;
    let vetoed = vetoed.unwrap_err().to_string();
    assert!(vetoed.contains("The tanks are empty"), "{vetoed}");
    let anyway = FlightRequest {
        anyway: true,
        ..request
    };
    shell.flight().try_start(anyway).await.unwrap();
    shell.flight().jump_to(Phase::Cruise).await;
    let entry = json!({ "category": "SYSTEM", "condition": "CRUISE", "message": "Cruising" });
    invoke(&shell, "flight-log-add", entry).await;
    let entry = shell.expect_log_entry("Cruising").await;
    assert_eq!(entry.event_condition, "CRUISE");
    invoke(&shell, "flight-log-update", json!([0, "Cruising high"])).await;
    shell.expect_log_entry("high").await;
    shell.flight().end().await;
    shell.stop().await.assert_finished();

    let kinds = [
        "toast",
        "sound",
        "indicator",
        "dialog",
        "airline",
        "guard",
        "log-entry",
        "flight",
    ];
    let transcript = shell.transcript();
    let lines = transcript.lines().filter(|line| {
        let kind = line.split(' ').next().unwrap_or_default();
        kinds.contains(&kind)
    });
    lines.map(str::to_owned).collect()
}

#[tokio::test]
async fn the_airlines_tokens_are_in_no_answer_and_no_transcript() {
    for is_process in [false, true] {
        let airline = TokenEcho::start();
        let builder = builder().airline(TestAirline::at(airline.base_url()));
        let shell = match is_process {
            true => builder.as_process(),
            false => builder.in_memory(),
        };
        let shell = shell.start().await;
        let news = invoke(&shell, "airline-get", json!("/news")).await;
        let masked = json!({ "status": 200, "body": ["[redacted]", "[redacted]"] });
        assert_eq!(news, masked);
        shell.stop().await.assert_finished();
        let (tokens, transcript) = (airline.tokens(), shell.transcript());
        assert_eq!(tokens.len(), 2);
        assert!(transcript.contains("GET /news: 200"), "{transcript}");
        for token in tokens {
            assert!(token.len() > 40 && !transcript.contains(&token));
        }
    }
}

/// The limit is that of answers.
#[tokio::test]
async fn a_body_of_512_kib_is_sent_and_a_longer_one_is_an_error() {
    const LIMIT: usize = 512 * 1024;
    let routes = json!({ "routes": { "POST /news": [1] } });
    let builder = builder().airline(TestAirline::mock().fixtures(routes));
    let shell = builder.in_memory().start().await;
    // With its quotes.
    let post = |bytes: usize| {
        let body = json!(["/news", "x".repeat(bytes - 2)]);
        shell.invoke::<Value>("airline-post", body)
    };
    assert_eq!(post(LIMIT).await.unwrap()["status"], 200);
    let error = post(LIMIT + 1).await.unwrap_err().to_string();
    assert!(
        error.contains("the body is 524289 bytes long, at most 524288 are allowed"),
        "{error}"
    );
}

#[tokio::test]
async fn every_service_is_the_same_in_memory_and_as_a_process() {
    let airline = || {
        let routes = json!({ "routes": { "GET /news": [1] } });
        TestAirline::mock().named("Sky Virtual").fixtures(routes)
    };
    let memory = builder().airline(airline()).in_memory().start().await;
    let process = builder().airline(airline()).as_process().start().await;
    let (memory, process) = tokio::join!(use_every_service(memory), use_every_service(process));
    assert_eq!(memory, process);
    let expected = [
        "airline   sample-plugin: GET /news: 200",
        "airline   sample-plugin: GET /news: 200",
        "airline   sample-plugin: GET /news: 503",
        "airline   sample-plugin: GET /news: does not accept connections (injected fault)",
        "airline   sample-plugin: GET /news: 200",
        "toast     sample-plugin: info Welcome",
        "toast     sample-plugin: warning Welcome back",
        "sound     sample-plugin: notification",
        "sound     sample-plugin: assets/icon-light.svg",
        "indicator sample-plugin: warning 1 hard landing",
        "indicator sample-plugin: removed",
        "dialog    sample-plugin: confirm Diary: Keep it?",
        "dialog    sample-plugin: confirm Diary closed with true (answered)",
        "dialog    sample-plugin: number Diary: Stars",
        "dialog    sample-plugin: number Diary closed with 4 (answered)",
        "dialog    sample-plugin: text Diary: Remark",
        "dialog    sample-plugin: text Diary closed with null (dismissed)",
        "guard     sample-plugin: vetoes the start: The tanks are empty.",
        "flight    SKV123 started from EDDF to LGIR",
        "flight    phase boarding",
        "flight    phase cruise",
        "log-entry sample-plugin: added log-1: SYSTEM CRUISE: Cruising",
        "log-entry sample-plugin: updated log-1: SYSTEM CRUISE: Cruising high",
        "flight    completing",
        "flight    completed",
        "flight    ended",
    ];
    assert_eq!(memory, expected);
}

#[tokio::test(start_paused = true)]
async fn a_policy_answers_dialogs_and_an_airline_is_optional() {
    let shell = builder()
        .answers(AnswerPolicy::Default)
        .airline(TestAirline::none())
        .in_memory()
        .start()
        .await;
    let question = json!({ "title": "T", "text": "X" });
    invoke(&shell, "confirm", question.clone()).await;
    assert_eq!(shell.push::<Value>("answered").await, true);
    let bound = invoke(&shell, "airline-bound", json!(null)).await;
    assert_eq!(bound, Value::Null);
    let elsewhere = TestAirline::at("http://127.0.0.1:9");
    let shell = builder().airline(elsewhere).in_memory().start().await;
    let bound = invoke(&shell, "airline-bound", json!(null)).await;
    assert_eq!(bound["base_url"], "http://127.0.0.1:9");
}

#[tokio::test(start_paused = true)]
async fn frames_come_at_the_interval_of_the_builder() {
    let interval = Duration::from_secs(10);
    let shell = builder().frame_interval(interval).in_memory().start().await;
    invoke(&shell, "subscribe-sim-data", json!(null)).await;
    shell.flight().start(FlightSetup::new("EDDF", "LGIR")).await;
    assert!(shell.push::<bool>("sim-data").await);
    let begin = tokio::time::Instant::now();
    assert!(shell.push::<bool>("sim-data").await);
    assert_eq!(begin.elapsed(), interval);
}

#[tokio::test(start_paused = true)]
#[should_panic(expected = "`6` is no answer to this number: it takes a number from 1 to 5")]
async fn an_answer_that_the_prompt_does_not_take_fails_the_test() {
    let shell = builder().in_memory().start().await;
    let question = json!({ "title": "T", "text": "X" });
    invoke(&shell, "prompt-number", question).await;
    shell.answer(6).await;
}

#[tokio::test(start_paused = true)]
#[should_panic(expected = "a toast of `sample-plugin` with `fuel`: not within 1s")]
async fn a_toast_that_does_not_come_fails_the_test() {
    let shell = builder()
        .deadline(Duration::from_secs(1))
        .in_memory()
        .start()
        .await;
    shell.expect_toast("fuel").await;
}
