//! Floods of plugins in memory, in virtual time, with the raw protocol.

use std::sync::Arc;
use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use stratos::Identity;
use stratos::session::{HostConnection, run};
use stratos::testing::TestShell;
use stratos_host::event::{Entry, Journal};
use stratos_host::event::{Event, EventBus};
use stratos_host::process::{InMemoryLauncher, PluginFolders};
use stratos_host::{PluginSpec, PluginState, Shell, ShellOptions, StateDir};
use stratos_protocol::handshake::{Hello, PeerInfo};
use stratos_protocol::limits::FRAME_BYTES;
use stratos_protocol::{Message, ProtocolVersion};
use stratos_tests::sample;
use stratos_transport::BoxedStream;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::task::JoinSet;

#[tokio::test(start_paused = true)]
async fn protocol_errors_end_only_the_plugin_that_made_them() {
    let frame = r#"{"jsonrpc":"2.0","id":1,"method":"config/get","params":{"key":"k"}}"#;
    let long = "x".repeat(FRAME_BYTES + 1);
    let bomb = format!("{}\n", "[".repeat(500_000));
    let cases = [
        (long.as_bytes(), "a line is longer than 1048576 bytes"),
        (&b"\xff\xfe\n"[..], "a line is not text in UTF-8"),
        (bomb.as_bytes(), "a line is not a message of the protocol"),
        (b"\n", "a line is not a message of the protocol"),
    ];
    for (bytes, reason) in cases {
        let bytes = [frame.as_bytes(), b"\n", bytes].concat();
        let journal = Journal::default();
        let misbehave = move |mut stream: BoxedStream| {
            let bytes = bytes.clone();
            async move {
                // The shell may close the connection before all is written.
                let _ = stream.write_all(&bytes).await;
                std::future::pending().await
            }
        };
        let shell = raw(journal.clone(), misbehave).await;
        let said = errored(&shell, &journal).await;
        assert!(
            said.starts_with(&format!("broke the protocol: {reason}")),
            "{said}"
        );
        assert_eq!(state(&shell, "sample"), PluginState::Running);
        shell.stop().await;
    }
}

