//! Streaming between clients and a plugin through the shell.

mod client;
mod sockets;

use std::time::Duration;

use serde_json::Value;
use stratos_tests::{Plugins, ShellProcess, process_status};

use self::client::{Client, about, wait_until, whole};

const PLUGIN: &str = env!("CARGO_BIN_EXE_streaming-plugin");

fn start() -> (Plugins, ShellProcess) {
    let plugins = Plugins::new(PLUGIN, &["streaming"]);
    let shell = ShellProcess::start(plugins.root());
    let plugin = shell.plugin("streaming");
    assert_eq!(plugin["state"]["name"], "running", "{plugin}");
    (plugins, shell)
}

#[tokio::test(flavor = "multi_thread")]
async fn server_sent_events_are_not_buffered() {
    let (_plugins, shell) = start();
    let mut client = Client::connect(shell.address).await;
    let wants = ["Accept: text/event-stream", "Accept-Encoding: gzip, br"];
    client.ask("GET", "/events", &wants).await;
    let head = client.head().await;
    assert!(head.contains("content-type: text/event-stream"), "{head}");
    assert!(!head.contains("content-encoding"), "{head}");
    for n in 0..20 {
        whole(shell.address, "POST", "/next/event").await;
        let event = client.chunk().await.unwrap();
        assert_eq!(event, format!("data: {n}\n\n").as_bytes());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_reader_applies_backpressure_to_the_plugin() {
    const MEBIBYTES: usize = 256;
    const MEBIBYTE: usize = 1024 * 1024;
    let (_plugins, shell) = start();
    let before = resident(&shell);
    let mut client = Client::connect(shell.address).await;
    let path = format!("/download/{MEBIBYTES}");
    client.ask("GET", &path, &[]).await;
    client.head().await;

    let mut produced = 0;
    let mut unchanged = 0;
    while unchanged < 10 {
        tokio::time::sleep(Duration::from_millis(50)).await;
        let now: usize = about(shell.address, "produced").await.parse().unwrap();
        unchanged = if now == produced { unchanged + 1 } else { 0 };
        produced = now;
    }
    assert!(produced > 0);
    // Upper bound of the socket buffers between plugin and reader.
    assert!(
        produced < 32 * MEBIBYTE,
        "{produced} bytes were produced for a reader that does not read"
    );

    let mut received = 0;
    let mut most = 0;
    loop {
        let chunk = client.chunk().await.unwrap();
        if chunk.is_empty() {
            break;
        }
        if (received / MEBIBYTE).is_multiple_of(16) {
            most = most.max(resident(&shell));
        }
        received += chunk.len();
    }
    assert_eq!(received, MEBIBYTES * MEBIBYTE);
    let growth = most.saturating_sub(before) / MEBIBYTE;
    println!(
        "{produced} bytes were on their way to a reader that did not read; {growth} MiB more for {MEBIBYTES} MiB"
    );
    assert!(growth < 64, "{growth} MiB more");
}

/// Resident memory of the shell in bytes; 0 where it cannot be read.
fn resident(shell: &ShellProcess) -> usize {
    process_status(shell.pid(), "VmRSS").unwrap_or_default() * 1024
}

#[tokio::test(flavor = "multi_thread")]
async fn uploads_are_streamed() {
    let (_plugins, shell) = start();
    let mut client = Client::connect(shell.address).await;
    let chunked = ["Transfer-Encoding: chunked"];
    client.ask("POST", "/upload", &chunked).await;
    let mut sent = String::new();
    for piece in ["one ", "two ", "three"] {
        client.send_chunk(piece).await;
        sent.push_str(piece);
        wait_until(shell.address, "received", &sent).await;
    }
    client.send(b"0\r\n\r\n").await;
    assert!(client.head().await.starts_with("http/1.1 200"));
    assert_eq!(client.bytes(7).await.unwrap(), b"the end");

    let mut client = Client::connect(shell.address).await;
    client.ask("POST", "/echo", &chunked).await;
    client.send_chunk("before the answer").await;
    client.head().await;
    assert_eq!(client.chunk().await.unwrap(), b"before the answer");
    for n in 0..20 {
        let piece = format!("piece {n}");
        client.send_chunk(&piece).await;
        assert_eq!(client.chunk().await.unwrap(), piece.as_bytes());
    }
    client.send(b"0\r\n\r\n").await;
    assert_eq!(client.chunk().await.unwrap(), b"");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plugin_is_notified_of_a_closed_connection() {
    let (_plugins, shell) = start();
    let mut client = Client::connect(shell.address).await;
    client.ask("GET", "/held", &[]).await;
    client.head().await;
    assert_eq!(client.chunk().await.unwrap(), b"first");
    assert_eq!(about(shell.address, "dropped").await, "0");
    drop(client);
    wait_until(shell.address, "dropped", "1").await;

    let mut client = Client::connect(shell.address).await;
    client.ask("GET", "/held-head", &[]).await;
    wait_until(shell.address, "produced", "1").await;
    drop(client);
    wait_until(shell.address, "dropped", "2").await;

    let mut client = Client::connect(shell.address).await;
    client
        .ask("POST", "/upload", &["Transfer-Encoding: chunked"])
        .await;
    client.send_chunk("half").await;
    wait_until(shell.address, "received", "half").await;
    drop(client);
    // The plugin still serves requests.
    assert_eq!(about(shell.address, "received").await, "half");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_incomplete_response_is_not_terminated_properly() {
    for how in ["chunked", "sized", "error"] {
        for version in ["1.1", "1.0"] {
            let (_plugins, shell) = start();
            let mut client = Client::connect(shell.address).await;
            let head = format!(
                "GET /api/streaming/broken/{how} HTTP/{version}\r\nHost: {}\r\n\r\n",
                shell.address
            );
            client.send(head.as_bytes()).await;
            let head = client.head().await;
            assert!(head.contains(" 200 "), "{head}");
            if version == "1.1" && how != "sized" {
                assert_eq!(client.chunk().await.unwrap(), b"first");
            } else {
                assert_eq!(client.bytes(5).await.unwrap(), b"first");
            }
            whole(shell.address, "POST", "/next/end").await;
            let rest = client.rest().await;
            // Neither the last chunk of a complete body nor an error page of the shell.
            assert_eq!(rest, "", "{how} {version}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_the_plugin_has_not_answered_fails_when_it_ends() {
    let (_plugins, shell) = start();
    let mut client = Client::connect(shell.address).await;
    client
        .ask("GET", "/held-head", &["Connection: close"])
        .await;
    wait_until(shell.address, "produced", "1").await;
    let stopped = tokio::task::block_in_place(|| shell.command(&["stop", "streaming"]));
    assert_eq!(stopped.code, Some(0), "{stopped:?}");
    let head = client.head().await;
    assert!(head.starts_with("http/1.1 502"), "{head}");
    let body: Value = serde_json::from_str(&client.rest().await).unwrap();
    assert_eq!(
        body["error"],
        "plugin `streaming` was stopped before it answered"
    );
    assert_eq!(body["code"], "no-response");
}

/// The shell sees the response and the exit at the same moment, because it was suspended meanwhile. Linux's buffers of
/// local sockets hold the whole response.
#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn a_response_is_complete_even_if_the_plugin_has_ended_since() {
    use std::fs;

    use rustix::process::{Pid, Signal, kill_process};

    const LENGTH: usize = 100_000;
    for _ in 0..5 {
        let (_plugins, shell) = start();
        let plugin = shell.plugin("streaming")["pid"].to_string();
        let mut client = Client::connect(shell.address).await;
        let path = format!("/last/{LENGTH}");
        client.ask("GET", &path, &["Connection: close"]).await;
        wait_until(shell.address, "produced", "1").await;
        let pid = Pid::from_raw(i32::try_from(shell.pid()).unwrap()).unwrap();
        kill_process(pid, Signal::STOP).unwrap();
        stratos_tests::wait_until("the plugin exits", || {
            // The suspended shell has not waited for its child process.
            let status = fs::read_to_string(format!("/proc/{plugin}/status"));
            status.is_ok_and(|status| status.contains("State:\tZ"))
        });
        kill_process(pid, Signal::CONT).unwrap();
        let head = client.head().await;
        assert!(head.starts_with("http/1.1 200"), "{head}");
        assert_eq!(client.rest().await.len(), LENGTH);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn responses_are_forwarded_unchanged() {
    let (_plugins, shell) = start();
    let ask = async |method: &str, path: &str| {
        let mut client = Client::connect(shell.address).await;
        client.ask(method, path, &["Connection: close"]).await;
        (client.head().await, client.rest().await)
    };
    let (head, body) = ask("GET", "/answers/sized").await;
    assert!(head.contains("content-length: 5\r\n"), "{head}");
    assert!(!head.contains("transfer-encoding"), "{head}");
    assert_eq!(body, "hello");
    let (head, body) = ask("HEAD", "/answers/sized").await;
    assert!(head.contains("content-length: 5\r\n"), "{head}");
    assert_eq!(body, "");
    let (head, body) = ask("HEAD", "/download/1").await;
    assert!(head.starts_with("http/1.1 200"), "{head}");
    assert_eq!(body, "");
    for (path, status) in [("no-content", 204), ("not-modified", 304)] {
        let (head, body) = ask("GET", &format!("/answers/{path}")).await;
        assert!(head.starts_with(&format!("http/1.1 {status} ")), "{head}");
        assert!(!head.contains("transfer-encoding"), "{head}");
        assert_eq!(body, "", "{path}");
    }
    let (head, _) = ask("GET", "/answers/not-modified").await;
    assert!(head.contains("etag: \"1\""), "{head}");
    let (head, _) = ask("GET", "/answers/teapot").await;
    assert!(head.starts_with("http/1.1 418"), "{head}");
    let (head, body) = ask("GET", "/answers/gzip").await;
    assert!(head.contains("content-encoding: gzip\r\n"), "{head}");
    assert!(body.ends_with("not really"), "{body:?}");
    let (head, _) = ask("GET", "/answers/cookies").await;
    for cookie in ["a=1; path=/", "b=2; httponly"] {
        let line = format!("set-cookie: {cookie}\r\n");
        assert!(head.contains(&line), "{head}");
    }
    let (head, body) = ask("GET", "/answers/hops").await;
    assert!(!head.contains("x-secret-hop"), "{head}");
    assert_eq!(body, "hops");
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_are_forwarded_unchanged() {
    let (_plugins, shell) = start();
    let mut client = Client::connect(shell.address).await;
    let headers = [
        "X-Twice: 1",
        "X-Twice: 2",
        "Accept-Encoding: gzip, br",
        "Cookie: a=1",
        "Cookie: b=2",
        "Connection: close",
        "Keep-Alive: timeout=5",
        "Content-Length: 3",
    ];
    client.ask("PATCH", "/headers?a=%20b&c", &headers).await;
    client.send(b"abc").await;
    client.head().await;
    let seen: Vec<(String, String)> = serde_json::from_str(&client.rest().await).unwrap();
    let values = |name: &str| -> Vec<&str> {
        let named = seen.iter().filter(|(its, _)| its == name);
        named.map(|(_, value)| value.as_str()).collect()
    };
    assert_eq!(values("x-twice"), ["1", "2"]);
    assert_eq!(values("accept-encoding"), ["gzip, br"]);
    assert_eq!(values("cookie"), ["a=1", "b=2"]);
    assert_eq!(values("host"), [shell.address.to_string()]);
    assert_eq!(values("content-length"), ["3"]);
    assert_eq!(values("body"), ["3"]);
    for hop in ["keep-alive", "connection", "transfer-encoding"] {
        assert_eq!(values(hop), Vec::<&str>::new(), "{hop}");
    }

    // GET requests may have a body, also a chunked one.
    let mut client = Client::connect(shell.address).await;
    let headers = ["Connection: close", "Transfer-Encoding: chunked"];
    client.ask("GET", "/headers", &headers).await;
    client.send_chunk("abcde").await;
    client.send(b"0\r\n\r\n").await;
    client.head().await;
    let seen: Vec<(String, String)> = serde_json::from_str(&client.rest().await).unwrap();
    assert!(
        seen.contains(&("body".to_owned(), "5".to_owned())),
        "{seen:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn trailers_are_forwarded_both_ways() {
    let (_plugins, shell) = start();
    let mut client = Client::connect(shell.address).await;
    let wants = ["TE: trailers", "Connection: TE, close"];
    client.ask("GET", "/trailers", &wants).await;
    let head = client.head().await;
    assert!(head.contains("trailer: x-sum"), "{head}");
    assert_eq!(
        client.rest().await,
        "7\r\ncounted\r\n0\r\nx-sum: 42\r\n\r\n"
    );

    let mut client = Client::connect(shell.address).await;
    let headers = [
        "Transfer-Encoding: chunked",
        "Trailer: x-sum",
        "Connection: close",
    ];
    client.ask("POST", "/takes-trailers", &headers).await;
    client.send_chunk("counted").await;
    client.send(b"0\r\nX-Sum: 42\r\n\r\n").await;
    client.head().await;
    assert_eq!(client.rest().await, "Some(\"42\")");
}

#[tokio::test(flavor = "multi_thread")]
async fn expect_100_continue_is_answered() {
    let (_plugins, shell) = start();
    let mut client = Client::connect(shell.address).await;
    let headers = ["Expect: 100-continue", "Content-Length: 4"];
    client.ask("POST", "/upload", &headers).await;
    assert!(client.head().await.starts_with("http/1.1 100"));
    client.send(b"body").await;
    assert!(client.head().await.starts_with("http/1.1 200"));
    assert_eq!(client.bytes(7).await.unwrap(), b"the end");
    assert_eq!(about(shell.address, "received").await, "body");

    // A response does not wait for a request body that the plugin does not read.
    let mut client = Client::connect(shell.address).await;
    client
        .ask("POST", "/early", &["Content-Length: 1000000"])
        .await;
    assert!(client.head().await.starts_with("http/1.1 413"));
}
