//! Promises of the contract beyond the vocabulary of the conformance suite. Each test runs in memory and as a process.

use std::time::UNIX_EPOCH;

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use stratos::testing::{TestShell, TestShellBuilder};
use stratos_tests::{Plugins, sample};

use crate::SAMPLE;

#[tokio::test]
async fn a_ui_that_connects_later_misses_earlier_pushes() {
    let programs = Plugins::new(SAMPLE, &["sample"]);
    for builder in on_both_hosts(&programs) {
        let shell = builder.start().await;
        let _: () = shell.invoke("push", 1).await.unwrap();
        assert_eq!(shell.push::<u64>("pushed").await, 1);

        let address = "ws://127.0.0.1:2066/__stratos/ipc/sample";
        let socket = tokio_tungstenite::client_async(address, shell.connect().await);
        let (mut ui, _) = socket.await.unwrap();
        let question = r#"{ "type": "invoke", "id": 1, "channel": "echo" }"#;
        ui.send(question.into()).await.unwrap();
        let answer = ui.next().await.unwrap().unwrap().into_text().unwrap();
        assert!(answer.contains("result"), "{answer}");
        let _: () = shell.invoke("push", 2).await.unwrap();
        let push = ui.next().await.unwrap().unwrap().into_text().unwrap();
        let push: Value = serde_json::from_str(&push).unwrap();
        assert_eq!(
            push,
            json!({ "type": "push", "channel": "pushed", "payload": 2 })
        );
    }
}

#[tokio::test]
async fn a_plugin_knows_its_folders_and_time() {
    let programs = Plugins::new(SAMPLE, &["sample"]);
    for builder in on_both_hosts(&programs) {
        let (folder, state) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let shell = builder.plugin_folder(folder.path());
        let shell = shell.state_folder(state.path()).start().await;
        let about: Value = shell.invoke("about", json!(null)).await.unwrap();
        let data = state.path().join("data").join("sample");
        assert_eq!(about["folder"], json!(folder.path()));
        assert_eq!(about["data"], json!(data));
        assert!(data.join("written").exists(), "the plugin writes there");
        let now = UNIX_EPOCH.elapsed().unwrap().as_secs();
        let time = about["time"].as_u64().unwrap();
        assert!(
            (now - 60..=now).contains(&time),
            "{time} is not about {now}"
        );
    }
}

/// A shell in memory and one with a process, each with the sample plugin.
fn on_both_hosts(programs: &Plugins) -> [TestShellBuilder; 2] {
    let program = programs.program("sample");
    let builder = || TestShell::new(|| sample("sample"));
    [
        builder().in_memory(),
        builder().program(program).as_process(),
    ]
}
