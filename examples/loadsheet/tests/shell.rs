//! Tests of the plugin in a mocked shell, with a mock of the flight planner.
//!
//! `STRATOS_TEST_HOST=process cargo test` runs the tests with the plugin as a process.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use stratos::axum::{self, Json, Router, routing::get};
use stratos::serde_json::{Value, json};
use stratos::testing::{TestShell, TestShellBuilder};
use stratos::tokio;
use stratos::tokio::net::TcpListener;

fn shell() -> TestShellBuilder {
    TestShell::new(loadsheet::plugin).program(env!("CARGO_BIN_EXE_loadsheet"))
}

#[tokio::test]
async fn plan_is_cached_until_the_cache_is_cleared() {
    let (planner, requests) = mock_planner().await;
    let shell = shell().config("ofp_url", planner).start().await;
    for _ in 0..2 {
        let plan: Value = shell.get("/loadsheet/ofp?user=ada").await.json();
        assert_eq!(plan["data"]["takeoffWeight"], 64428.0);
    }
    assert_eq!(requests.load(Ordering::SeqCst), 1);

    let _: () = shell.invoke("forget", ()).await.unwrap();
    assert_eq!(shell.get("/loadsheet/ofp?user=ada").await.status(), 200);
    assert_eq!(requests.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn errors_are_reported_to_the_ui() {
    let shell = shell().config("ofp_url", "simbrief.com").start().await;
    let answer = shell.get("/loadsheet/ofp").await;
    assert_eq!(answer.status(), 400);
    let answer = shell.get("/loadsheet/ofp?user=ada").await;
    assert_eq!(answer.status(), 500);
    let error = answer.json::<Value>()["error"].to_string();
    assert!(error.contains("`ofp_url` is `simbrief.com`"), "{error}");
    shell.log_line("cannot fetch the flight plan").await;
    shell.stop().await.assert_finished();
}

/// Starts a mock of the flight planner; returns its address and the number of requests.
async fn mock_planner() -> (String, Arc<AtomicU32>) {
    let requests = Arc::new(AtomicU32::new(0));
    let counter = Arc::clone(&requests);
    let plan = get(move || {
        counter.fetch_add(1, Ordering::SeqCst);
        let plan = json!({
            "params": { "units": "kgs" },
            "fuel": { "plan_ramp": "6418" },
            "weights": { "est_zfw": "58210", "est_tow": "64428" },
        });
        async { Json(plan) }
    });
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("a bound address");
    let serve = axum::serve(listener, Router::new().route("/ofp", plan));
    tokio::spawn(serve.into_future());
    (format!("http://{address}/ofp"), requests)
}
