//! The airline: the mock airline, a server over HTTP, the pilot's token, and airline-scoped settings.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use stratos_host::config::{AirlineConfig, AirlineTable, PilotTable, WeightUnit};
use stratos_host::event::Event;
use stratos_host::{ShellOptions, StateDir};
use stratos_protocol::airline::{Answer, Call, GetAirline, Method};
use stratos_protocol::config::{Get, GetAll, Set};
use stratos_protocol::{ErrorCode, RpcError};
use stratos_tests::{RawConnection, RawPlugin, RawShell};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::sync::Barrier;

fn options(table: AirlineTable) -> ShellOptions {
    ShellOptions {
        airline: AirlineConfig {
            table,
            ..AirlineConfig::default()
        },
        ..ShellOptions::new(StateDir::in_memory().unwrap())
    }
}

fn at(address: SocketAddr) -> AirlineTable {
    AirlineTable {
        name: Some("Sky".to_owned()),
        base_url: Some(format!("http://{address}/base").try_into().unwrap()),
        ..AirlineTable::default()
    }
}

async fn start(table: AirlineTable) -> (RawShell, RawConnection) {
    let mut plugin = RawPlugin::without_folders("demo");
    let shell = RawShell::start_with(options(table), &[&plugin]).await;
    let ctx = plugin.next().await;
    (shell, ctx)
}

async fn send(
    ctx: &RawConnection,
    method: Method,
    path: &str,
    body: Option<Value>,
) -> Result<Answer, RpcError> {
    let path = path.to_owned();
    ctx.call(&Call { method, path, body }).await
}

async fn get(ctx: &RawConnection, path: &str) -> Result<Answer, RpcError> {
    send(ctx, Method::Get, path, None).await
}

/// A server, and the requests that it has read so far.
struct Server {
    address: SocketAddr,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// Answers each request, one on a connection, with what `respond` returns.
    async fn start<F, Fut>(respond: F) -> Self
    where
        F: Fn(String) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Vec<u8>> + Send,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let requests = Arc::default();
        let server = Self {
            address,
            requests: Arc::clone(&requests),
        };
        let respond = Arc::new(respond);
        tokio::spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                let (respond, requests) = (Arc::clone(&respond), Arc::clone(&requests));
                tokio::spawn(async move {
                    let mut request = Vec::new();
                    let mut bytes = [0; 4096];
                    // The tests send small bodies, which come with the head.
                    while !request.windows(4).any(|end| end == b"\r\n\r\n") {
                        let length = stream.read(&mut bytes).await.unwrap();
                        request.extend_from_slice(&bytes[..length]);
                    }
                    let request = String::from_utf8(request).unwrap();
                    requests.lock().unwrap().push(request.clone());
                    let response = respond(request).await;
                    // The shell may have stopped reading.
                    let _ = stream.write_all(&response).await;
                });
            }
        });
        server
    }

    fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

fn response(status: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\n\r\n{body}").into_bytes()
}

fn token(request: &str) -> String {
    let line = request.lines().find_map(|line| {
        let (name, value) = line.split_once(": ")?;
        name.eq_ignore_ascii_case("authorization").then_some(value)
    });
    let token = line.unwrap().strip_prefix("Bearer ").unwrap();
    assert!(token.len() > 40, "{token}");
    token.to_owned()
}

/// Panics if the journal has one of the tokens.
fn assert_secret(shell: &RawShell, tokens: &[String]) {
    let journal = shell.journal.read(|entries| format!("{entries:?}"));
    let events = shell.events(|event| Some(serde_json::to_string(event).unwrap()));
    for token in tokens {
        assert!(!journal.contains(token.as_str()), "the journal has a token");
        assert!(!events.concat().contains(token.as_str()));
    }
}

#[tokio::test(start_paused = true)]
async fn the_mock_airline_is_bound_while_a_user_is_signed_in() {
    let (shell, ctx) = start(AirlineTable::default()).await;
    let airline = ctx.call(&GetAirline {}).await.unwrap().unwrap();
    assert_eq!(airline.id.as_deref(), Some("mock-airline"));
    assert_eq!(airline.base_url, "https://airline.invalid");
    let pilot = get(&ctx, "/api/pilot?x=1").await.unwrap();
    assert_eq!(pilot.status, 200);
    assert_eq!(pilot.body["data"]["home"], "EDDF");
    let bid = json!({ "callsign": "MCK9" });
    let added = send(&ctx, Method::Post, "/api/bids", Some(bid)).await;
    assert_eq!(added.unwrap().body["data"]["id"], 2);
    let removed = send(&ctx, Method::Delete, "/api/bids/1", None).await;
    let expected = Answer {
        status: 204,
        body: Value::Null,
    };
    assert_eq!(removed.unwrap(), expected);
    shell
        .shell
        .control()
        .switch_auth("signed-out")
        .await
        .unwrap();
    assert_eq!(ctx.call(&GetAirline {}).await.unwrap(), None);
    let error = get(&ctx, "/api/pilot").await.unwrap_err();
    assert_eq!(error.code, ErrorCode::NotSupported);
    assert_eq!(error.message, "no airline is bound: nobody is signed in");
    let events = shell.events(|event| match event {
        Event::Airline { path, status, .. } => Some((path.clone(), *status)),
        _ => None,
    });
    let expected = [
        ("/api/pilot?x=1", Some(200)),
        ("/api/bids", Some(201)),
        ("/api/bids/1", Some(204)),
    ];
    assert_eq!(
        events,
        expected.map(|(path, status)| (path.to_owned(), status))
    );
}

