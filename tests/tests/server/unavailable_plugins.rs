//! Responses to requests that no plugin can handle now: 503 for a plugin that does not run, 404 for other paths.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::{Value, json};
use stratos::axum::{Router, routing::get};
use stratos::testing::TestShell;
use stratos::{Identity, PluginBuilder, create_plugin};
use stratos_tests::{Plugins, RunOptions, ShellProcess};

use super::SAMPLE;

#[test]
fn a_plugin_that_does_not_run_is_named_with_its_state_and_reason() {
    let plugins = Plugins::new(SAMPLE, &["sample", "crashes", "panics", "script"]);
    fs::remove_dir_all(plugins.root().join("script/background")).unwrap();
    let script = plugins.root().join("script/background/index.js");
    fs::create_dir_all(script.parent().unwrap()).unwrap();
    fs::write(script, "export default {};").unwrap();
    let mut shell = ShellProcess::start(plugins.root());
    let _ = shell.call("crashes", "exit", "9");
    shell.wait_for_state("crashes", "errored");
    assert_eq!(shell.command(&["stop", "sample"]).code, Some(0));
    let is_script = "its background module is JavaScript, which only the real shell runs";
    for (id, state, reason, error) in [
        (
            "sample",
            "stopped",
            "it was stopped",
            "`cargo stratos start sample` starts it",
        ),
        (
            "crashes",
            "errored",
            "exited with code 9 by itself; its last lines on stderr: complained by crashes",
            "exited with code 9 by itself; its last lines on stderr: complained by crashes; `cargo stratos start crashes` starts it",
        ),
        (
            "panics",
            "errored",
            "on_start panicked: no runway in sight",
            "on_start panicked: no runway in sight; `cargo stratos start panics` starts it",
        ),
        ("script", "listed", is_script, is_script),
    ] {
        let response = shell.get(&format!("/api/{id}/hello/x"));
        assert_eq!(response.status, 503, "{id}: {response:?}");
        let expected = json!({
            "error": format!("plugin `{id}` is {state}: {error}"),
            "code": "plugin-unavailable",
            "plugin": { "id": id, "state": state, "reason": reason },
        });
        assert_eq!(response.json(), expected);
    }
    let unknown = shell.get("/api/sampel/hello/x");
    assert_eq!(unknown.status, 404);
    let expected = json!({
        "error": "no plugin serves /api/sampel/hello/x; the plugins' prefixes are /api/crashes, /api/sample",
        "code": "unknown-prefix",
        "prefixes": ["/api/crashes", "/api/sample"],
    });
    assert_eq!(unknown.json(), expected);
}

#[test]
fn a_plugin_that_starts_is_named_with_its_state() {
    let plugins = Plugins::new(SAMPLE, &["hangs"]);
    let mut shell = ShellProcess::spawn(plugins.root(), RunOptions::default());
    shell.wait_for_state("hangs", "starting");
    let response = shell.get("/api/hangs/hello/x");
    assert_eq!(response.status, 503, "{response:?}");
    let reason = "it is being built or started; try again in a moment";
    let expected = json!({
        "error": format!("plugin `hangs` is starting: {reason}"),
        "code": "plugin-unavailable",
        "plugin": { "id": "hangs", "state": "starting", "reason": reason },
    });
    assert_eq!(response.json(), expected);
}

#[tokio::test]
async fn a_prefix_of_its_own_is_remembered_until_another_plugin_claims_it() {
    let shell = TestShell::new(|| plugin("first"))
        .plugin(|| plugin("second"))
        .in_memory()
        .start_anyway()
        .await
        .unwrap();
    // The second plugin could not register the prefix of the first.
    assert_eq!(shell.get("/loadsheet/who").await.text(), "first");
    shell.plugin("first").stop().await.assert_clean();
    let body: Value = shell.get("/loadsheet/who").await.json();
    assert_eq!(body["plugin"]["id"], "first", "{body}");
    shell.plugin("second").start().await.unwrap();
    assert_eq!(shell.get("/loadsheet/who").await.text(), "second");
}

#[tokio::test]
async fn a_prefix_of_its_own_is_remembered_when_a_restart_fails() {
    let starts = Arc::new(AtomicU32::new(0));
    let plugin = move || {
        let starts = Arc::clone(&starts);
        plugin_that("flaky", move || {
            match starts.fetch_add(1, Ordering::SeqCst) {
                0 => Ok(()),
                _ => Err("no fuel".into()),
            }
        })
    };
    let shell = TestShell::new(plugin).in_memory().start().await;
    shell.stop().await.assert_clean();
    shell.plugin("flaky").start().await.unwrap_err();
    let response = shell.get("/loadsheet/who").await;
    assert_eq!(response.status(), 503);
    let body: Value = response.json();
    assert_eq!(body["plugin"]["reason"], "on_start failed: no fuel");
}

#[tokio::test]
async fn a_running_plugin_without_the_path_is_no_unavailable_plugin() {
    let shell = TestShell::new(|| plugin("first")).in_memory().start().await;
    let response = shell.get("/api/first/who").await;
    assert_eq!(response.status(), 404);
    assert_eq!(response.json::<Value>()["prefixes"], json!(["/loadsheet"]));
}

fn plugin(id: &'static str) -> PluginBuilder {
    plugin_that(id, || Ok(()))
}

/// A plugin whose `on_start` calls `check` before it registers its routes.
fn plugin_that(
    id: &'static str,
    check: impl Fn() -> stratos::Result + Send + Sync + 'static,
) -> PluginBuilder {
    let check = Arc::new(check);
    let identity = Identity {
        id: id.to_owned(),
        version: "1.0.0".to_owned(),
    };
    create_plugin(identity)
        .on_start(move |ctx| {
            let check = Arc::clone(&check);
            async move {
                check()?;
                let router = Router::new().route("/who", get(async move || id));
                Ok(ctx.server.register_router("/loadsheet", router).await?)
            }
        })
        .on_stop(async |_| Ok(()))
}
