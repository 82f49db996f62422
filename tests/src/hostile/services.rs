//! Misuse of the services of later shells.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::hostile::fault_log::log_fault;
use crate::hostile::raw_connection::RawConnection;

/// Requests of a flood.
const REQUESTS: usize = 1_000;
const DIALOGS: usize = 1_000;
/// Dialogs of one plugin that the shell keeps.
const KEPT: usize = 32;

/// Shows toasts as fast as the shell answers.
pub(super) async fn shows_toasts() {
    let mut connection = RawConnection::started().await;
    let toast = json!({ "kind": "error", "message": "x".repeat(500) });
    let mut shown = 0;
    for _ in 0..REQUESTS {
        let answer = connection.ask("notify/toast", toast.clone()).await;
        shown += usize::from(answer == json!({}));
    }
    log_fault(format_args!("{shown} of {REQUESTS} toasts are shown"));
    connection.serve().await;
}

/// Subscribes and registers start guards again and again, and adds entries to the log of a flight that there is not.
pub(super) async fn asks_of_flights() {
    let mut connection = RawConnection::started().await;
    let entry = json!({ "category": "SYSTEM", "condition": "FLOOD", "message": "x".repeat(500) });
    let requests = [
        ("flight/subscribe", json!({ "topic": "sim_data" })),
        ("start_guard/register", json!({})),
        ("flight_log/add", entry),
        ("flight/snapshot", json!({})),
    ];
    let mut refused = 0;
    for (method, params) in requests.iter().cycle().take(REQUESTS) {
        let answer = connection.ask(method, params.clone()).await;
        refused += usize::from(answer.get("code").is_some());
    }
    log_fault(format_args!("{refused} of {REQUESTS} requests are refused"));
    connection.serve().await;
}

/// Opens dialogs that nobody answers: the shell keeps the first ones, and gives no answer to the others at once.
pub(super) async fn opens_dialogs() {
    let mut connection = RawConnection::started().await;
    let dialog = json!({ "title": "Flood", "message": "Are you there?" });
    for _ in 0..KEPT {
        let request = connection.request("dialog/confirm", dialog.clone());
        connection.send(&request).await;
    }
    let mut answered = 0;
    for _ in KEPT..DIALOGS {
        let answer = connection.ask("dialog/confirm", dialog.clone()).await;
        answered += usize::from(answer == false);
    }
    log_fault(format_args!(
        "{answered} of {DIALOGS} dialogs without an answer"
    ));
    connection.serve().await;
}

/// Asks for what lies outside of the plugin's own.
pub(super) async fn reaches_out() {
    let mut connection = RawConnection::started().await;
    let requests = [
        ("database/path", json!({ "file": "../../sample/data.db" })),
        ("database/path", json!({ "file": "/etc/passwd" })),
        (
            "notify/play_custom_sound",
            json!({ "path": "../sample/plugin.json" }),
        ),
        (
            "airline/call",
            json!({ "method": "GET", "path": "//elsewhere.invalid/" }),
        ),
        (
            "airline/call",
            json!({ "method": "GET", "path": "/../secrets" }),
        ),
        (
            "flight_log/update",
            json!({ "event_id": "log-1", "message": "not mine" }),
        ),
    ];
    let mut refused = 0;
    for (method, params) in &requests {
        let answer = connection.ask(method, params.clone()).await;
        refused += usize::from(answer["code"] == -32602);
    }
    log_fault(format_args!("{refused} of {} refused", requests.len()));
    connection.serve().await;
}

/// Sends malformed parameters to each method that has any.
pub(super) async fn sends_wrong_shapes() {
    let mut connection = RawConnection::started().await;
    let methods = [
        "airline/call",
        "database/path",
        "dialog/alert",
        "dialog/confirm",
        "flight/subscribe",
        "flight/unsubscribe",
        "flight_log/add",
        "flight_log/remove",
        "flight_log/update",
        "indicator/set",
        "notify/play_custom_sound",
        "notify/toast",
        "prompt/number",
        "prompt/select",
        "prompt/text",
    ];
    let shapes: [Value; 4] = [
        json!(null),
        json!([]),
        json!("x"),
        json!({ "title": 1, "topic": "weather", "kind": "loud", "file": [], "path": {}, "event_id": 1 }),
    ];
    let mut answers = BTreeMap::<String, usize>::new();
    for method in methods {
        for shape in &shapes {
            let answer = connection.ask(method, shape.clone()).await;
            let code = answer.get("code").unwrap_or(&answer).to_string();
            *answers.entry(code).or_default() += 1;
        }
    }
    log_fault(format_args!("{answers:?}"));
    connection.serve().await;
}
