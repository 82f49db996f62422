//! Floods of plugin processes, with the shell's memory measured.

use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use stratos_tests::{Plugins, ShellProcess, campaign, exclusive, process_status, report, request};
use tokio_tungstenite::connect_async;

use crate::SAMPLE;

const MIB: usize = 1024 * 1024;

#[test]
fn endless_output_is_dropped_and_counted() {
    let times: usize = campaign("STRATOS_FLOOD", 1);
    let _lock = exclusive();
    let plugins = Plugins::new(SAMPLE, &["sample", "neighbour"]);
    let mut shell = ShellProcess::start(plugins.root());
    let neighbour = RequestThread::start(&shell);
    let memory = PeakMemory::measure(&shell);
    let line = format!("{}\n", "x".repeat(99));
    for (text, count) in [
        (line.as_str(), 64 * MIB / 100 * times),
        // One line without a line break.
        (&"y".repeat(1024), 16 * 1024 * times),
        // Escape sequences and invalid characters.
        ("\u{1b}[31m\u{fffd}\u{0}\n", 100_000),
    ] {
        let payload = json!([text, count]).to_string();
        let printed = shell.call("sample", "print", &payload);
        assert_eq!(printed.code, Some(0), "{}", printed.stderr);
        shell.wait_for(|event| event["message"] == "the end");
    }
    let grown = memory.grown();
    assert!(
        neighbour.finish() > 5,
        "the other plugin answers during the flood"
    );
    let lines = 64 * MIB / 100 * times + 1 + 100_000 + 3;
    let counted: usize = shell.events.iter().map(represented_lines).sum();
    // The line break before each `the end` ends a line, which is empty in two of three cases.
    assert_eq!(counted, lines + 2, "every line is printed or counted");
    let cut = shell
        .events
        .iter()
        .filter_map(|event| event["message"].as_str());
    let mut cut = cut.filter(|message| message.starts_with("yy"));
    let rest = format!("... ({} more bytes)", 16 * MIB * times - 8192);
    assert!(cut.any(|message| message.ends_with(&rest)), "a mark");
    assert_grown(grown, 24, "print");
}

#[test]
fn floods_of_pushes_and_log_lines_use_bounded_memory() {
    let times: usize = campaign("STRATOS_FLOOD", 1);
    let _lock = exclusive();
    let plugins = Plugins::new(SAMPLE, &["sample", "neighbour"]);
    let mut shell = ShellProcess::start(plugins.root());
    let _events = open_unread_events(&shell);
    let neighbour = RequestThread::start(&shell);
    let memory = PeakMemory::measure(&shell);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let address = format!("ws://{}/__stratos/ipc/", shell.address);
    let (mut slow, mut quick, mut next_door) = runtime.block_on(async {
        let connect = async |plugin: &str| {
            let (mut socket, _) = connect_async(format!("{address}{plugin}")).await.unwrap();
            // The connection receives all pushes after its first response.
            let question = r#"{ "type": "invoke", "id": 0, "channel": "echo" }"#;
            socket.send(question.into()).await.unwrap();
            let answer = socket.next().await.unwrap().unwrap();
            assert!(answer.to_text().unwrap().contains("result"), "{answer}");
            socket
        };
        let (slow, quick) = (connect("sample").await, connect("sample").await);
        (slow, quick, connect("neighbour").await)
    });
    let bombs = shell.call("sample", "push-bombs", "5");
    assert_eq!(bombs.code, Some(0), "{}", bombs.stderr);
    // A UI that reads receives its responses during the flood.
    let asks = runtime.spawn(async move {
        let mut answers = 0;
        let question =
            |id: u64| json!({ "type": "invoke", "id": id, "channel": "echo" }).to_string();
        quick.send(question(0).into()).await.unwrap();
        while let Some(Ok(message)) = quick.next().await {
            let message: Value = serde_json::from_str(message.to_text().unwrap()).unwrap();
            match message["type"].as_str().unwrap() {
                "result" => {
                    answers += 1;
                    quick.send(question(answers).into()).await.unwrap();
                }
                "push" if message["channel"] == "pushed" => break,
                _ => {}
            }
        }
        answers
    });
    let pushes = 10_000 * times;
    for (channel, done, bytes, count) in [
        ("push-much", "pushed-much", 100, pushes),
        ("push-much", "pushed-much", 64 * 1024, 1_000),
        ("log-much", "logged", 100_000, 5_000 * times),
    ] {
        let begun = shell.call("sample", channel, &json!([bytes, count]).to_string());
        assert_eq!(begun.code, Some(0), "{channel}: {}", begun.stderr);
        shell.wait_for(|event| event["channel"] == done);
        let pushed = shell.call("neighbour", "push", "1");
        assert_eq!(pushed.code, Some(0), "{}", pushed.stderr);
    }
    let pushed = shell.call("sample", "push", "1");
    assert_eq!(pushed.code, Some(0), "{}", pushed.stderr);
    let grown = memory.grown();
    assert!(
        neighbour.finish() > 5,
        "the other plugin answers during the flood"
    );
    runtime.block_on(async {
        let answers = asks.await.unwrap();
        assert!(answers > 0, "responses are sent between pushes");
        for _ in 0..3 {
            let push = next_door.next().await.unwrap().unwrap();
            let expected = r#"{"type":"push","channel":"pushed","payload":1}"#;
            assert_eq!(
                push.to_text().unwrap(),
                expected,
                "the UI of the other plugin misses no push"
            );
        }
        let (mut missed, mut seen) = (0, 0);
        while seen + missed < 5 + pushes as u64 + 1_000 + 3 {
            let Some(Ok(message)) = slow.next().await else {
                eprintln!("the slow UI was cut");
                return;
            };
            let message: Value = serde_json::from_str(message.to_text().unwrap()).unwrap();
            match message["type"].as_str().unwrap() {
                "push" => seen += 1,
                _ => missed += message["count"].as_u64().unwrap(),
            }
        }
        assert!(
            missed > 0,
            "all {seen} pushes arrived at a UI that did not read"
        );
    });
    assert_grown(grown, 56, "push and log");
}

