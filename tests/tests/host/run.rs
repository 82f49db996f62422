//! `cargo stratos run` with real plugin processes: the contract of the shell, end to end.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::{Value, json};
#[cfg(unix)]
use stratos_tests::SHUTDOWN_TIMEOUT;
use stratos_tests::{LiveProcesses, Plugins, RunOptions, ShellProcess, request, stratos};

use crate::SAMPLE;

#[test]
fn a_plugin_starts_serves_and_stops() {
    let (plugins, watch) = (Plugins::new(SAMPLE, &["sample"]), LiveProcesses::new());
    let env = vec![watch.env()];
    let mut shell = ShellProcess::start_with(
        plugins.root(),
        RunOptions {
            env,
            ..RunOptions::default()
        },
    );
    assert_eq!(shell.plugin("sample")["state"]["name"], "running");
    assert_eq!(shell.plugin("sample")["prefixes"], json!(["/api/sample"]));

    let hello = shell.get("/api/sample/hello/pilot");
    assert_eq!((hello.status, hello.body.as_str()), (200, "hello pilot"));
    let echo = request(shell.address, "POST", "/api/sample/echo?x=1", &[], "a body");
    assert!(echo.body.contains("a body"), "{echo:?}");
    assert_eq!(shell.get("/api/sample/panic").status, 500);
    assert_eq!(shell.get("/api/sample/nowhere").status, 404);
    let nowhere = shell.get("/api/nobody");
    assert_eq!(nowhere.status, 404);
    assert_eq!(
        nowhere.json()["error"],
        "no plugin serves /api/nobody; the plugins' prefixes are /api/sample"
    );

    assert_eq!(shell.call("sample", "add", "[40, 2]").stdout, "42\n");
    for expected in [
        "info stdout printed by sample",
        "warn stderr complained by sample",
        "info stratos_tests::sample traced {\"answer\":42}",
        "info sample started {\"starts\":1}",
    ] {
        shell.expect(|event| log_line(event) == expected);
    }
    let refused = "channel `plugin:sample:x` carries the prefix";
    shell.expect(|event| log_line(event).contains(refused));

    assert!(shell.plugin("sample")["pid"].is_u64());
    assert_eq!(watch.alive(), ["sample"]);
    end(shell);
    assert!(
        watch.wait_for(0, Duration::from_secs(10)),
        "the plugin process has exited"
    );
}

#[test]
fn config_values_survive_a_restart_and_a_kill() {
    let plugins = Plugins::new(SAMPLE, &["sample"]);
    let shell = ShellProcess::start(plugins.root());
    shell.set_config("sample", "home", "\"EDDF\"");
    shell.kill();
    let shell = ShellProcess::start(plugins.root());
    assert_eq!(shell.config("sample", "home"), "\"EDDF\"\n");
    assert_eq!(shell.config("sample", "starts"), "2\n");
    assert_eq!(
        shell.command(&["config", "get", "sample", "stops"]).code,
        Some(1),
        "the plugin was killed"
    );
    let written = shell.state.join("data/sample/written");
    let _ = shell.call("sample", "about", "null");
    assert!(written.exists());
    end(shell);
    let options = RunOptions {
        args: vec!["--fresh".to_owned()],
        ..RunOptions::default()
    };
    let shell = ShellProcess::start_with(plugins.root(), options);
    assert_eq!(
        shell.command(&["config", "list", "sample"]).stdout,
        "starts  1  not in the manifest\n"
    );
    assert!(!written.exists());
}

#[test]
fn config_is_exported_and_imported() {
    let plugins = Plugins::new(SAMPLE, &["sample"]);
    let shell = ShellProcess::start(plugins.root());
    let file = plugins.root().join("values.json");
    let path = file.to_str().unwrap();
    std::fs::write(
        &file,
        r#"{ "a/b ?&=": [1, null], "": "empty", "ä": {"x": 1.5} }"#,
    )
    .unwrap();
    assert_eq!(
        shell.command(&["config", "import", "sample", path]).code,
        Some(0)
    );
    let exported = shell.command(&["config", "export", "sample"]).stdout;
    let exported: Value = serde_json::from_str(&exported).unwrap();
    assert_eq!(
        exported,
        json!({ "a/b ?&=": [1, null], "": "empty", "ä": { "x": 1.5 } })
    );
    let copy = plugins.root().join("copy.json");
    let to_file = [
        "config",
        "export",
        "sample",
        "--output",
        copy.to_str().unwrap(),
    ];
    assert_eq!(shell.command(&to_file).code, Some(0));
    let copied: Value = serde_json::from_slice(&std::fs::read(copy).unwrap()).unwrap();
    assert_eq!(copied, exported);
    assert_eq!(shell.config("sample", "a/b ?&="), "[1,null]\n");
    assert_eq!(
        shell.command(&["config", "delete", "sample", "ä"]).code,
        Some(0)
    );
    assert_eq!(
        shell.command(&["config", "delete", "sample", "ä"]).code,
        Some(1)
    );
    std::fs::write(&file, "[1]").unwrap();
    let refused = shell.command(&["config", "import", "sample", path]);
    assert_eq!(refused.code, Some(2));
    assert!(
        refused.stderr.contains("is not a JSON object"),
        "{}",
        refused.stderr
    );
}

