//! Commands about what plugins show, with the program and a plugin process.

use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use stratos_tests::{ControlApi, Plugins, RunOptions, ShellProcess, TokenEcho};

const RAW: &str = env!("CARGO_BIN_EXE_raw-plugin");
const SAMPLE: &str = env!("CARGO_BIN_EXE_sample-plugin");

/// Has the plugin send a request, and returns its result.
fn request(shell: &ShellProcess, method: &str, params: &Value) -> Value {
    send(&shell.control(), method, params)
}

/// Has the plugin send a request in a thread of its own.
fn ask(shell: &ShellProcess, method: &'static str, params: &Value) -> JoinHandle<Value> {
    let (control, params) = (shell.control(), params.clone());
    thread::spawn(move || send(&control, method, &params))
}

fn send(control: &ControlApi, method: &str, params: &Value) -> Value {
    let request = json!({ "method": method, "params": params });
    let called = control.invoke("demo", "request", &request);
    assert_eq!(called.status, 200, "{called:?}");
    serde_json::from_str(&called.body).unwrap()
}

fn number_prompt() -> Value {
    json!({ "title": "Diary\u{1b}[2J", "label": "Stars", "min": 1, "max": 5 })
}

#[test]
fn modals_are_listed_and_answered_by_commands() {
    let plugins = Plugins::new(RAW, &["demo"]);
    let mut shell = ShellProcess::start(plugins.root());
    let nothing = shell.command(&["answer", "yes"]);
    assert_eq!(nothing.code, Some(1));
    assert!(
        nothing
            .stderr
            .contains("no dialog or prompt waits for an answer"),
        "{nothing:?}"
    );
    let confirm = json!({ "title": "Diary", "message": "Keep it?" });
    let first = ask(&shell, "prompt/number", &number_prompt());
    wait_for_modals(&shell, 1);
    let second = ask(&shell, "dialog/confirm", &confirm);
    wait_for_modals(&shell, 2);
    let list = shell.command(&["answer"]);
    assert_eq!(
        list.stdout,
        "1  demo  number  Diary\\u{1b}[2J: Stars  shown; takes a number from 1 to 5\n\
             2  demo  confirm  Diary: Keep it?  waits; takes `yes` or `no`\n"
    );
    let json: Value = serde_json::from_str(&shell.command(&["answer", "--json"]).stdout).unwrap();
    assert_eq!(
        json[1],
        json!({ "id": 2, "plugin": "demo", "title": "Diary", "text": "Keep it?", "kind": "confirm" })
    );
    for (arguments, error) in [
        (
            &["answer", "-7"][..],
            "`-7` is no answer to this number: it takes a number from 1 to 5",
        ),
        (
            &["answer", "maybe", "--id", "2"],
            "`maybe` is no answer to this confirm: it takes `yes` or `no`",
        ),
        (
            &["answer", "yes", "--id", "7"],
            "no dialog or prompt 7 waits for an answer; these do: 1 of demo, 2 of demo",
        ),
        (
            &["answer", "yes", "--plugin", "other"],
            "no dialog or prompt of plugin `other` waits for an answer",
        ),
    ] {
        let refused = shell.command(arguments);
        assert_eq!(refused.code, Some(1), "{arguments:?}");
        assert!(refused.stderr.contains(error), "{refused:?}");
    }
    let answered = shell.command(&["answer", "yes", "--id", "2"]);
    assert_eq!(answered.code, Some(0), "{answered:?}");
    assert_eq!(second.join().unwrap(), json!(true));
    let answered = shell.command(&["answer", "--plugin", "demo", "4"]);
    assert_eq!(answered.code, Some(0), "{answered:?}");
    assert_eq!(first.join().unwrap(), json!(4.0));
    let dismissed = ask(&shell, "dialog/alert", &confirm);
    wait_for_modals(&shell, 1);
    assert_eq!(shell.command(&["answer", "--dismiss"]).code, Some(0));
    assert_eq!(dismissed.join().unwrap(), json!({}));
    let opened = shell.wait_for(|event| event["event"] == "modal");
    assert_eq!(opened["progress"], json!({ "name": "opened" }));
    assert_eq!(opened["title"], "Diary\u{1b}[2J");
}

fn wait_for_modals(shell: &ShellProcess, count: usize) {
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        let list: Value =
            serde_json::from_str(&shell.command(&["answer", "--json"]).stdout).unwrap();
        if list.as_array().unwrap().len() == count {
            return;
        }
        assert!(Instant::now() < deadline, "{list}");
    }
}

