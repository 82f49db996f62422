//! Tests of `examples/fleet-manager`.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use super::mock_server::{MockServer, ReceivedRequest};
use super::running_example::Example;

const ID: &str = "fleet-manager";
const FLEET: &str = r#"[
    { "id": "D-AIZA", "name": "Airbus A320", "location": "EDDF", "pilot": "Ada" },
    { "id": "HA-LXT", "name": "Airbus A321", "location": "LHBP", "pilot": null }
]"#;

#[test]
fn without_an_api_url_it_serves_demo_data() {
    let mut example = Example::start(ID);
    let fleet = example.shell.get("/api/fleet-manager/fleet");
    assert_eq!(fleet.status, 200, "{fleet:?}");
    let fleet = fleet.json();
    assert_eq!(fleet["success"], true);
    assert_eq!(fleet["data"].as_array().unwrap().len(), 4);

    for (persona, status) in [
        ("signed-out", json!({ "online": false, "pilots": 0 })),
        ("signed-in", json!({ "online": true, "pilots": 2 })),
    ] {
        example.become_persona(persona);
        while example.pushed("status-update") != status {}
        assert_eq!(example.call("get-status"), status);
    }
}

#[test]
fn routes_and_channels_are_listed() {
    let example = Example::start(ID);
    let rows = "  GET    {}/api/fleet-manager/fleet\n  channels: get-status\n";
    let ps = example.shell.command(&["ps"]);
    assert_eq!(
        ps.stdout,
        format!("fleet-manager 0.1.0  running\n{}", rows.replace("{}", ""))
    );
    let page = example.shell.get("/").body;
    let origin = format!("http://{}", example.shell.address);
    assert!(page.ends_with(&rows.replace("{}", &origin)), "{page}");
}

#[test]
fn the_fleet_is_fetched_with_the_current_token() {
    let server = MockServer::start(FLEET);
    let example = with_api(&server.url("/v1/"));
    let first = server.next_request();
    let fleet = example.shell.get("/api/fleet-manager/fleet");
    assert_eq!(fleet.status, 200, "{fleet:?}");
    let expected: Value = serde_json::from_str(FLEET).unwrap();
    assert_eq!(fleet.json(), json!({ "success": true, "data": expected }));

    let token = first.authorization.clone().unwrap();
    assert!(token.starts_with("Bearer mock-"), "{token}");
    assert_eq!(first.path, "/v1/fleet");
    assert_eq!(
        server.next_request(),
        first,
        "route and poll send the same requests"
    );

    example.become_persona("signed-out");
    assert_eq!(server.next_request().authorization, None);
    example.become_persona("signed-in");
    let next = server.next_request().authorization.unwrap();
    assert!(next.starts_with("Bearer mock-"), "{next}");
    assert_ne!(next, token);
}

#[test]
fn a_failing_api_is_a_500_with_a_logged_reason() {
    let server = MockServer::start(FLEET);
    let mut example = with_api(&server.url(""));
    assert_eq!(example.pushed("status-update")["online"], true);
    for (status, body, why) in [
        (503, "", "responded with status 503 Service Unavailable"),
        (401, "", "rejected the pilot's login: sign in again"),
        (200, "{}", "returned a malformed fleet: "),
    ] {
        server.answer(status, body);
        let fleet = example.shell.get("/api/fleet-manager/fleet");
        assert_eq!(fleet.status, 500, "{fleet:?}");
        let expected = json!({ "success": false, "error": "Failed to fetch fleet" });
        assert_eq!(fleet.json(), expected);
        let line = example.shell.wait_for(|event| {
            event["message"]
                .as_str()
                .is_some_and(|m| m.contains("Failed to fetch fleet"))
        });
        assert_eq!(line["level"], "error");
        let error = line["data"]["error"].as_str().unwrap();
        assert!(error.contains(why), "{why}: {error}");
    }
    example.become_persona("signed-in");
    let status = example.pushed("status-update");
    assert_eq!(status, json!({ "online": false, "pilots": 0 }));
    assert_eq!(example.call("get-status"), status);
}

#[test]
fn an_invalid_api_url_is_an_error_that_names_the_setting() {
    let mut example = Example::start(ID);
    example.set("api_url", &json!("api.my-va.com"));
    example.stop();
    assert_ne!(example.control("start").status, 200);
    let reason = example.shell.plugin(ID)["state"]["reason"].clone();
    let expected = "setting `api_url` is `api.my-va.com`, but an address must begin with https://";
    assert!(reason.as_str().unwrap().contains(expected), "{reason}");
}

#[test]
fn polling_follows_the_interval_setting_and_ends_with_the_plugin() {
    let server = MockServer::start(FLEET);
    let mut example = with_api(&server.url(""));
    let began = now();
    let online = json!({ "online": true, "pilots": 1 });
    assert_eq!(example.pushed("status-update"), online);
    assert_eq!(example.call("get-status"), online);

    // The plugin waits for an hour after the first poll. The changed setting wakes it up.
    example.set("refresh_interval", &json!(5));
    assert_eq!(example.pushed("status-update"), online);
    assert_eq!(example.pushed("status-update"), online);

    let last_sync = example.shell.command(&["config", "get", ID, "last_sync"]);
    let last_sync: u128 = last_sync.stdout.trim().parse().unwrap();
    assert!((began..=now()).contains(&last_sync), "{last_sync}");

    example.stop();
    let asked = server.received_requests();
    assert!(asked.iter().all(is_for_the_fleet), "{asked:?}");
    assert!(server.is_idle_for(Duration::from_secs(7)));
}

#[test]
fn an_update_continues_with_the_fetched_fleet() {
    let server = MockServer::start(FLEET);
    let mut example = with_api(&server.url(""));
    example.pushed("status-update");
    let updated = example.shell.command(&["update", ID]);
    assert_eq!(updated.code, Some(0), "{updated:?}");
    let line = example.shell.wait_for(|event| {
        event["message"]
            .as_str()
            .is_some_and(|m| m.contains("updated; the last sync was"))
    });
    assert!(line["data"].is_u64(), "{line}");
    assert_eq!(example.shell.get("/api/fleet-manager/fleet").status, 200);
    assert_eq!(
        example.call("get-status"),
        json!({ "online": true, "pilots": 1 })
    );
}

/// An interval of zero disables polling; requests and logins still fetch the fleet.
fn with_api(url: &str) -> Example {
    let values = [("api_url", json!(url)), ("refresh_interval", json!(3600))];
    Example::start_with(ID, values)
}

fn is_for_the_fleet(asked: &ReceivedRequest) -> bool {
    asked.path == "/fleet"
}

fn now() -> u128 {
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH);
    since_1970.expect("the clock is right").as_millis()
}
