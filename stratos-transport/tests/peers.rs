//! Two peers over a pair in memory.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::value::{RawValue, to_raw_value};
use stratos_protocol::ipc::Invoke;
use stratos_protocol::limits::{FRAME_BYTES, REQUESTS_IN_FLIGHT};
use stratos_protocol::{ErrorCode, RpcError};
use stratos_transport::stream::memory_pair;
use stratos_transport::{CallError, Connection, ConnectionError, Handler, PERMITS, Peer};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, split};
use tokio::task::JoinHandle;

/// Echoes a payload, except on the channels that name another behaviour.
#[derive(Default)]
struct Echo {
    dropped: Arc<AtomicUsize>,
}

impl Handler for Echo {
    async fn handle_request(&self, _: &str, params: &RawValue) -> Result<Box<RawValue>, RpcError> {
        let Invoke { channel, payload } = serde_json::from_str(params.get()).unwrap();
        let _guard = CountDrop(Arc::clone(&self.dropped));
        match channel.as_str() {
            "panic" => panic!("as asked"),
            "hang" => std::future::pending().await,
            "large" => Ok(to_raw_value(&"x".repeat(FRAME_BYTES)).unwrap()),
            "fail" => Err(RpcError::new(ErrorCode::HandlerFailed, "as asked")),
            _ => Ok(to_raw_value(&payload).unwrap()),
        }
    }

    async fn handle_notification(&self, _: &str, _: &RawValue) {}

    fn permits(&self, method: &str, _: &RawValue) -> u32 {
        match method {
            "half" => PERMITS / 2,
            "more" => PERMITS * 2,
            _ => 0,
        }
    }
}

struct CountDrop(Arc<AtomicUsize>);

