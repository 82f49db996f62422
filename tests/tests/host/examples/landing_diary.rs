//! Tests of `examples/landing-diary`; those of its own are in the example.

use serde_json::json;
use stratos_tests::CommandOutput;

use super::running_example::Example;

const ID: &str = "landing-diary";

#[test]
fn a_hard_landing_is_inspected_before_the_next_flight() {
    let mut example = Example::start(ID);
    example.set("ask_for_remark", &json!(false));
    let shell = &mut example.shell;
    let start = ["flight", "start", "EDDF", "LGIR", "--speed", "60"];
    assert_succeeds(&shell.command(&start));
    assert_succeeds(&shell.command(&["flight", "land", "--rate", "-700"]));
    let entry = shell.wait_for(|event| event["event"] == "flight-log");
    let message = entry["change"]["entry"]["message"].as_str().unwrap();
    assert!(
        message.contains("Landed at LGIR with -700 ft/min"),
        "{entry}"
    );
    shell.expect(|event| event["event"] == "indicator");
    assert_succeeds(&shell.command(&["flight", "end"]));
    let landings = shell.get("/api/landing-diary/landings").json();
    assert_eq!(landings["data"][0]["rate"], -700.0, "{landings}");

    let vetoed = shell.command(&start);
    assert_eq!(vetoed.code, Some(1), "{vetoed:?}");
    assert!(
        vetoed.stderr.contains("plugin `landing-diary`"),
        "{vetoed:?}"
    );
    assert!(vetoed.stderr.contains("-700 ft/min"), "{vetoed:?}");
    shell.expect(|event| event["event"] == "modal");
    assert_succeeds(&shell.command(&["answer", "yes"]));
    shell.expect(|event| event["event"] == "indicator" && event["indicator"].is_null());
    assert_succeeds(&shell.command(&start));
}

fn assert_succeeds(output: &CommandOutput) {
    assert_eq!(output.code, Some(0), "{output:?}");
}
