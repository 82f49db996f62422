//! The log of the flight: whose entries a plugin can change, and what it can add.

use stratos_host::event::{Event, FlightLogChange};
use stratos_protocol::flight_log::{Add, EventCategory, Remove, Update};
use stratos_protocol::lifecycle::Retire;
use stratos_protocol::{ErrorCode, RpcError};
use stratos_tests::{RawPlugin, RawShell};

use super::start_flight;

fn add(message: &str) -> Add {
    Add {
        category: EventCategory::System,
        condition: "TEST".to_owned(),
        message: message.to_owned(),
    }
}

fn update(id: &str) -> Update {
    Update {
        event_id: id.to_owned(),
        message: "changed".to_owned(),
    }
}

fn remove(id: &str) -> Remove {
    Remove {
        event_id: id.to_owned(),
    }
}

fn messages(shell: &RawShell) -> Vec<String> {
    let entries = shell.shell.control().flight_log().into_iter();
    entries.map(|entry| entry.message).collect()
}

#[tokio::test(start_paused = true)]
async fn a_plugin_changes_its_own_entries_only() {
    let (mut one, mut other) = (
        RawPlugin::without_folders("one"),
        RawPlugin::without_folders("other"),
    );
    let shell = RawShell::start(&[&one, &other]).await;
    let (one, other) = (one.next().await, other.next().await);
    assert_eq!(one.call(&add("early")).await.unwrap(), None, "no flight");
    start_flight(&shell).await;
    let entry = one.call(&add("mine")).await.unwrap().unwrap();
    let id = entry.event_id.as_str();
    let refused = |error: RpcError| {
        assert_eq!(error.code, ErrorCode::InvalidParams);
        let expected = format!("the flight log has no entry `{id}` of this plugin");
        assert_eq!(error.message, expected);
    };
    refused(other.call(&update(id)).await.unwrap_err());
    refused(other.call(&remove(id)).await.unwrap_err());
    assert_eq!(messages(&shell), ["mine"]);
    one.call(&update(id)).await.unwrap();
    assert_eq!(messages(&shell), ["changed"]);
    one.call(&remove(id)).await.unwrap();
    refused(one.call(&update(id)).await.unwrap_err());
    assert_eq!(messages(&shell), [""; 0]);
    let changes = shell.events(|event| match event {
        Event::FlightLog { change, .. } => Some(match change {
            FlightLogChange::Added(_) => "added",
            FlightLogChange::Updated(_) => "updated",
            FlightLogChange::Removed(_) => "removed",
        }),
        _ => None,
    });
    assert_eq!(changes, ["added", "updated", "removed"]);
}

#[tokio::test(start_paused = true)]
async fn a_replaced_generation_cannot_change_the_log() {
    let mut plugin = RawPlugin::without_folders("demo").leaves_unanswered::<Retire>();
    let shell = RawShell::start(&[&plugin]).await;
    let old = plugin.next().await;
    start_flight(&shell).await;
    let entry = old.call(&add("old")).await.unwrap().unwrap();
    shell.shell.control().update("demo").await.unwrap();
    let new = plugin.next().await;
    for refused in [
        old.call(&add("late")).await.unwrap_err(),
        old.call(&update(&entry.event_id)).await.unwrap_err(),
        old.call(&remove(&entry.event_id)).await.unwrap_err(),
    ] {
        assert_eq!(refused.code, ErrorCode::Retired);
    }
    new.call(&update(&entry.event_id)).await.unwrap();
    assert_eq!(messages(&shell), ["changed"]);
}

#[tokio::test(start_paused = true)]
async fn texts_and_the_number_of_entries_are_limited() {
    let mut plugin = RawPlugin::without_folders("demo");
    let shell = RawShell::start(&[&plugin]).await;
    let ctx = plugin.next().await;
    start_flight(&shell).await;
    let empty = ctx.call(&add("")).await.unwrap_err();
    assert_eq!(empty.code, ErrorCode::InvalidParams);
    assert_eq!(empty.message, "the message is empty");
    let long = ctx.call(&add(&"x".repeat(4097))).await.unwrap_err();
    assert_eq!(long.code, ErrorCode::TooLarge);
    assert_eq!(
        long.message,
        "the message is 4097 bytes long, at most 4096 are allowed"
    );
    ctx.call(&add(&"x".repeat(4096))).await.unwrap();
    for _ in 1..10_000 {
        ctx.call(&add("entry")).await.unwrap();
    }
    let full = ctx.call(&add("one more")).await.unwrap_err();
    assert_eq!(full.code, ErrorCode::TooLarge);
    assert_eq!(full.message, "the flight log is full: it has 10000 entries");
    assert_eq!(messages(&shell).len(), 10_000);
}
