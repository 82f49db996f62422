//! Events of HTTP requests, IPC calls and config changes, in `cargo stratos run --json`.

use std::future::pending;
#[cfg(unix)]
use std::io;
use std::io::Write as _;
use std::net::{SocketAddr, TcpStream};
use std::process::{Command, Stdio};
use std::sync::Arc;
#[cfg(unix)]
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};
use stratos::session::run;
use stratos::{Identity, create_plugin};
use stratos_host::event::{Event, EventBus};
use stratos_host::process::{InMemoryLauncher, PluginFolders};
use stratos_host::remote::HostFile;
use stratos_host::{PluginSpec, Shell, ShellOptions, StateDir};
use stratos_tests::{
    KeepAliveClient, Plugins, RunOptions, ShellProcess, cargo_stratos, request, wait_until,
};
use tokio::time::timeout;

use crate::SAMPLE;

/// The next event of a kind, whose time is checked and removed.
fn next(shell: &mut ShellProcess, kind: &str) -> Value {
    let mut event = shell.wait_for(|event| event["event"] == kind);
    let ms = event.as_object_mut().unwrap().remove("ms");
    assert!(ms.is_none_or(|ms| ms.as_f64() >= Some(0.0)), "{event}");
    event
}

fn request_event(plugin: &str, method: &str, path: &str, status: u16) -> Value {
    json!({ "event": "request", "plugin": plugin, "method": method, "path": path, "status": status })
}

#[test]
fn every_request_has_an_event_also_if_it_is_refused() {
    let plugins = Plugins::new(SAMPLE, &["sample"]);
    let mut shell = ShellProcess::start(plugins.root());
    let foreign = ["Origin: http://evil.example"];
    let upgrade = [
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
    ];
    for (method, path, headers, status, plugin) in [
        ("GET", "/api/sample/hello/x", &[][..], 200, "sample"),
        ("POST", "/api/sample/echo?a=1&b=%20", &[], 200, "sample"),
        ("GET", "/api/sample/panic", &[], 500, "sample"),
        ("DELETE", "/api/sample/hello/x", &[], 405, "sample"),
        ("GET", "/api/sample/hello/x", &foreign, 403, "sample"),
        ("GET", "/api/nobody", &[], 404, ""),
        ("GET", "/api/sample/../x", &[], 400, "sample"),
        ("GET", "/__stratos/ipc/sample", &foreign, 403, "sample"),
        ("GET", "/__stratos/api/v1/plugins", &[], 401, ""),
        ("GET", "/", &[], 200, ""),
    ] {
        assert_eq!(
            request(shell.address, method, path, headers, "").status,
            status
        );
        let mut event = next(&mut shell, "request");
        let refused = event.as_object_mut().unwrap().remove("refused");
        let is_refused = matches!(status, 400 | 403);
        assert_eq!(refused.is_some(), is_refused, "{path}: {refused:?}");
        assert_eq!(event, request_event(plugin, method, path, status));
    }
    // The event of a stream or a WebSocket comes when it opens, and not at its end.
    for (path, headers, status) in [
        ("/api/sample/stream", &[][..], 200),
        ("/api/sample/socket", &upgrade, 101),
        ("/__stratos/ipc/sample", &upgrade, 101),
    ] {
        let stream = open(shell.address, path, headers);
        let event = next(&mut shell, "request");
        assert_eq!(event, request_event("sample", "GET", path, status));
        drop(stream);
    }
}

#[test]
fn a_request_whose_client_disconnects_has_no_status() {
    let plugins = Plugins::new(env!("CARGO_BIN_EXE_streaming-plugin"), &["streaming"]);
    let mut shell = ShellProcess::start(plugins.root());
    let client = open(shell.address, "/api/streaming/held-head", &[]);
    wait_until("the plugin has the request", || {
        shell.get("/api/streaming/about/produced").body == "1"
    });
    drop(client);
    let is_held = |event: &Value| event["path"] == "/api/streaming/held-head";
    let mut event = shell.wait_for(is_held);
    assert!(event["ms"].take().is_number(), "{event}");
    let expected = json!({ "event": "request", "plugin": "streaming", "method": "GET", "path": "/api/streaming/held-head", "ms": null });
    assert_eq!(event, expected);
}