#[tokio::test(start_paused = true)]
async fn stratos_toml_can_leave_the_airline_out() {
    let table = AirlineTable {
        enabled: Some(false),
        ..AirlineTable::default()
    };
    let (_shell, ctx) = start(table).await;
    assert_eq!(ctx.call(&GetAirline {}).await.unwrap(), None);
    let error = get(&ctx, "/api/pilot").await.unwrap_err();
    assert_eq!(
        error.message,
        "no airline is bound: stratos.toml has `enabled = false` in `[airline]`"
    );
    let error = get(&ctx, "https://elsewhere.example/").await.unwrap_err();
    assert_eq!(error.code, ErrorCode::InvalidParams);
}

#[tokio::test(start_paused = true)]
async fn an_expired_token_of_the_mock_airline_is_refreshed_once() {
    let table = AirlineTable {
        expires_in_seconds: Some(60),
        ..AirlineTable::default()
    };
    let (shell, ctx) = start(table).await;
    let refreshes = || {
        let lines = shell.warnings().into_iter();
        lines.filter(|line| line.contains("was refreshed")).count()
    };
    for expected in [0, 1, 2] {
        let both = tokio::join!(get(&ctx, "/api/fleet"), get(&ctx, "/api/bids"));
        assert_eq!((both.0.unwrap().status, both.1.unwrap().status), (200, 200));
        assert_eq!(refreshes(), expected);
        tokio::time::advance(Duration::from_secs(61)).await;
    }
    let refreshed = shell.client.request(
        hyper::Request::post("http://127.0.0.1:2066/api/auth/va/refresh")
            .body(Default::default())
            .unwrap(),
    );
    assert_eq!(refreshed.await.unwrap().status(), 200);
    assert_eq!(get(&ctx, "/api/fleet").await.unwrap().status, 200);
    assert_eq!(refreshes(), 2, "the UI has refreshed the login before");
}

#[tokio::test]
async fn two_requests_that_are_refused_at_once_share_one_refresh() {
    let both_refused = Arc::new(Barrier::new(2));
    let first_token = Arc::new(Mutex::new(None));
    let server = Server::start(move |request| {
        let both_refused = Arc::clone(&both_refused);
        let token = token(&request);
        let first = first_token
            .lock()
            .unwrap()
            .get_or_insert(token.clone())
            .clone();
        async move {
            if first == token {
                both_refused.wait().await;
                return response("401 Unauthorized", "");
            }
            // A server that repeats the tokens.
            response("200 OK", &json!({ "you sent": [first, token] }).to_string())
        }
    });
    let server = server.await;
    let (shell, ctx) = start(at(server.address)).await;
    let body = Some(json!({ "home": "EDDF" }));
    let (one, other) = tokio::join!(
        get(&ctx, "/api/bids?page=2&token=hunter22"),
        send(&ctx, Method::Patch, "/api/pilot", body),
    );
    for answer in [one, other] {
        let expected = Answer {
            status: 200,
            body: json!({ "you sent": ["[redacted]", "[redacted]"] }),
        };
        assert_eq!(answer.unwrap(), expected);
    }
    let requests = server.requests();
    assert_eq!(requests.len(), 4);
    let tokens: Vec<_> = requests.iter().map(|request| token(request)).collect();
    assert_eq!(tokens[0], tokens[1]);
    assert_eq!(tokens[2], tokens[3], "both have the token of one refresh");
    assert_ne!(tokens[1], tokens[2]);
    let patch = requests.iter().find(|request| request.starts_with("PATCH"));
    let patch = patch.unwrap();
    assert!(
        patch.starts_with("PATCH /base/api/pilot HTTP/1.1\r\n"),
        "{patch}"
    );
    assert!(patch.contains("content-type: application/json"), "{patch}");
    assert!(patch.ends_with("\r\n\r\n{\"home\":\"EDDF\"}"), "{patch}");
    assert_secret(&shell, &tokens);
    let paths = shell.events(|event| match event {
        Event::Airline { path, .. } => Some(path.clone()),
        _ => None,
    });
    assert!(
        paths.contains(&"/api/bids?page=2&token=[redacted]".to_owned()),
        "{paths:?}"
    );
}