impl Drop for CountDrop {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

type Driver = JoinHandle<Result<(), ConnectionError>>;

fn pair() -> (Peer, Driver, Peer, Driver, Arc<AtomicUsize>) {
    let (a, b) = memory_pair();
    let dropped = Arc::default();
    let handler = Arc::new(Echo {
        dropped: Arc::clone(&dropped),
    });
    let (left, left_driver) = Peer::new(Connection::new(Box::new(a), FRAME_BYTES));
    let (right, right_driver) = Peer::new(Connection::new(Box::new(b), FRAME_BYTES));
    let left_driver = tokio::spawn(left_driver.run(Arc::clone(&handler)));
    let right_driver = tokio::spawn(right_driver.run(handler));
    (left, left_driver, right, right_driver, dropped)
}

fn invoke(channel: &str) -> Invoke {
    Invoke {
        channel: channel.to_owned(),
        payload: 7.into(),
    }
}

const TIMEOUT: Duration = Duration::from_secs(10);

#[tokio::test]
async fn calls_both_ways_at_once() {
    let (left, _l, right, _r, _) = pair();
    let (a, b) = (invoke("a"), invoke("b"));
    let (a, b) = tokio::join!(left.call(&a, TIMEOUT), right.call(&b, TIMEOUT));
    assert_eq!((a.unwrap(), b.unwrap()), (7.into(), 7.into()));
}

#[tokio::test]
async fn a_panic_is_an_answer_and_the_connection_lives() {
    let (left, _l, _right, _r, _) = pair();
    let error = left.call(&invoke("panic"), TIMEOUT).await.unwrap_err();
    let CallError::Rpc(error) = error else {
        panic!("{error}")
    };
    assert_eq!(error.code, ErrorCode::HandlerPanicked);
    assert_eq!(error.message, "panicked: as asked");
    assert!(left.call(&invoke("x"), TIMEOUT).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_deadline_cancels_the_work_on_the_other_side() {
    let (left, _l, _right, _r, dropped) = pair();
    let error = left.call(&invoke("hang"), TIMEOUT).await.unwrap_err();
    assert!(matches!(error, CallError::Timeout(_)), "{error}");
    left.call(&invoke("x"), TIMEOUT).await.unwrap();
    assert_eq!(
        dropped.load(Ordering::SeqCst),
        2,
        "the hanging request was dropped"
    );
}

#[tokio::test(start_paused = true)]
async fn too_many_requests_are_answered_busy_at_once() {
    let (left, _l, _right, _r, _) = pair();
    let hanging: Vec<_> = (0..REQUESTS_IN_FLIGHT)
        .map(|_| {
            let left = left.clone();
            tokio::spawn(async move { left.call(&invoke("hang"), TIMEOUT).await })
        })
        .collect();
    tokio::time::sleep(Duration::from_secs(1)).await;
    let error = left.call(&invoke("x"), TIMEOUT).await.unwrap_err();
    let CallError::Rpc(error) = error else {
        panic!("{error}")
    };
    assert_eq!(error.code, ErrorCode::Busy);
    hanging.iter().for_each(JoinHandle::abort);
}

#[tokio::test]
async fn closing_writes_what_is_queued_and_ends_both_sides() {
    let (left, left_driver, right, right_driver, _) = pair();
    assert!(left.call(&invoke("x"), TIMEOUT).await.is_ok());
    let waiting = tokio::spawn({
        let right = right.clone();
        async move { right.call(&invoke("hang"), TIMEOUT).await }
    });
    tokio::task::yield_now().await;
    left.close();
    left_driver.await.unwrap().unwrap();
    right_driver.await.unwrap().unwrap();
    assert!(matches!(waiting.await.unwrap(), Err(CallError::Closed)));
    assert!(matches!(
        right.call(&invoke("x"), TIMEOUT).await,
        Err(CallError::Closed)
    ));
}

#[tokio::test]
async fn a_message_over_the_limit_is_refused_before_it_is_sent() {
    let (left, _l, _right, _r, _) = pair();
    let large = Invoke {
        channel: "x".to_owned(),
        payload: "y".repeat(FRAME_BYTES).into(),
    };
    let error = left.call(&large, TIMEOUT).await.unwrap_err();
    assert!(matches!(error, CallError::TooLarge { .. }), "{error}");
    assert!(left.call(&invoke("x"), TIMEOUT).await.is_ok());
}

#[tokio::test]
async fn an_answer_over_the_limit_is_an_error_and_the_connection_lives() {
    let (left, _l, _right, _r, _) = pair();
    let error = left.call(&invoke("large"), TIMEOUT).await.unwrap_err();
    let CallError::Rpc(error) = error else {
        panic!("{error}")
    };
    assert_eq!(error.code, ErrorCode::TooLarge);
    assert!(left.call(&invoke("x"), TIMEOUT).await.is_ok());
}

#[tokio::test]
async fn garbage_ends_the_connection_with_its_reason() {
    let long = "x".repeat(FRAME_BYTES + 1);
    for (bytes, expected) in [
        (
            &b"hello there\n"[..],
            "a line is not a message of the protocol: hello there",
        ),
        (
            b"\x1b[31m\n",
            "a line is not a message of the protocol: \\u{1b}[31m",
        ),
        (b"\xff\xfe\n", "a line is not text in UTF-8"),
        (long.as_bytes(), "a line is longer than 1048576 bytes"),
    ] {
        let (mut raw, stream) = memory_pair();
        let (_peer, driver) = Peer::new(Connection::new(Box::new(stream), FRAME_BYTES));
        let driver = tokio::spawn(driver.run(Arc::new(Echo::default())));
        // The other side may hang up before all is written.
        let _ = raw.write_all(bytes).await;
        let error = driver.await.unwrap().unwrap_err();
        assert_eq!(error.to_string(), expected);
    }
}

#[tokio::test]
async fn a_line_without_its_end_is_named_and_a_whole_one_of_the_longest_is_taken() {
    let (mut raw, stream) = memory_pair();
    let (peer, driver) = Peer::new(Connection::new(Box::new(stream), FRAME_BYTES));
    let driver = tokio::spawn(driver.run(Arc::new(Echo::default())));
    let frame = r#"{"jsonrpc":"2.0","method":"x","params":""}"#;
    let filler = "x".repeat(FRAME_BYTES - frame.len());
    let longest = frame.replace("\"\"", &format!("\"{filler}\""));
    assert_eq!(longest.len(), FRAME_BYTES);
    raw.write_all(format!("{longest}\n{{\"jsonrpc").as_bytes())
        .await
        .unwrap();
    drop(raw);
    let error = driver.await.unwrap().unwrap_err();
    let expected = "the connection ended in the middle of a line, after 9 bytes of it";
    assert_eq!(error.to_string(), expected);
    assert_eq!(peer.protocol_violation(), None, "a crash is not an offence");
}

#[tokio::test]
async fn a_text_of_brackets_is_no_danger() {
    let (left, _l, _right, _r, _) = pair();
    let deep = format!("{}{}", "[".repeat(500_000), "]".repeat(500_000));
    let params =
        RawValue::from_string(format!("{{\"channel\":\"x\",\"payload\":{deep}}}")).unwrap();
    let refused = left.call_raw("x", params, TIMEOUT).await.unwrap_err();
    assert!(matches!(refused, CallError::Rpc(_)), "{refused}");
    assert!(left.call(&invoke("x"), TIMEOUT).await.is_ok());
}

/// Whoever does not read the answers is not read either, and whoever reads them gets them all.
#[tokio::test(start_paused = true)]
async fn who_asks_too_much_at_once_is_slowed_down() {
    let (raw, stream) = memory_pair();
    let (_peer, driver) = Peer::new(Connection::new(Box::new(stream), FRAME_BYTES));
    tokio::spawn(driver.run(Arc::new(Echo::default())));
    let (reader, mut writer) = split(raw);
    let payload = "x".repeat(100_000);
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let asks = tokio::spawn(async move {
        for id in 0..50 {
            let method = if id % 2 == 0 { "half" } else { "more" };
            let line = format!(
                r#"{{"jsonrpc":"2.0","id":{id},"method":"{method}","params":{{"channel":"x","payload":"{payload}"}}}}"#
            );
            writer.write_all((line + "\n").as_bytes()).await.unwrap();
            count.fetch_add(1, Ordering::SeqCst);
        }
    });
    // In virtual time, this is when nothing moves any more.
    tokio::time::sleep(Duration::from_secs(1)).await;
    let unread = asked.load(Ordering::SeqCst);
    assert!(unread < 6, "{unread} were taken");
    let mut lines = BufReader::new(reader).lines();
    for _ in 0..50 {
        let line = lines.next_line().await.unwrap().unwrap();
        assert!(line.contains("result"), "{line}");
    }
    asks.await.unwrap();
}