#[tokio::test(start_paused = true)]
async fn a_call_whose_caller_disconnects_has_an_event() {
    let launcher = InMemoryLauncher::new(PluginFolders::default(), |connection| async move {
        let plugin = create_plugin(Identity {
            id: "slow".to_owned(),
            version: "1.0.0".to_owned(),
        });
        let plugin = plugin
            .on_start(async |ctx| {
                let never = async |_: Value| pending::<stratos::Result>().await;
                Ok(ctx.ipc.handle("never", never).await?)
            })
            .on_stop(async |_| Ok(()));
        let _ = run(plugin.build().unwrap(), connection).await;
    });
    let spec = PluginSpec {
        id: "slow".to_owned(),
        name: "Slow".to_owned(),
        version: "1.0.0".to_owned(),
        settings: None,
        launcher: Ok(Arc::new(launcher)),
    };
    let options = ShellOptions::new(StateDir::in_memory().unwrap());
    let (shell, _client) =
        Shell::start_in_memory(options, vec![spec], EventBus::default()).unwrap();
    shell.ready().await;
    let mut events = shell.subscribe();
    let call = shell.control().invoke("slow", "never", Value::Null);
    timeout(Duration::from_secs(1), call).await.unwrap_err();
    let event = events.next().await.unwrap();
    let Event::Call { channel, error, .. } = &*event else {
        panic!("{event:?}");
    };
    assert_eq!(channel, "never");
    assert_eq!(error.as_deref(), Some("the caller disconnected"));
}

