//! Tests of two peers over a connection in memory.
#![expect(clippy::unwrap_used, reason = "a failed helper fails its test")]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::value::{RawValue, to_raw_value};
use stratos_protocol::ipc::Invoke;
use stratos_protocol::limits::{FRAME_BYTES, REQUESTS_IN_FLIGHT};
use stratos_protocol::logger::{Level, Log};
use stratos_protocol::{ErrorCode, RpcError};
use stratos_transport::stream::memory_pair;
use stratos_transport::{CallError, Connection, ConnectionError, Handler, PERMITS, Peer, rpc};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, split};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

/// A handler that returns the payload of `ipc/invoke`, except on channels that name another behaviour.
#[derive(Default)]
struct Echo {
    /// Number of request futures that were dropped, completed or not.
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

/// Increments the counter when it is dropped.
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
async fn both_sides_can_call_at_the_same_time() {
    let (left, _l, right, _r, _) = pair();
    let (a, b) = (invoke("a"), invoke("b"));
    let (a, b) = tokio::join!(left.call(&a, TIMEOUT), right.call(&b, TIMEOUT));
    assert_eq!((a.unwrap(), b.unwrap()), (7.into(), 7.into()));
}

#[tokio::test]
async fn a_panicking_handler_answers_an_error_and_the_connection_stays_open() {
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
async fn a_timeout_cancels_the_request_on_the_other_side() {
    let (left, _l, _right, _r, dropped) = pair();
    let error = left.call(&invoke("hang"), TIMEOUT).await.unwrap_err();
    assert!(matches!(error, CallError::Timeout(_)), "{error}");
    left.call(&invoke("x"), TIMEOUT).await.unwrap();
    assert_eq!(
        dropped.load(Ordering::SeqCst),
        2,
        "both the hanging and the second request ended"
    );
}

/// A handler that forwards the tag of each log line.
struct LogTags(mpsc::UnboundedSender<String>);

impl Handler for LogTags {
    async fn handle_request(&self, method: &str, _: &RawValue) -> Result<Box<RawValue>, RpcError> {
        Err(rpc::method_not_found("test", method))
    }

    async fn handle_notification(&self, _: &str, params: &RawValue) {
        let log: Log = rpc::decode(params).unwrap();
        self.0.send(log.tag).unwrap();
    }
}

#[tokio::test]
async fn notifications_reach_the_handler_in_order() {
    let (a, b) = memory_pair();
    let (sender, mut tags) = mpsc::unbounded_channel();
    let handler = Arc::new(LogTags(sender));
    let (left, left_driver) = Peer::new(Connection::new(Box::new(a), FRAME_BYTES));
    let (_right, right_driver) = Peer::new(Connection::new(Box::new(b), FRAME_BYTES));
    tokio::spawn(left_driver.run(Arc::clone(&handler)));
    tokio::spawn(right_driver.run(handler));
    for tag in ["1", "2"] {
        let log = Log {
            level: Level::Info,
            tag: tag.to_owned(),
            message: String::new(),
            data: None,
        };
        left.notify(&log).await.unwrap();
        assert_eq!(tags.recv().await.unwrap(), tag);
    }
}

#[tokio::test(start_paused = true)]
async fn requests_over_the_limit_are_answered_busy_immediately() {
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
async fn close_ends_both_sides_and_fails_pending_calls() {
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
async fn a_request_over_the_frame_limit_is_not_sent() {
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
async fn an_answer_over_the_frame_limit_is_an_error_and_the_connection_stays_open() {
    let (left, _l, _right, _r, _) = pair();
    let error = left.call(&invoke("large"), TIMEOUT).await.unwrap_err();
    let CallError::Rpc(error) = error else {
        panic!("{error}")
    };
    assert_eq!(error.code, ErrorCode::TooLarge);
    assert!(left.call(&invoke("x"), TIMEOUT).await.is_ok());
}

#[tokio::test]
async fn an_invalid_line_ends_the_connection_with_an_error() {
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
        // The peer may close the stream before all bytes are written.
        let _ = raw.write_all(bytes).await;
        let error = driver.await.unwrap().unwrap_err();
        assert_eq!(error.to_string(), expected);
    }
}

#[tokio::test]
async fn the_longest_line_is_accepted_and_an_incomplete_one_is_an_error() {
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
    assert_eq!(
        peer.protocol_violation(),
        None,
        "a stream that ends early is no protocol violation"
    );
}

#[tokio::test]
async fn deeply_nested_json_is_rejected_and_the_connection_stays_open() {
    let (left, _l, _right, _r, _) = pair();
    let deep = format!("{}{}", "[".repeat(500_000), "]".repeat(500_000));
    let params =
        RawValue::from_string(format!("{{\"channel\":\"x\",\"payload\":{deep}}}")).unwrap();
    let refused = left.call_raw("x", params, TIMEOUT).await.unwrap_err();
    assert!(matches!(refused, CallError::Rpc(_)), "{refused}");
    assert!(left.call(&invoke("x"), TIMEOUT).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_does_not_read_answers_is_not_read_either() {
    let (raw, stream) = memory_pair();
    let (_peer, driver) = Peer::new(Connection::new(Box::new(stream), FRAME_BYTES));
    tokio::spawn(driver.run(Arc::new(Echo::default())));
    let (reader, mut writer) = split(raw);
    let payload = "x".repeat(100_000);
    let sent = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&sent);
    let sender = tokio::spawn(async move {
        for id in 0..50 {
            let method = if id % 2 == 0 { "half" } else { "more" };
            let line = format!(
                r#"{{"jsonrpc":"2.0","id":{id},"method":"{method}","params":{{"channel":"x","payload":"{payload}"}}}}"#
            );
            writer.write_all((line + "\n").as_bytes()).await.unwrap();
            count.fetch_add(1, Ordering::SeqCst);
        }
    });
    // With paused time, the sleep ends once all tasks are idle.
    tokio::time::sleep(Duration::from_secs(1)).await;
    let written = sent.load(Ordering::SeqCst);
    assert!(written < 6, "{written} requests were read");
    let mut lines = BufReader::new(reader).lines();
    for _ in 0..50 {
        let line = lines.next_line().await.unwrap().unwrap();
        assert!(line.contains("result"), "{line}");
    }
    sender.await.unwrap();
}

/// A handler that reports the order in which requests begin.
struct Recorder(mpsc::UnboundedSender<String>);

impl Handler for Recorder {
    async fn handle_request(&self, _: &str, params: &RawValue) -> Result<Box<RawValue>, RpcError> {
        self.0.send(params.get().to_owned()).unwrap();
        tokio::task::yield_now().await;
        Ok(params.to_owned())
    }

    async fn handle_notification(&self, _: &str, _: &RawValue) {}

    fn keeps_order(&self, method: &str) -> bool {
        method == "ordered"
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn requests_that_keep_the_order_begin_as_they_arrive() {
    const REQUESTS: u64 = 5000;

    let (ours, theirs) = memory_pair();
    let (begun, mut order) = mpsc::unbounded_channel();
    let (_peer, driver) = Peer::new(Connection::new(Box::new(ours), FRAME_BYTES));
    tokio::spawn(driver.run(Recorder(begun).into()));
    let (reader, mut writer) = split(theirs);
    tokio::spawn(async move {
        let mut lines = BufReader::new(reader).lines();
        while lines.next_line().await.unwrap().is_some() {}
    });
    tokio::spawn(async move {
        for batch in 0..REQUESTS / 100 {
            let lines = (0..100).map(|number| {
                let id = batch * 100 + number;
                format!(
                    "{{\"jsonrpc\":\"2.0\",\"id\":{id},\"method\":\"ordered\",\"params\":{id}}}\n"
                )
            });
            let lines: String = lines.collect();
            writer.write_all(lines.as_bytes()).await.unwrap();
            // Fewer in flight than the limit, beyond which requests are refused.
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        std::future::pending::<()>().await;
    });
    for expected in 0..REQUESTS {
        assert_eq!(order.recv().await.unwrap(), expected.to_string());
    }
}