#[test]
fn call_prints_results_and_errors() {
    let plugins = Plugins::new(SAMPLE, &["sample"]);
    let mut shell = ShellProcess::start(plugins.root());
    assert_eq!(
        shell.call("sample", "echo", r#"{"a":[1]}"#).stdout,
        "{\"a\":[1]}\n"
    );
    for (plugin, channel, payload, expected) in [
        (
            "sample",
            "nope",
            "1",
            "no handler for the channel `nope`; it handles about, add, airline-bound",
        ),
        (
            "sample",
            "add",
            "\"x\"",
            "error: plugin `sample`: channel `add` does not take this payload: invalid type: string",
        ),
        (
            "sample",
            "fail",
            "1",
            "channel `fail` of plugin `sample`: as asked",
        ),
        ("sample", "panic", "1", "panicked: as asked"),
        (
            "sample",
            "plugin:sample:echo",
            "1",
            "carries the prefix `plugin:...:`, which the shell adds by itself: write `echo`",
        ),
        (
            "other",
            "echo",
            "1",
            "there is no plugin `other`; this shell has sample",
        ),
    ] {
        let answer = shell.call(plugin, channel, payload);
        assert_eq!(answer.code, Some(1), "{answer:?}");
        assert!(
            answer.stderr.contains(expected),
            "{expected}: {}",
            answer.stderr
        );
    }
    let usage = shell.call("sample", "echo", "EDDF");
    assert_eq!(usage.code, Some(2));
    assert!(usage.stderr.contains("keep the quotes"), "{}", usage.stderr);

    assert_eq!(shell.call("sample", "push", r#"{"n":1}"#).code, Some(0));
    let push = shell.wait_for(|event| event["event"] == "push");
    assert_eq!(
        push,
        json!({ "event": "push", "plugin": "sample", "channel": "pushed", "payload": { "n": 1 } })
    );

    shell.set_config("sample", "text", "\"thirty\"");
    let mistyped = shell.call("sample", "mistype", "null");
    assert!(
        mistyped
            .stderr
            .contains("config value `text` is a string, which does not fit `u64`"),
        "{mistyped:?}"
    );
}

#[test]
fn a_failing_plugin_does_not_affect_others() {
    let ids = [
        "sample", "another", "panics", "fails", "exits", "quits", "garbage", "future", "impostor",
    ];
    let (plugins, watch) = (Plugins::new(SAMPLE, &ids), LiveProcesses::new());
    let env = vec![watch.env()];
    let shell = ShellProcess::start_with(
        plugins.root(),
        RunOptions {
            env,
            ..RunOptions::default()
        },
    );
    for (id, expected) in [
        ("panics", "on_start panicked: no runway in sight"),
        ("fails", "on_start failed: the airline has no fleet"),
        (
            "exits",
            "exited with code 7 before the handshake with the shell",
        ),
        ("quits", "exited with code 3 during on_start"),
        ("garbage", "its first message is not a `hello` request"),
        (
            "future",
            "it speaks protocol 9.0 (sample 9.9.9), this shell speaks 1.1: update cargo-stratos",
        ),
        ("impostor", "it says that it is the plugin `somebody-else`"),
    ] {
        let state = &shell.plugin(id)["state"];
        assert_eq!(state["name"], "errored", "{id}: {state}");
        let reason = state["reason"].as_str().unwrap();
        assert!(reason.contains(expected), "{id}: {reason}");
    }
    for id in ["sample", "another"] {
        assert_eq!(shell.get(&format!("/api/{id}/hello/x")).status, 200);
    }
    assert!(
        watch.wait_for(2, Duration::from_secs(10)),
        "only the running plugins have processes: {:?}",
        watch.alive()
    );
}

#[test]
fn a_missing_handshake_times_out() {
    let plugins = Plugins::new(SAMPLE, &["sample", "silent"]);
    let shell = ShellProcess::start(plugins.root());
    let reason = shell.plugin("silent")["state"]["reason"].clone();
    assert_eq!(
        reason,
        "did not complete the handshake with the shell within 5 s: its `main` must call `stratos::serve`"
    );
    assert_eq!(shell.get("/api/sample/hello/x").status, 200);
}

#[test]
fn a_crashed_plugin_is_errored_and_can_be_started_again() {
    let plugins = Plugins::new(SAMPLE, &["sample"]);
    let mut shell = ShellProcess::start(plugins.root());
    let _ = shell.call("sample", "exit", "9");
    let event = shell.wait_for_state("sample", "errored");
    let reason = "exited with code 9 by itself; its last lines on stderr: complained by sample";
    assert_eq!(event["state"]["reason"], reason);
    assert!(shell.get("/").body.contains(reason));
    assert_eq!(shell.get("/api/sample/hello/x").status, 503);
    assert!(
        shell
            .call("sample", "echo", "1")
            .stderr
            .contains("complained by sample; `cargo stratos start sample` starts it")
    );
    let update = shell.command(&["update", "sample"]);
    assert!(
        update
            .stderr
            .contains("complained by sample; `cargo stratos start sample` starts it"),
        "{update:?}"
    );
    assert_eq!(shell.command(&["start", "sample"]).code, Some(0));
    assert_eq!(shell.get("/api/sample/hello/x").status, 200);
    let path = "/__stratos/api/v1/plugins/sample";
    assert_eq!(
        control(&shell, "POST", &format!("{path}/start"), "").status,
        409,
        "it runs"
    );
    assert_eq!(shell.command(&["stop", "sample"]).code, Some(0));
    shell.wait_for_state("sample", "stopped");
    let junk = control(&shell, "POST", &format!("{path}/invoke"), "{\"chanel\": 1}");
    assert_eq!(junk.status, 422);
    assert!(
        junk.json()["error"]
            .as_str()
            .unwrap()
            .contains("missing field `channel`"),
        "{junk:?}"
    );
    for (method, path, status, part) in [
        (
            "GET",
            format!("{path}/config/value"),
            400,
            "the parameter `key` is missing",
        ),
        (
            "POST",
            "/__stratos/api/v1/plugins/%ff/stop".to_owned(),
            400,
            "UTF-8",
        ),
        (
            "DELETE",
            path.to_owned() + "/stop",
            405,
            "not with this method",
        ),
        (
            "GET",
            "/__stratos/api/v1/nothing".to_owned(),
            404,
            "no such path",
        ),
    ] {
        let refused = control(&shell, method, &path, "");
        assert_eq!(refused.status, status, "{refused:?}");
        let text = refused.json()["error"].to_string();
        assert!(text.contains(part), "{text}");
    }
    assert_eq!(shell.config("sample", "stops"), "1\n");
}

#[cfg(unix)]
#[test]
fn a_hanging_on_stop_is_killed_in_time() {
    let (plugins, watch) = (
        Plugins::new(SAMPLE, &["sample", "another"]),
        LiveProcesses::new(),
    );
    let env = vec![watch.env()];
    let shell = ShellProcess::start_with(
        plugins.root(),
        RunOptions {
            env,
            ..RunOptions::default()
        },
    );
    shell.set_config("sample", "hang_in_stop", "true");
    let begin = std::time::Instant::now();
    let (status, last) = shell.interrupt();
    assert!(status.success());
    assert!(begin.elapsed() < SHUTDOWN_TIMEOUT, "{:?}", begin.elapsed());
    let said = |event: &Value| {
        event["message"]
            .as_str()
            .is_some_and(|m| m.starts_with("on_stop did not finish"))
    };
    assert!(last.iter().any(said), "{last:#?}");
    assert!(
        watch.wait_for(0, Duration::from_secs(10)),
        "left: {:?}",
        watch.alive()
    );
}

#[test]
fn a_stop_tells_that_on_stop_failed() {
    let plugins = Plugins::new(SAMPLE, &["sample"]);
    let shell = ShellProcess::start(plugins.root());
    shell.set_config("sample", "stops", "\"no number\"");
    let stop = shell.command(&["stop", "sample"]);
    assert_eq!(stop.code, Some(0), "{stop:?}");
    let expected = "sample is stopped, but on_stop failed: config value `stops`";
    assert!(stop.stderr.contains(expected), "{stop:?}");
    assert_eq!(shell.command(&["start", "sample"]).code, Some(0));
    shell.set_config("sample", "stops", "1");
    let stop = shell.command(&["stop", "sample"]);
    assert_eq!(stop.stderr, "sample is stopped\n");
}

#[test]
fn a_route_prefix_belongs_to_one_plugin() {
    let plugins = Plugins::new(SAMPLE, &["rival", "rival-two"]);
    let shell = ShellProcess::start(plugins.root());
    let states = ["rival", "rival-two"].map(|id| shell.plugin(id)["state"].clone());
    let errored: Vec<_> = states
        .iter()
        .filter(|state| state["name"] == "errored")
        .collect();
    assert_eq!(errored.len(), 1, "{states:?}");
    let reason = errored[0]["reason"].as_str().unwrap();
    assert!(
        reason.contains("route prefix `/api/sample` overlaps `/api/sample` of the plugin `rival"),
        "{reason}"
    );
}

#[test]
fn login_commands_change_the_login_of_running_plugins() {
    let plugins = Plugins::new(SAMPLE, &["sample"]);
    std::fs::write(
        plugins.root().join("sample/stratos.toml"),
        "[auth.short]\nsigned_in = true\nexpires_in_seconds = 1\n",
    )
    .unwrap();
    let mut shell = ShellProcess::start(&plugins.root().join("sample"));
    let login = |shell: &ShellProcess| -> Value {
        serde_json::from_str(&shell.call("sample", "login", "null").stdout).unwrap()
    };
    let first = login(&shell);
    assert_eq!(first["authenticated"], true);
    let who = |shell: &ShellProcess| shell.command(&["auth"]).stdout;
    assert_eq!(who(&shell), "signed in; the persona is signed-in\n");
    assert_eq!(shell.command(&["auth", "signed-out"]).code, Some(0));
    assert_eq!(who(&shell), "signed out; the persona is signed-out\n");
    assert_eq!(
        login(&shell),
        json!({ "authenticated": false, "token": null })
    );
    assert_eq!(shell.command(&["auth", "short"]).code, Some(0));
    let second = login(&shell);
    assert_ne!(
        second["token"], first["token"],
        "every login has its own token"
    );
    shell.wait_for(|event| event["event"] == "auth" && event["authenticated"] == true);
    shell.wait_for(|event| event["event"] == "auth" && event["authenticated"] == false);
    assert_eq!(login(&shell)["authenticated"], false);
    assert_eq!(who(&shell), "signed out; the persona is short\n");
    let unknown = shell.command(&["auth", "nobody"]);
    assert!(
        unknown
            .stderr
            .contains("known are expiring, short, signed-in, signed-out"),
        "{unknown:?}"
    );
    let token = first["token"].as_str().unwrap();
    let events = format!("{:?}", shell.events);
    assert!(!events.contains(token), "the token is not printed");
}

#[test]
fn the_signed_out_flag_sets_the_initial_login() {
    let plugins = Plugins::new(SAMPLE, &["sample"]);
    let args = ["--auth", "signed-out"].map(str::to_owned).to_vec();
    let shell = ShellProcess::start_with(
        plugins.root(),
        RunOptions {
            args,
            ..RunOptions::default()
        },
    );
    let login = shell.call("sample", "login", "null").stdout;
    assert_eq!(login, "{\"authenticated\":false,\"token\":null}\n");
    let refused = stratos(
        plugins.root(),
        ["run", "--port", "auto", "--auth", "nobody"],
    );
    assert_eq!(refused.code, Some(2), "{refused:?}");
}

#[test]
fn the_control_api_streams_events_to_clients_with_the_token() {
    let plugins = Plugins::new(SAMPLE, &["sample"]);
    let shell = ShellProcess::start(plugins.root());
    let mut stream = TcpStream::connect(shell.address).unwrap();
    let request = format!(
        "GET /__stratos/api/v1/events HTTP/1.1\r\nHost: {}\r\n{}\r\n\r\n",
        shell.address,
        token(&shell)
    );
    stream.write_all(request.as_bytes()).unwrap();
    let mut lines = BufReader::new(stream).lines().map(Result::unwrap);
    assert!(lines.any(|line| line.contains("text/event-stream")));
    assert_eq!(shell.call("sample", "push", "42").code, Some(0));
    let push = json!({ "event": "push", "plugin": "sample", "channel": "pushed", "payload": 42 });
    let is_push = |line: &String| {
        let data = line
            .strip_prefix("data: ")
            .and_then(|data| serde_json::from_str::<Value>(data).ok());
        data == Some(push.clone())
    };
    assert!(lines.any(|line| is_push(&line)));
}

#[test]
fn a_second_shell_is_refused_and_names_the_first() {
    let plugins = Plugins::new(SAMPLE, &["sample"]);
    let shell = ShellProcess::start(plugins.root());
    let state = shell.state.to_str().unwrap();
    let folder = plugins.root().to_str().unwrap();
    let second = stratos(
        plugins.root(),
        ["run", "--port", "auto", "--state", state, folder],
    );
    assert_eq!(second.code, Some(3), "{second:?}");
    assert!(
        second
            .stderr
            .contains(&format!("another shell (process {}", shell.pid())),
        "{second:?}"
    );
    assert_eq!(
        shell.get("/api/sample/hello/x").status,
        200,
        "the first shell still serves"
    );

    let port = shell.address.port().to_string();
    let third = stratos(plugins.root(), ["run", "--port", &port, folder]);
    assert_eq!(third.code, Some(3));
    assert!(
        third.stderr.contains(&format!("port {port} is taken")),
        "{third:?}"
    );
    // Wine does not report the process id of a connection.
    if cfg!(unix) {
        assert!(
            third.stderr.contains("is taken by cargo-stratos (process"),
            "{third:?}"
        );
    }
    assert!(third.stderr.contains("--port auto"), "{third:?}");
}

#[test]
fn plugins_that_cannot_run_are_listed_or_refused() {
    let plugins = Plugins::new(SAMPLE, &["sample", "ui", "script", "typed"]);
    std::fs::remove_file(plugins.program("ui")).unwrap();
    std::fs::remove_file(plugins.program("typed")).unwrap();
    let source = plugins.root().join("typed/src/background");
    std::fs::create_dir_all(&source).unwrap();
    std::fs::write(source.join("index.ts"), "export {};").unwrap();
    std::fs::rename(
        plugins.program("script"),
        plugins.root().join("script/background/index.js"),
    )
    .unwrap();
    let shell = ShellProcess::start(plugins.root());
    assert_eq!(
        shell.plugin("ui")["state"]["note"],
        "it has a UI only and needs no process"
    );
    let note = "its background module is JavaScript, which only the real shell runs";
    assert_eq!(shell.plugin("script")["state"]["note"], note);
    assert_eq!(
        shell.plugin("typed")["state"]["note"],
        "its background module is TypeScript, which only the real shell runs"
    );
    assert!(
        shell
            .call("ui", "x", "1")
            .stderr
            .contains("does not run: it is listed: it has a UI only")
    );

    let broken = plugins.root().join("broken");
    std::fs::create_dir(&broken).unwrap();
    let nothing = stratos(&broken, ["run"]);
    assert_eq!(nothing.code, Some(2));
    assert!(nothing.stderr.contains("cargo stratos new"), "{nothing:?}");
    std::fs::write(broken.join("plugin.json"), "{ \"id\": }").unwrap();
    let invalid = stratos(&broken, ["run"]);
    assert_eq!(invalid.code, Some(2));
    assert!(invalid.stderr.contains("plugin.json:1:"), "{invalid:?}");
    assert!(
        stratos(&broken, ["ps"])
            .stderr
            .contains("cargo stratos run")
    );
}

fn log_line(event: &Value) -> String {
    let text = |key: &str| event[key].as_str().unwrap_or_default().to_owned();
    let data = event
        .get("data")
        .map(|data| format!(" {data}"))
        .unwrap_or_default();
    format!(
        "{} {} {}{data}",
        text("level"),
        text("tag"),
        text("message")
    )
}

fn control(
    shell: &ShellProcess,
    method: &str,
    path: &str,
    body: &str,
) -> stratos_tests::HttpResponse {
    request(shell.address, method, path, &[&token(shell)], body)
}

fn token(shell: &ShellProcess) -> String {
    let owner = std::fs::read_to_string(shell.state.join("host.json")).unwrap();
    let owner: Value = serde_json::from_str(&owner).unwrap();
    format!("Authorization: Bearer {}", owner["token"].as_str().unwrap())
}

#[cfg(unix)]
fn end(shell: ShellProcess) {
    let (status, last) = shell.interrupt();
    assert!(status.success());
    let stopped = |event: &Value| event["state"]["name"] == "stopped";
    assert!(
        last.iter().any(stopped),
        "the stopped state is printed: {last:#?}"
    );
    let by_force = |event: &Value| event["tag"] == "shell";
    assert!(
        !last.iter().any(by_force),
        "the plugin exits by itself: {last:#?}"
    );
    let logged = |event: &Value| event["message"] == "stopped";
    assert!(
        last.iter().any(logged),
        "log messages of on_stop are printed: {last:#?}"
    );
}

/// Windows cannot send Ctrl-C to another process; a kill tests the harder case.
#[cfg(not(unix))]
fn end(shell: ShellProcess) {
    shell.kill();
}
