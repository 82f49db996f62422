//! The steps of scenarios in virtual time.

use std::time::{Duration, Instant};

use futures_util::FutureExt as _;
use stratos::testing::{ScenarioOutcome, ScenarioReport, TestShell, TestShellBuilder};
use stratos::{Identity, PluginBuilder, create_plugin};
use stratos_tests::sample;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;

fn shell(id: &'static str) -> TestShellBuilder {
    TestShell::new(move || sample(id)).in_memory()
}

/// The verb, the time and the reason of a failed step.
fn steps(played: &ScenarioReport) -> Vec<(u64, &str, Option<&str>)> {
    let steps = played.steps.iter();
    steps
        .map(|step| (step.at_ms, &*step.text, step.failure.as_deref()))
        .collect()
}

/// The reason of a failed step.
fn reason(played: &ScenarioReport) -> &str {
    match &played.ending {
        ScenarioOutcome::Failed { reason, .. } => reason,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn scenario_steps_run_in_virtual_time() {
    let begin = Instant::now();
    let shell = shell("good").start().await;
    let played = shell
        .play_str(
            r#"
            name = "A long flight"
            [[step]]
            at = "10s"
            do = "sign-out"
            [[step]]
            after = "2s500ms"
            do = "note"
            text = "nobody is there"
            [[step]]
            do = "expect"
            state = "running"
            [[step]]
            at = "10m"
            do = "sign-in"
            "#,
        )
        .await;
    played.assert_held();
    let expected = [
        (10_000, "sign-out", None),
        (12_500, "note: nobody is there", None),
        (12_500, "expect good state running", None),
        (600_000, "sign-in", None),
    ];
    assert_eq!(steps(&played), expected);
    assert_eq!(played.to_string(), "A long flight: all 4 steps held");
    assert!(begin.elapsed() < Duration::from_secs(10));
}

#[tokio::test(start_paused = true)]
async fn every_scenario_verb_has_its_effect() {
    let shell = shell("resumes").start().await;
    let played = shell
        .play_str(
            r#"
            plugin = "resumes"
            [[step]]
            do = "auth"
            persona = "expiring"
            [[step]]
            after = "1s"
            do = "expire-token"
            [[step]]
            do = "invoke"
            channel = "login"
            answer = { authenticated = false }
            [[step]]
            do = "sign-in"
            [[step]]
            do = "invoke"
            channel = "add"
            payload = [40, 2]
            answer = 42
            [[step]]
            do = "invoke"
            channel = "fail"
            fails = "as asked"
            [[step]]
            do = "invoke"
            channel = "push"
            payload = { n = 1, more = "text" }
            [[step]]
            do = "expect"
            push = "pushed"
            payload = { n = 1 }
            [[step]]
            do = "request"
            path = "/api/resumes/hello/Ada"
            contains = "hello Ada"
            [[step]]
            do = "request"
            method = "POST"
            path = "/api/resumes/echo"
            body = { n = 1 }
            contains = '{"n":1}'
            [[step]]
            do = "request"
            path = "/nowhere"
            status = 404
            [[step]]
            do = "config-set"
            key = "set"
            value = [1, 2.5, "three"]
            [[step]]
            do = "expect"
            config = "set"
            value = [1, 2.5, "three"]

            [[step]]
            do = "config-fails"
            reason = "no space left"
            for = "5s"
            [[step]]
            after = "4s"
            do = "invoke"
            channel = "count"
            payload = "n"
            fails = "no space left"
            [[step]]
            after = "2s"
            do = "invoke"
            channel = "count"
            payload = "n"
            answer = 1
            [[step]]
            do = "config-fails"
            [[step]]
            do = "config-works"
            [[step]]
            do = "config-slow"
            by = "3s"
            [[step]]
            do = "invoke"
            channel = "count"
            payload = "n"
            answer = 2

            [[step]]
            do = "update"
            [[step]]
            do = "expect"
            log = "on_resume took over"
            [[step]]
            do = "stop"
            [[step]]
            do = "kill"
            fails = "is stopped"
            [[step]]
            do = "start"
            [[step]]
            do = "kill"
            [[step]]
            do = "expect"
            state = "errored"
            [[step]]
            do = "start"
            [[step]]
            do = "config-fails"
            "#,
        )
        .await;
    played.assert_held();
    let slow = played
        .steps
        .iter()
        .find(|step| step.text.ends_with("count") && step.took_ms > 0);
    // The channel reads and writes the config store.
    assert_eq!(slow.unwrap().took_ms, 6000);
    // All faults are undone, including those that no step ends.
    let count: u64 = shell.invoke("count", "n").await.unwrap();
    assert_eq!(count, 3);
}

#[tokio::test(start_paused = true)]
async fn a_failed_expectation_reports_what_was_observed() {
    let shell = shell("good").start().await;
    for (step, expected) in [
        (
            "do = \"expect\"\nstate = \"errored\"",
            "not within 5s: the plugin is running",
        ),
        (
            "do = \"expect\"\nlog = \"mayday\"\nwithin = \"1m\"",
            "not within 1m: nothing was logged",
        ),
        (
            "do = \"expect\"\npush = \"pushed\"\npayload = { n = 2 }",
            "not within 5s: expected {\"n\":2}, but nothing was pushed",
        ),
        (
            "do = \"expect\"\nconfig = \"starts\"\nvalue = 7",
            "not within 5s: the value is 1, not 7",
        ),
        (
            "do = \"expect\"\nconfig = \"nothing\"",
            "not within 5s: plugin `good` has no config value `nothing`",
        ),
        (
            "do = \"invoke\"\nchannel = \"add\"\npayload = [1, 1]\nanswer = 3",
            "the answer is 2, not 3",
        ),
        (
            "do = \"invoke\"\nchannel = \"echo\"\nfails = \"x\"",
            "the step must fail with \"x\", but it succeeded",
        ),
        (
            "do = \"stop\"\nfails = \"x\"",
            "the step must fail with \"x\", but it succeeded",
        ),
        (
            "do = \"kill\"\nfails = \"x\"",
            "the step must fail with \"x\", but failed with: plugin `good` is stopped: `cargo stratos start good` starts it",
        ),
        (
            "do = \"start\"\n[[step]]\ndo = \"start\"",
            "plugin `good` is running",
        ),
        (
            "do = \"request\"\npath = \"/api/good/hello/you\"\nstatus = 500",
            "the status is 200, not 500: \"hello you\"",
        ),
        (
            "do = \"request\"\npath = \"/api/good/hello/you\"\ncontains = \"me\"",
            "the body \"hello you\" does not contain \"me\"",
        ),
        (
            "do = \"auth\"\npersona = \"admin\"",
            "there is no auth persona `admin`; known are expiring, signed-in, signed-out",
        ),
    ] {
        let text = format!("[[step]]\n{step}\n[[step]]\ndo = \"note\"\ntext = \"not reached\"\n");
        let played = shell.play_str(&text).await;
        assert_eq!(reason(&played), expected, "{step}");
        assert!(played.steps.len() < played.of);
    }
}

#[tokio::test(start_paused = true)]
async fn a_failure_message_names_the_step_and_the_reason() {
    let shell = shell("good").start().await;
    let text = "name = \"Hope\"\n[[step]]\ndo = \"sign-out\"\n\n[[step]]\ndo = \"expect\"\npush = \"status\"\n";
    let played = shell.play_str(text).await;
    let expected = "Hope: failed\n  scenario:5: step 2 of 2, `expect good push status`: not within 5s: nothing was pushed";
    assert_eq!(played.to_string(), expected);
    let transcript = shell.transcript();
    assert!(
        transcript.contains("scenario  Hope: 2 steps"),
        "{transcript}"
    );
    assert!(transcript.contains("scenario  0s sign-out"), "{transcript}");
    assert!(
        transcript.contains("scenario  Hope: failed"),
        "{transcript}"
    );
}

#[tokio::test(start_paused = true)]
async fn expectations_ignore_events_before_their_step() {
    let shell = shell("good").start().await;
    let push = "[[step]]\ndo = \"invoke\"\nchannel = \"push\"\npayload = 1\n";
    let expect = "[[step]]\ndo = \"expect\"\npush = \"pushed\"\n";
    let note = "[[step]]\nafter = \"1h\"\ndo = \"note\"\ntext = \"x\"\n";
    let other = "[[step]]\ndo = \"sign-out\"\n";
    // A push satisfies two expectations, and notes have no effect.
    let held = shell.play_str(&[push, note, expect, expect].concat()).await;
    held.assert_held();
    let failed = shell.play_str(&[push, other, expect].concat()).await;
    assert_eq!(failed.steps.len(), 3);
    assert!(!failed.held());
}

#[tokio::test]
async fn a_second_scenario_is_refused_while_one_plays() {
    let shell = shell("good").start().await;
    let text = "[[step]]\nat = \"1h\"\ndo = \"sign-out\"\n";
    let first = shell.play_str(text);
    let second = async {
        tokio::time::sleep(Duration::from_millis(10)).await;
        std::panic::AssertUnwindSafe(shell.play_str(text))
            .catch_unwind()
            .await
    };
    tokio::select! {
        _ = first => unreachable!("it lasts an hour"),
        refused = second => assert!(refused.is_err()),
    }
}

/// A plugin that polls an API every 30 seconds with a timeout of 10 seconds.
fn poller() -> PluginBuilder {
    let identity = Identity {
        id: "poller".to_owned(),
        version: "1.0.0".to_owned(),
    };
    create_plugin(identity)
        .on_start(async |ctx| {
            let url: String = ctx.config.get("api_url", String::new()).await?;
            let poller = ctx.clone();
            ctx.spawn("poll", async move {
                loop {
                    tokio::time::sleep(Duration::from_secs(30)).await;
                    let asked = timeout(Duration::from_secs(10), ask(&url)).await;
                    let status = match asked {
                        Ok(Ok(status)) => status,
                        Ok(Err(_)) => "unreachable".to_owned(),
                        Err(_) => "late".to_owned(),
                    };
                    let _ = poller.ipc.send("status", &status).await;
                }
            });
            Ok(())
        })
        .on_stop(async |_| Ok(()))
}

async fn ask(url: &str) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(url.trim_start_matches("http://")).await?;
    let request = b"GET /status?x=1 HTTP/1.1\r\nHost: api\r\nConnection: close\r\n\r\n";
    stream.write_all(request).await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    let status = answer.split(' ').nth(1).unwrap_or("cut");
    Ok(status.to_owned())
}

#[tokio::test(start_paused = true)]
async fn a_mock_server_outage_ends_in_virtual_time() {
    let begin = Instant::now();
    let shell = TestShell::new(poller).in_memory().start().await;
    let before = shell.config_values().await;
    let played = shell
        .play_str(
            r#"
            [upstream.api]
            config = { key = "api_url" }
            [[upstream.api.answer]]
            path = "/status"
            body = { online = true }

            [[step]]
            do = "expect"
            push = "status"
            payload = "200"
            within = "31s"
            [[step]]
            do = "upstream-gone"
            for = "40s"
            [[step]]
            do = "expect"
            push = "status"
            payload = "unreachable"
            within = "31s"
            [[step]]
            do = "expect"
            push = "status"
            payload = "200"
            within = "31s"
            [[step]]
            do = "upstream-slow"
            by = "11s"
            [[step]]
            do = "expect"
            push = "status"
            payload = "late"
            within = "41s"
            [[step]]
            do = "upstream-back"
            [[step]]
            do = "upstream-answers"
            path = "/status"
            status = 503
            [[step]]
            do = "expect"
            push = "status"
            payload = "503"
            within = "41s"
            [[step]]
            do = "upstream-gone"
            "#,
        )
        .await;
    played.assert_held();
    assert!(begin.elapsed() < Duration::from_secs(30));
    // The setting with the mock server's address is restored.
    assert_eq!(shell.config_values().await, before);
    assert_eq!(shell.generation(), 3);
}

#[tokio::test]
async fn a_mock_server_port_in_use_fails_before_the_first_step() {
    let shell = shell("good").start().await;
    let taken = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = taken.local_addr().unwrap().port();
    let text = format!("[upstream.api]\nport = {port}\n[[step]]\ndo = \"sign-out\"\n");
    let played = shell.play_str(&text).await;
    assert!(played.steps.is_empty());
    let expected = format!("`api` cannot listen on 127.0.0.1:{port}: ");
    assert!(reason(&played).starts_with(&expected), "{played}");
    assert!(played.to_string().contains("scenario:1: `api`"), "{played}");
}