#[tokio::test(start_paused = true)]
async fn an_incomplete_line_does_not_affect_other_plugins() {
    let journal = Journal::default();
    let misbehave = |mut stream: BoxedStream| async move {
        let _ = stream.write_all(br#"{"jsonrpc":"2.0","id":1,"#).await;
        tokio::time::sleep(Duration::from_secs(3600)).await;
    };
    let shell = raw(journal.clone(), misbehave).await;
    let control = shell.control().clone();
    let echo = control.invoke("sample", "echo", json!(1)).await;
    assert_eq!(echo.unwrap(), 1);
    let refused = control.invoke("raw", "x", json!(1)).await.unwrap_err();
    assert!(
        refused.to_string().contains("no answer within 30 s"),
        "{refused}"
    );
    assert_eq!(state(&shell, "raw"), PluginState::Running);
    let reason = errored(&shell, &journal).await;
    assert_eq!(reason, "ended by itself");
}

#[tokio::test(start_paused = true)]
async fn requests_to_a_plugin_that_never_reads_are_bounded() {
    let misbehave = |stream: BoxedStream| async move {
        let _stream = stream;
        std::future::pending().await
    };
    let shell = raw(Journal::default(), misbehave).await;
    let mut questions = JoinSet::new();
    for _ in 0..100 {
        let control = shell.control().clone();
        let payload = "x".repeat(FRAME_BYTES / 2);
        questions.spawn(async move { control.invoke("raw", "x", payload.into()).await });
    }
    let control = shell.control().clone();
    let echo = control.invoke("sample", "echo", json!(1)).await;
    assert_eq!(echo.unwrap(), 1, "the other plugin answers");
    let outcomes = questions.join_all().await;
    let said = outcomes
        .into_iter()
        .map(|outcome| outcome.unwrap_err().to_string());
    let (late, refused): (Vec<_>, Vec<_>) = said.partition(|text| text.contains("within 30 s"));
    assert!((20..=32).contains(&late.len()), "{}", late.len());
    let reason = "so many large IPC calls wait for an answer already";
    assert!(
        refused.iter().all(|text| text.contains(reason)),
        "{refused:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_plugin_that_reads_one_byte_a_second_does_not_block_others() {
    let misbehave = |mut stream: BoxedStream| async move {
        while stream.read_u8().await.is_ok() {
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    };
    let shell = raw(Journal::default(), misbehave).await;
    let control = shell.control().clone();
    let payload = "x".repeat(FRAME_BYTES / 2);
    let refused = control
        .invoke("raw", "x", payload.into())
        .await
        .unwrap_err();
    assert!(
        refused.to_string().contains("no answer within 30 s"),
        "{refused}"
    );
    let echo = control.invoke("sample", "echo", json!(1)).await;
    assert_eq!(echo.unwrap(), 1);
}

#[tokio::test(start_paused = true)]
async fn invalid_notifications_are_logged() {
    let deep = format!("{}{}", "[".repeat(500), "]".repeat(500));
    let journal = Journal::default();
    let misbehave = move |mut stream: BoxedStream| {
        let push = |channel: &str, payload: &str| {
            format!(
                r#"{{"jsonrpc":"2.0","method":"ipc/send","params":{{"channel":"{channel}","payload":{payload}}}}}"#
            )
        };
        let lines =
            [push("x", &deep), push("", "1"), push("good", "[1, 2]")].map(|line| line + "\n");
        async move {
            let _ = stream.write_all(lines.concat().as_bytes()).await;
            std::future::pending().await
        }
    };
    let shell = raw(journal.clone(), misbehave).await;
    let said = |text: &'static str| {
        let journal = journal.clone();
        async move {
            let is = |entry: &Entry| format!("{entry:?}").contains(text).then_some(());
            journal.find(|entries| entries.iter().find_map(is)).await;
        }
    };
    said("a `ipc/send` of the plugin was dropped: it is nested deeper than 127 levels").await;
    said("a `ipc/send` of the plugin was dropped: the channel name is empty").await;
    said("[1, 2]").await;
    assert_eq!(state(&shell, "raw"), PluginState::Running);
}

#[tokio::test]
async fn a_plugin_with_many_config_writes_still_answers() {
    let shell = TestShell::new(|| sample("sample"))
        .in_memory()
        .start()
        .await;
    let flood = async { shell.invoke::<usize>("set-much", (10, 600)).await };
    let ask = async {
        while shell.config_value::<String>("k0").await.is_none() {
            tokio::task::yield_now().await;
        }
        let echo: u64 = shell.invoke("echo", 1).await.unwrap();
        let transcript = shell.transcript();
        (echo, transcript.matches("config").count())
    };
    let (flooded, (echo, written)) = tokio::join!(flood, ask);
    assert_eq!((flooded.unwrap(), echo), (600, 1));
    assert!(written < 300, "{written} writes came before the answer");
}

#[tokio::test(start_paused = true)]
async fn pushes_to_a_ui_that_does_not_read_are_bounded() {
    let shell = TestShell::new(|| sample("sample"))
        .in_memory()
        .start()
        .await;
    let address = "ws://127.0.0.1:2066/__stratos/ipc/sample";
    let socket = tokio_tungstenite::client_async(address, shell.connect().await);
    let (mut ui, _) = socket.await.unwrap();
    for id in 0..60 {
        let question =
            json!({ "type": "invoke", "id": id, "channel": "large", "payload": 1_000_000 });
        ui.send(question.to_string().into()).await.unwrap();
    }
    // Virtual time advances once no task can make progress.
    tokio::time::sleep(Duration::from_secs(1)).await;
    let (mut answered, mut lost) = (0, 0);
    while answered + lost < 60 {
        let message = ui.next().await.unwrap().unwrap().into_text().unwrap();
        let message: Value = serde_json::from_str(&message).unwrap();
        match message["error"].as_str() {
            None => answered += 1,
            Some(error) if error.starts_with("the answer is lost: more than 16 MiB wait") => {
                lost += 1
            }
            Some(error) => panic!("{error}"),
        }
    }
    assert!((16..=20).contains(&answered), "{answered} came");
    let _: () = shell.invoke("push-much", (100_000, 3)).await.unwrap();
    shell
        .log_line("a UI did not read its messages for 30 s")
        .await;
}

#[tokio::test]
async fn a_ui_message_that_is_too_long_closes_the_connection() {
    let shell = TestShell::new(|| sample("sample"))
        .in_memory()
        .start()
        .await;
    let address = "ws://127.0.0.1:2066/__stratos/ipc/sample";
    let socket = tokio_tungstenite::client_async(address, shell.connect().await);
    let (mut ui, _) = socket.await.unwrap();
    let large = "x".repeat(FRAME_BYTES + 1);
    // The shell closes the connection before all is written.
    let _ = ui.send(large.into()).await;
    let said = ui.next().await;
    let closed = format!("{said:?}");
    assert!(
        closed.contains("too long") || closed.contains("Closed"),
        "{closed}"
    );
    let echo: u64 = shell.invoke("echo", 1).await.unwrap();
    assert_eq!(echo, 1);
}

/// Starts a shell with the sample plugin and a raw plugin, which completes its start and then misbehaves.
async fn raw<F, Fut>(journal: Journal, misbehave: F) -> Shell
where
    F: Fn(BoxedStream) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = ()> + Send + 'static,
{
    let misbehave = Arc::new(misbehave);
    let hostile = InMemoryLauncher::new(
        PluginFolders::default(),
        move |connection: HostConnection| {
            let misbehave = Arc::clone(&misbehave);
            async move {
                // Keeps the HTTP side open.
                let (_http, mut stream) = (connection.http, connection.control);
                begin(&mut stream, connection.nonce).await;
                misbehave(stream).await;
            }
        },
    );
    let harmless = InMemoryLauncher::new(PluginFolders::default(), |connection| async move {
        let _ = run(sample("sample").build().unwrap(), connection).await;
    });
    let spec = |id: &str, launcher: InMemoryLauncher| PluginSpec {
        id: id.to_owned(),
        name: id.to_owned(),
        settings: None,
        version: "1.0.0".to_owned(),
        launcher: Ok(Arc::new(launcher)),
    };
    let options = ShellOptions::new(StateDir::in_memory().unwrap());
    let plugins = vec![spec("raw", hostile), spec("sample", harmless)];
    let (shell, _) =
        Shell::start_in_memory(options, plugins, EventBus::with_journal(journal)).unwrap();
    shell.ready().await;
    shell
}

/// Completes the handshake and responds to `start`.
async fn begin(stream: &mut BoxedStream, nonce: String) {
    let hello = Hello {
        protocol: ProtocolVersion::CURRENT,
        nonce,
        sdk: PeerInfo {
            name: "raw".to_owned(),
            version: "1.0.0".to_owned(),
        },
        plugin: Identity {
            id: "raw".to_owned(),
            version: "1.0.0".to_owned(),
        },
        features: vec![],
    };
    let hello = Message::request(0, &hello).unwrap().to_line() + "\n";
    stream.write_all(hello.as_bytes()).await.unwrap();
    line(stream).await;
    let start: Value = serde_json::from_str(&line(stream).await).unwrap();
    let done = json!({ "jsonrpc": "2.0", "id": start["id"], "result": {} });
    let done = format!("{done}\n");
    stream.write_all(done.as_bytes()).await.unwrap();
}

async fn line(stream: &mut BoxedStream) -> String {
    let mut line = Vec::new();
    loop {
        match stream.read_u8().await.unwrap() {
            b'\n' => return String::from_utf8(line).unwrap(),
            byte => line.push(byte),
        }
    }
}

fn state(shell: &Shell, id: &str) -> PluginState {
    let plugins = shell.control().plugins();
    let plugin = plugins.into_iter().find(|plugin| plugin.id == id);
    plugin.unwrap().state
}

/// Waits until the raw plugin is errored, and returns the reason.
async fn errored(shell: &Shell, journal: &Journal) -> String {
    let find = |entry: &Entry| match entry {
        Entry::Event(event) => match &**event {
            Event::State {
                plugin,
                state: PluginState::Errored { reason },
                ..
            } if plugin == "raw" => Some(reason.clone()),
            _ => None,
        },
        _ => None,
    };
    let found = journal.find(|entries| entries.iter().find_map(find));
    let hour = Duration::from_secs(3600);
    let found = tokio::time::timeout(hour * 2, found).await;
    found.unwrap_or_else(|_| panic!("it is {:?}", state(shell, "raw")))
}
