//! Tests of `examples/cabin-crew`; those of its own are in the example.

use serde_json::{Value, json};
use stratos_host::event::Event;

use super::running_example::Example;

const ID: &str = "cabin-crew";
/// The transcript of the example's test in virtual time.
const WHOLE_FLIGHT: &str = include_str!("../../../../examples/cabin-crew/tests/whole-flight.txt");

/// The line of the transcript about an event, if it is of this kind.
fn line(event: &Value, kind: &str) -> Option<String> {
    if event["event"] != kind {
        return None;
    }
    let text = match serde_json::from_value(event.clone()).unwrap() {
        Event::Flight { change } => change.to_string(),
        Event::Toast {
            plugin,
            kind,
            message,
        } => format!("{plugin}: {} {message}", kind.as_str()),
        other => panic!("{other:?}"),
    };
    Some(format!("{kind:<9} {text}"))
}

/// The flight is so fast that announcements are made during later phases.
#[test]
fn a_whole_flight_in_a_process_has_the_same_announcements_as_in_virtual_time() {
    let mut example = Example::start(ID);
    // The pauses between announcements are in real time, and the flight is not.
    example.set("chime", &json!(false));
    example.set("pause", &json!(0));
    let shell = &mut example.shell;
    let started = shell.command(&["flight", "start", "EDDF", "LGIR", "--speed", "600"]);
    assert_eq!(started.code, Some(0), "{started:?}");
    let is_farewell =
        |event: &Value| line(event, "toast").is_some_and(|line| line.contains("Goodbye"));
    shell.wait_for(|event| event["change"]["name"] == "ended");
    shell.expect(is_farewell);
    for kind in ["flight", "toast"] {
        let events = shell.events.iter();
        let seen: Vec<_> = events.filter_map(|event| line(event, kind)).collect();
        let lines = WHOLE_FLIGHT.lines();
        let expected: Vec<_> = lines.filter(|line| line.starts_with(kind)).collect();
        assert_eq!(seen, expected);
    }
}
