//! Tests of the plugin in a mocked shell, with the demo API.
//!
//! `STRATOS_TEST_HOST=process cargo test` runs the tests with the plugin as a process.

use fleet_manager::plugin::Plugin;
use stratos::serde_json::{Value, json};
use stratos::testing::{TestShell, TestShellBuilder};
use stratos::tokio;

fn shell() -> TestShellBuilder {
    TestShell::new(Plugin::default).program(env!("CARGO_BIN_EXE_fleet-manager"))
}

#[tokio::test]
async fn fleet_and_status_are_available() {
    let shell = shell().start().await;
    let status = json!({ "online": true, "pilots": 2 });
    assert_eq!(shell.push::<Value>("status-update").await, status);
    let asked: Value = shell.invoke("get-status", ()).await.unwrap();
    assert_eq!(asked, status);

    let fleet: Value = shell.get("/api/fleet-manager/fleet").await.json();
    assert_eq!(fleet["success"], true);
    assert_eq!(fleet["data"][0]["id"], "VA-001");
    assert!(shell.config_value::<u64>("last_sync").await.is_some());
    shell.stop().await.assert_finished();
}

#[tokio::test]
async fn signed_out_pilot_gets_an_error_until_the_next_login() {
    let shell = shell().start().await;
    assert_eq!(shell.push::<Value>("status-update").await["online"], true);

    shell.sign_out().await;
    // A change of the login triggers a poll before the interval has passed.
    assert_eq!(shell.push::<Value>("status-update").await["online"], false);
    shell.log_line("Failed to sync").await;
    let answer = shell.get("/api/fleet-manager/fleet").await;
    assert_eq!(answer.status(), 500);
    assert_eq!(answer.json::<Value>()["error"], "Failed to fetch fleet");

    shell.sign_in().await;
    assert_eq!(shell.push::<Value>("status-update").await["online"], true);
}

#[tokio::test]
async fn update_keeps_the_time_of_the_last_sync() {
    let shell = shell().start().await;
    let _: Value = shell.push("status-update").await;
    shell.update().await.unwrap();
    shell.log_line("updated; the last sync was").await;
    assert_eq!(shell.get("/api/fleet-manager/fleet").await.status(), 200);
}

#[tokio::test]
async fn plugin_recovers_from_an_outage_of_the_api() {
    let shell = shell().start().await;
    shell.play("scenarios/outage.toml").await.assert_held();
}

#[tokio::test]
async fn start_fails_with_an_invalid_api_url() {
    let error = shell()
        .unchecked_config("api_url", "localhost:80")
        .try_start()
        .await;
    let error = error.unwrap_err().to_string();
    assert!(
        error.contains("setting `api_url` is `localhost:80`"),
        "{error}"
    );
}