#[test]
fn ipc_calls_and_config_changes_have_events() {
    let plugins = Plugins::new(SAMPLE, &["sample"]);
    let mut shell = ShellProcess::start(plugins.root());
    shell.expect(|event| {
        *event == json!({ "event": "config", "plugin": "sample", "key": "starts", "value": 1, "by_plugin": true })
    });
    assert_eq!(shell.call("sample", "add", "[40, 2]").stdout, "42\n");
    assert_eq!(
        next(&mut shell, "call"),
        json!({ "event": "call", "plugin": "sample", "channel": "add" })
    );
    for (channel, error) in [
        ("fail", "as asked"),
        ("panic", "panicked: as asked"),
        (
            "nope",
            "plugin `sample` has no handler for the channel `nope`",
        ),
    ] {
        assert_eq!(shell.call("sample", channel, "1").code, Some(1));
        let event = next(&mut shell, "call");
        assert_eq!(event["channel"], channel);
        assert!(
            event["error"].as_str().unwrap().starts_with(error),
            "{event}"
        );
    }
    shell.set_config("sample", "home", "{\"icao\":\"EDDF\"}");
    shell.set_config("sample", "home", "null");
    assert_eq!(
        shell.command(&["config", "delete", "sample", "home"]).code,
        Some(0)
    );
    assert_eq!(shell.call("sample", "delete", "\"starts\"").code, Some(0));
    shell.set_config("sample", "old", "1");
    // Values that an import replaces are removed, of one plugin and of all.
    let file = plugins.root().join("values.json");
    let path = file.to_str().unwrap();
    std::fs::write(&file, r#"{ "new": 1 }"#).unwrap();
    let import = shell.command(&["config", "import", "sample", path]);
    assert_eq!(import.code, Some(0), "{import:?}");
    std::fs::write(&file, r#"{ "stratosConfig": 1, "plugins": {} }"#).unwrap();
    assert_eq!(shell.command(&["config", "import", path]).code, Some(0));
    for (key, value, by_plugin) in [
        ("home", Some(json!({ "icao": "EDDF" })), false),
        ("home", Some(Value::Null), false),
        ("home", None, false),
        ("starts", None, true),
        ("old", Some(json!(1)), false),
        ("old", None, false),
        ("new", Some(json!(1)), false),
        ("new", None, false),
    ] {
        let mut expected =
            json!({ "event": "config", "plugin": "sample", "key": key, "by_plugin": by_plugin });
        if let Some(value) = value {
            expected["value"] = value;
        }
        assert_eq!(next(&mut shell, "config"), expected);
    }
}

#[test]
fn no_event_has_a_token_or_is_about_the_commands_own_requests() {
    let plugins = Plugins::new(SAMPLE, &["sample"]);
    let mut shell = ShellProcess::start(plugins.root());
    let token = HostFile::read(&shell.state).unwrap().token;
    shell.set_config("sample", "home", "1");
    assert_eq!(shell.call("sample", "add", "[1, 2]").code, Some(0));
    assert_eq!(
        shell
            .get(&format!("/api/sample/hello/x?token={token}&a=1"))
            .status,
        200
    );
    let event = next(&mut shell, "request");
    let path = "/api/sample/hello/x?token=[redacted]&a=1";
    assert_eq!(event, request_event("sample", "GET", path, 200));
    assert!(!format!("{:?}", shell.events).contains(&token));
}

#[cfg(unix)]
#[test]
fn under_load_requests_are_counted_instead() {
    const COUNT: u64 = 5000;
    let plugins = Plugins::new(SAMPLE, &["sample"]);
    let shell = ShellProcess::start(plugins.root());
    // Sent at once, and answered by the shell itself.
    let head = format!("GET /api/nobody HTTP/1.1\r\nHost: {}\r\n", shell.address);
    let mut requests = format!("{head}\r\n").repeat(usize::try_from(COUNT).unwrap() - 1);
    requests.push_str(&format!("{head}Connection: close\r\n\r\n"));
    let mut stream = TcpStream::connect(shell.address).unwrap();
    let mut reader = stream.try_clone().unwrap();
    let responses = thread::spawn(move || io::copy(&mut reader, &mut io::sink()));
    stream.write_all(requests.as_bytes()).unwrap();
    responses.join().unwrap().unwrap();
    // Those that are not counted yet are counted at the stop.
    let (_, events) = shell.interrupt();
    let own = events.iter().filter(|event| event["plugin"] == "");
    let (shown, suppressed): (Vec<_>, Vec<_>) = own.partition(|event| event["event"] == "request");
    let counted = suppressed
        .iter()
        .filter_map(|event| event["requests"].as_u64());
    let (shown, counted) = (shown.len() as u64, counted.sum::<u64>());
    assert_eq!(shown + counted, COUNT);
    assert!(counted > 0, "{shown} are shown");
}

/// The output is a pipe that nobody reads.
#[test]
fn a_blocked_terminal_does_not_block_requests() {
    let plugins = Plugins::new(SAMPLE, &["sample"]);
    let state = plugins.root().join("sample/.stratos");
    let mut shell = Command::new(cargo_stratos())
        .args(["run", "--port", "auto", "--no-watch"])
        .current_dir(plugins.root().join("sample"))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    wait_until("the shell runs", || HostFile::read(&state).is_ok());
    let port = HostFile::read(&state).unwrap().port;
    let address = SocketAddr::from(([127, 0, 0, 1], port));
    let long = format!("/api/sample/hello/{}", "x".repeat(400));
    wait_until("the plugin serves", || {
        request(address, "GET", "/api/sample/hello/x", &[], "").status == 200
    });
    let mut client = KeepAliveClient::connect(address).unwrap();
    for _ in 0..600 {
        assert_eq!(client.get(&long).unwrap().0, 200);
    }
    shell.kill().unwrap();
    shell.wait().unwrap();
}

/// `--quiet`, `--log-level` and `--log-plugin` select events; all shells are sent the same requests.
#[test]
fn options_select_the_events() {
    let plugins = Plugins::new(SAMPLE, &["sample", "other"]);
    let seen = |args: &[&str]| {
        let args = args.iter().map(|arg| (*arg).to_owned()).collect();
        let options = RunOptions {
            args,
            ..RunOptions::default()
        };
        let mut shell = ShellProcess::start_with(plugins.root(), options);
        for path in ["/api/sample/hello/x", "/api/other/nowhere", "/api/nobody"] {
            let _ = shell.get(path);
        }
        assert_eq!(shell.call("sample", "log", "\"debug\"").code, Some(0));
        assert_eq!(shell.call("sample", "log", "\"info\"").code, Some(0));
        assert_eq!(shell.call("sample", "log", "\"error\"").code, Some(0));
        shell.wait_for(|event| {
            event["event"] == "log" && event["message"] == "said" && event["level"] == "error"
        });
        let names = shell.events.iter().map(|event| match &event["event"] {
            Value::String(kind) if kind == "request" => {
                format!("request {}", event["path"].as_str().unwrap())
            }
            Value::String(kind) if kind == "log" => {
                format!("log {}", event["level"].as_str().unwrap())
            }
            kind => kind.as_str().unwrap().to_owned(),
        });
        names.collect::<Vec<_>>()
    };
    let has = |events: &[String], name: &str| events.iter().any(|event| event == name);
    let all = seen(&[]);
    for name in [
        "request /api/sample/hello/x",
        "request /api/other/nowhere",
        "request /api/nobody",
        "call",
        "config",
        "state",
        "log debug",
    ] {
        assert!(has(&all, name), "{name}: {all:?}");
    }
    let quiet = seen(&["-q"]);
    assert!(
        !quiet
            .iter()
            .any(|name| name.starts_with("request") || name == "call" || name == "config"),
        "{quiet:?}"
    );
    assert!(
        has(&quiet, "state") && has(&quiet, "log debug"),
        "{quiet:?}"
    );
    let warnings = seen(&["--log-level", "warn"]);
    assert!(
        has(&warnings, "request /api/nobody") && has(&warnings, "log error"),
        "{warnings:?}"
    );
    for name in [
        "request /api/sample/hello/x",
        "log info",
        "log debug",
        "call",
        "state",
    ] {
        assert!(!has(&warnings, name), "{name}: {warnings:?}");
    }
    let sample = seen(&["--log-plugin", "sample"]);
    assert!(
        has(&sample, "request /api/sample/hello/x") && has(&sample, "request /api/nobody"),
        "{sample:?}"
    );
    assert!(!has(&sample, "request /api/other/nowhere"), "{sample:?}");
}

/// Sends a request, and does not wait for the response.
fn open(address: SocketAddr, path: &str, headers: &[&str]) -> TcpStream {
    let mut stream = TcpStream::connect(address).unwrap();
    let headers: String = headers.iter().map(|line| format!("{line}\r\n")).collect();
    let head = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\n{headers}\r\n");
    stream.write_all(head.as_bytes()).unwrap();
    stream
}