#[tokio::test]
async fn a_second_401_is_the_answer() {
    let server = Server::start(async |_| response("401 Unauthorized", "no")).await;
    let (_shell, ctx) = start(at(server.address)).await;
    let answer = get(&ctx, "/api/pilot").await.unwrap();
    assert_eq!((answer.status, answer.body), (401, json!("no")));
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn failures_of_the_server_are_errors_that_name_it() {
    let large = || "x".repeat(512 * 1024 + 1);
    let server = Server::start(move |request: String| async move {
        let path = request.split(' ').nth(1).unwrap();
        match path {
            "/base/garbage" => b"SSH-2.0-OpenSSH_9.6\r\n".to_vec(),
            "/base/large" => response("200 OK", &large()),
            "/base/short" => b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nab".to_vec(),
            "/base/moved" => {
                b"HTTP/1.1 302 Found\r\nlocation: http://elsewhere.example/\r\n\r\n".to_vec()
            }
            "/base/deep" => response("200 OK", &"[".repeat(100_000)),
            _ => response("404 Not Found", "<html>"),
        }
    });
    let server = server.await;
    let (shell, ctx) = start(at(server.address)).await;
    for (path, reason) in [
        ("/garbage", "does not answer with HTTP: "),
        (
            "/large",
            "answers with a body over 512 KiB, which is the limit",
        ),
        ("/short", "ends its answer too early: "),
        (
            "/moved",
            "answers with the redirect 302, which is not followed: the token would go elsewhere",
        ),
    ] {
        let error = get(&ctx, path).await.unwrap_err();
        assert_eq!(error.code, ErrorCode::UpstreamFailed, "{path}");
        let start = format!(
            "`ctx.airline` of plugin `demo`: GET http://{}/base{path} {reason}",
            server.address
        );
        assert!(error.message.starts_with(&start), "{error}");
    }
    let unknown = get(&ctx, "/unknown").await.unwrap();
    assert_eq!((unknown.status, unknown.body), (404, json!("<html>")));
    // No JSON that a plugin could parse.
    assert!(get(&ctx, "/deep").await.unwrap().body.is_string());
    let tokens = server
        .requests()
        .iter()
        .map(|request| token(request))
        .collect::<Vec<_>>();
    assert_secret(&shell, &tokens);
    let address = {
        let closed = TcpListener::bind("127.0.0.1:0").await.unwrap();
        closed.local_addr().unwrap()
    };
    let (_shell, ctx) = start(at(address)).await;
    let error = get(&ctx, "/api/pilot?key=hunter22")
        .await
        .unwrap_err()
        .message;
    let start = format!(
        "`ctx.airline` of plugin `demo`: GET http://{address}/base/api/pilot?key=[redacted] does not accept connections: "
    );
    assert!(error.starts_with(&start), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_server_that_never_answers_is_an_error_in_time() {
    let server = Server::start(async |_| std::future::pending().await).await;
    let (_shell, ctx) = start(at(server.address)).await;
    let error = get(&ctx, "/api/pilot").await.unwrap_err();
    assert_eq!(error.code, ErrorCode::UpstreamFailed);
    assert!(
        error.message.ends_with("has not answered within 25 s"),
        "{error}"
    );
}

#[tokio::test(start_paused = true)]
async fn settings_of_the_airline_count_where_the_pilot_has_set_nothing() {
    let values = BTreeMap::from([
        ("hub".to_owned(), json!("EDDF")),
        ("level".to_owned(), json!(3)),
    ]);
    let table = AirlineTable {
        settings: BTreeMap::from([("demo".to_owned(), values)]),
        ..AirlineTable::default()
    };
    let (shell, ctx) = start(table).await;
    let read = async |key: &str| {
        let key = key.to_owned();
        let found = ctx.call(&Get { key }).await.unwrap();
        found.found.then_some(found.value)
    };
    assert_eq!(read("hub").await, Some(json!("EDDF")));
    assert_eq!(read("other").await, None);
    let control = shell.shell.control();
    let refused = control.config_set("demo", "hub".to_owned(), json!("LGIR"));
    assert_eq!(
        refused.await.unwrap_err().to_string(),
        "`hub` of plugin `demo` is set by the airline, so it is read-only for the pilot: change it in `[airline.settings.demo]` of stratos.toml"
    );
    control
        .config_set("demo", "own".to_owned(), json!(1))
        .await
        .unwrap();
    let set = Set {
        key: "level".to_owned(),
        value: json!(4),
    };
    ctx.call(&set).await.unwrap();
    let all = ctx.call(&GetAll { after: None }).await.unwrap();
    let expected = json!({ "hub": "EDDF", "level": 4, "own": 1 });
    assert_eq!(json!(all.entries), expected);
    let route = "http://127.0.0.1:2066/api/plugins-config/demo/airline";
    assert_eq!(
        fetch(&shell, route).await,
        (200, json!({ "data": { "hub": "EDDF", "level": 3 } }))
    );
    let unknown = "http://127.0.0.1:2066/api/plugins-config/nope/airline";
    assert_eq!(fetch(&shell, unknown).await.0, 404);
}

#[tokio::test(start_paused = true)]
async fn changed_settings_keep_what_plugins_have_posted_and_another_airline_begins_anew() {
    let (shell, ctx) = start(AirlineTable::default()).await;
    let bids = async || {
        let answer = get(&ctx, "/api/bids").await.unwrap();
        answer.body["data"].as_array().unwrap().len()
    };
    let before = bids().await;
    let bid = Some(json!({ "departure": "EDDF" }));
    send(&ctx, Method::Post, "/api/bids", bid).await.unwrap();
    let apply = |table: &AirlineTable| {
        shell.shell.control().apply_airline(AirlineConfig {
            table: table.clone(),
            ..AirlineConfig::default()
        });
    };
    let values = BTreeMap::from([("hub".to_owned(), json!("EDDF"))]);
    let mut table = AirlineTable {
        settings: BTreeMap::from([("demo".to_owned(), values)]),
        ..AirlineTable::default()
    };
    apply(&table);
    let key = "hub".to_owned();
    assert_eq!(ctx.call(&Get { key }).await.unwrap().value, json!("EDDF"));
    assert_eq!(bids().await, before + 1);
    table.name = Some("Sky".to_owned());
    apply(&table);
    let airline = ctx.call(&GetAirline {}).await.unwrap();
    assert_eq!(airline.unwrap().name, "Sky");
    assert_eq!(bids().await, before);
}

#[tokio::test(start_paused = true)]
async fn settings_of_the_airline_that_do_not_fit_are_warnings() {
    let values = |key: &str| BTreeMap::from([(key.to_owned(), json!("x"))]);
    let table = AirlineTable {
        settings: BTreeMap::from([
            ("demo".to_owned(), values("hub")),
            ("dmeo".to_owned(), values("hub")),
            ("elsewhere".to_owned(), values("hub")),
        ]),
        ..AirlineTable::default()
    };
    let mut plugin = RawPlugin::without_folders("demo");
    let mut spec = plugin.spec();
    spec.settings = Some(Vec::new());
    let shell = RawShell::start_specs(options(table), vec![spec]).await;
    plugin.next().await;
    let warnings = shell.warnings();
    assert_eq!(warnings.len(), 2, "{warnings:?}");
    assert!(
        warnings[0]
            .starts_with("a value of `[airline.settings.demo]` in stratos.toml does not fit: "),
        "{warnings:?}"
    );
    assert_eq!(
        warnings[1],
        "`[airline.settings.dmeo]` in stratos.toml: there is no such plugin here, did you mean `demo`?"
    );
}

#[tokio::test(start_paused = true)]
async fn the_shell_has_the_pilot_and_keeps_its_routes() {
    let options = ShellOptions {
        pilot: PilotTable {
            simbrief_username: Some("ada".to_owned()),
            weight_unit: Some(WeightUnit::Kg),
        },
        ..ShellOptions::new(StateDir::in_memory().unwrap())
    };
    let mut plugin = RawPlugin::without_folders("demo");
    let shell = RawShell::start_with(options, &[&plugin]).await;
    let ctx = plugin.next().await;
    let config = fetch(&shell, "http://127.0.0.1:2066/api/config").await;
    let data = json!({ "simbriefUsername": "ada", "weightUnit": "kg" });
    assert_eq!(config, (200, json!({ "data": data })));
    for prefix in [
        "/api/config",
        "/api/auth/va/refresh",
        "/api/plugins-config/demo",
    ] {
        let claim = stratos_protocol::server::Register {
            prefix: prefix.to_owned(),
            routes: Vec::new(),
        };
        let error = ctx.call(&claim).await.unwrap_err();
        assert!(error.message.contains("reserved by the shell"), "{error}");
    }
    // A prefix around them is served beside them.
    let claim = stratos_protocol::server::Register {
        prefix: "/api".to_owned(),
        routes: Vec::new(),
    };
    ctx.call(&claim).await.unwrap();
    assert_eq!(
        fetch(&shell, "http://127.0.0.1:2066/api/config").await,
        config
    );
}

async fn fetch(shell: &RawShell, url: &str) -> (u16, Value) {
    let request = hyper::Request::get(url).body(Default::default()).unwrap();
    let response = shell.client.request(request).await.unwrap();
    let status = response.status().as_u16();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    (status, serde_json::from_slice(&body).unwrap())
}