#[test]
fn the_airline_and_indicators_of_a_process() {
    let plugins = Plugins::new(RAW, &["demo"]);
    let toml = "[airline]\nname = \"Sky\"\nfixtures = \"airline.toml\"\n[airline.settings.demo]\nhub = \"EDDF\"\n[pilot]\nweight_unit = \"lbs\"\n";
    let folder = plugins.root().join("demo");
    std::fs::write(folder.join("stratos.toml"), toml).unwrap();
    let fixtures = "[[fleet]]\nid = 7\n[routes]\n\"GET /api/news\" = [\"hello\"]\n";
    std::fs::write(folder.join("airline.toml"), fixtures).unwrap();
    let options = RunOptions {
        args: ["--answers", "default"].map(str::to_owned).into(),
        ..RunOptions::default()
    };
    let mut shell = ShellProcess::start_with(plugins.root(), options);
    let airline = request(&shell, "airline/get", &json!({}));
    assert_eq!(airline["name"], "Sky");
    let call = |path: &str| {
        let params = json!({ "method": "GET", "path": path });
        request(&shell, "airline/call", &params)["body"].take()
    };
    assert_eq!(call("/api/fleet"), json!({ "data": [{ "id": 7 }] }));
    assert_eq!(call("/api/news"), json!(["hello"]));
    let confirm = json!({ "title": "Diary", "message": "Keep it?" });
    assert_eq!(request(&shell, "dialog/confirm", &confirm), json!(true));
    let indicator = json!({ "kind": "warning", "tooltip": "3 hard landings" });
    request(&shell, "indicator/set", &indicator);
    let ps = shell.command(&["ps"]).stdout;
    assert!(
        ps.contains("\n  indicator  warning  3 hard landings\n"),
        "{ps}"
    );
    let path = request(&shell, "database/path", &json!({ "file": "diary.db" }));
    let expected = shell.state.join("data").join("demo").join("diary.db");
    assert_eq!(path["path"], expected.to_str().unwrap());
    let value = request(&shell, "config/get", &json!({ "key": "hub" }));
    assert_eq!(value, json!({ "found": true, "value": "EDDF" }));
    let set = shell.command(&["config", "set", "--force", "demo", "hub", "\"LGIR\""]);
    assert_eq!(set.code, Some(1), "{set:?}");
    assert!(set.stderr.contains("is set by the airline"), "{set:?}");
    let pilot = shell.get("/api/config");
    assert_eq!(pilot.body, r#"{"data":{"weightUnit":"lbs"}}"#);
    request(
        &shell,
        "notify/toast",
        &json!({ "kind": "info", "message": "hello" }),
    );
    let toast = shell.wait_for(|event| event["event"] == "toast");
    let expected =
        json!({ "event": "toast", "plugin": "demo", "kind": "info", "message": "hello" });
    assert_eq!(toast, expected);
    // The prefix of the airline's tokens.
    const TOKEN: &str = "mock-airline-";
    let events = json!(shell.events).to_string();
    assert!(!events.contains(TOKEN), "{events}");
    #[cfg(target_os = "linux")]
    {
        let pid = &shell.plugin("demo")["pid"];
        let environment = std::fs::read(format!("/proc/{pid}/environ")).unwrap();
        assert!(!String::from_utf8_lossy(&environment).contains(TOKEN));
    }
}

#[test]
fn the_airlines_tokens_are_in_no_output() {
    let airline = TokenEcho::start();
    let plugins = Plugins::new(SAMPLE, &["demo"]);
    let toml = format!("[airline]\nbase_url = \"{}\"\n", airline.base_url());
    std::fs::write(plugins.root().join("demo/stratos.toml"), toml).unwrap();
    let options = RunOptions {
        env: vec![("STRATOS_LOG".to_owned(), "trace".to_owned())],
        ..RunOptions::default()
    };
    let mut shell = ShellProcess::start_with(plugins.root(), options);
    let news = shell.call("demo", "airline-get", "\"/news\"");
    assert!(news.stdout.contains("[redacted]"), "{news:?}");
    shell.wait_for(|event| event["event"] == "airline");
    shell.drain_events();
    let output = shell.stderr() + &json!(shell.events).to_string() + &news.stdout + &news.stderr;
    assert!(output.contains("TRACE"), "{output}");
    let tokens = airline.tokens();
    assert_eq!(tokens.len(), 2);
    for token in tokens {
        assert!(token.len() > 40 && !output.contains(&token));
    }
}

#[cfg(unix)]
#[test]
fn a_shell_ends_while_a_dialog_waits() {
    let plugins = Plugins::new(RAW, &["demo"]);
    let shell = ShellProcess::start(plugins.root());
    let control = shell.control();
    let alert = json!({ "title": "Welcome", "message": "Hello" });
    let asked = thread::spawn(move || {
        let request = json!({ "method": "dialog/alert", "params": alert });
        control.invoke("demo", "request", &request)
    });
    wait_for_modals(&shell, 1);
    let begin = Instant::now();
    let (status, events) = shell.interrupt();
    assert!(status.success(), "{status:?}");
    assert!(begin.elapsed() < stratos_tests::SHUTDOWN_TIMEOUT);
    assert_eq!(asked.join().unwrap().body, "{}");
    let closed = events
        .iter()
        .find(|event| event["progress"]["name"] == "closed");
    assert_eq!(closed.unwrap()["progress"]["reason"], "unloaded");
}