#[test]
fn config_writes_of_plugins_are_scheduled_fairly() {
    let _lock = exclusive();
    let plugins = Plugins::new(SAMPLE, &["sample", "neighbour"]);
    let shell = ShellProcess::start(plugins.root());
    let memory = PeakMemory::measure(&shell);
    let written = AtomicUsize::new(0);
    let is_over = AtomicBool::new(false);
    let control = shell.control();
    let flooded = thread::scope(|scope| {
        scope.spawn(|| {
            while !is_over.load(Ordering::SeqCst) {
                let count = control.invoke("neighbour", "count", &json!("n"));
                assert_eq!(count.status, 200, "{count:?}");
                written.fetch_add(1, Ordering::SeqCst);
            }
        });
        let flooded = control.invoke("sample", "set-much", &json!([100, 2_000]));
        is_over.store(true, Ordering::SeqCst);
        flooded
    });
    assert_eq!(flooded.json(), json!(2_000));
    let large = control.invoke("sample", "set-much", &json!([200_000, 40]));
    assert_eq!(large.json(), json!(40));
    let grown = memory.grown();
    let written = written.load(Ordering::SeqCst);
    assert!(written > 1, "{written} writes of the neighbour meanwhile");
    assert_grown(grown, 96, "set");
}

/// A thread that sends requests to another plugin during the flood.
struct RequestThread {
    is_over: Arc<AtomicBool>,
    asks: thread::JoinHandle<usize>,
}

impl RequestThread {
    fn start(shell: &ShellProcess) -> Self {
        let (address, is_over) = (shell.address, Arc::<AtomicBool>::default());
        let over = Arc::clone(&is_over);
        let asks = thread::spawn(move || {
            let mut questions = 0;
            while !over.load(Ordering::SeqCst) {
                let answer = request(address, "GET", "/api/neighbour/hello/x", &[], "");
                assert_eq!(answer.status, 200, "{answer:?}");
                questions += 1;
            }
            questions
        });
        Self { is_over, asks }
    }

    /// Stops the thread and returns the number of successful requests.
    fn finish(self) -> usize {
        self.is_over.store(true, Ordering::SeqCst);
        self.asks.join().expect("every request succeeds")
    }
}

/// Opens a connection to the event stream that is never read.
fn open_unread_events(shell: &ShellProcess) -> std::net::TcpStream {
    let owner = std::fs::read_to_string(shell.state.join("host.json")).unwrap();
    let owner: Value = serde_json::from_str(&owner).unwrap();
    let (address, token) = (shell.address, owner["token"].as_str().unwrap());
    let mut stream = std::net::TcpStream::connect(address).unwrap();
    let head = format!(
        "GET /__stratos/api/v1/events HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).unwrap();
    stream
}

/// The number of output lines that an event represents.
fn represented_lines(event: &Value) -> usize {
    let message = event["message"].as_str().unwrap_or_default();
    let about = |tag: &str| event["plugin"] == "sample" && event["tag"] == tag;
    match message.split_once(" log lines were dropped") {
        Some((count, _)) if about("shell") => count.parse().unwrap(),
        _ if about("stdout") && !message.starts_with("printed by") => 1,
        _ => 0,
    }
}

/// Measures the growth of the shell's peak memory.
struct PeakMemory {
    pid: u32,
    before: usize,
}

impl PeakMemory {
    fn measure(shell: &ShellProcess) -> Self {
        let pid = shell.pid();
        // Resets the peak on Linux.
        let _ = std::fs::write(format!("/proc/{pid}/clear_refs"), "5");
        let before = process_status(pid, "VmHWM").unwrap_or_default();
        Self { pid, before }
    }

    /// Growth in MiB since the creation of this value.
    fn grown(&self) -> Option<usize> {
        Some(process_status(self.pid, "VmHWM")?.saturating_sub(self.before) / 1024)
    }
}

fn assert_grown(grown: Option<usize>, limit: usize, what: &str) {
    match grown {
        Some(mib) => report(format_args!(
            "{what}: the shell's memory grew by {mib} MiB at most"
        )),
        None => report("skipped: the memory of a process is read on Linux only"),
    }
    assert!(
        grown.is_none_or(|mib| mib <= limit),
        "{what}: {grown:?} MiB"
    );
}
