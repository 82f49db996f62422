//! Tests of `examples/cabin-crew`; those of its own are in the example.

use serde_json::json;

use super::running_example::Example;

const ID: &str = "cabin-crew";

/// The announcements of the example's test in virtual time.
const ANNOUNCEMENTS: [&str; 6] = [
    "Welcome on board Mock Airline flight SKV123 to LGIR.",
    "Please follow our safety instructions.",
    "Cabin crew, please take your seats for take-off.",
    "Cabin crew, please take your seats for landing.",
    "Welcome to LGIR. Please stay seated until we have reached our stand.",
    "Thank you for flying with Mock Airline. Goodbye!",
];

#[test]
fn a_whole_flight_in_a_process_has_the_same_announcements_as_in_virtual_time() {
    let mut example = Example::start(ID);
    // The pauses between announcements are in real time, and the flight is not.
    example.set("chime", &json!(false));
    example.set("pause", &json!(0));
    let started = example
        .shell
        .command(&["flight", "start", "EDDF", "LGIR", "--speed", "600"]);
    assert_eq!(started.code, Some(0), "{started:?}");
    for expected in ANNOUNCEMENTS {
        let toast = example.shell.wait_for(|event| event["event"] == "toast");
        assert_eq!(toast["message"], expected);
    }
}
