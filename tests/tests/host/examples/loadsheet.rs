//! Tests of `examples/loadsheet`.

use serde_json::json;

use super::mock_server::MockServer;
use super::running_example::Example;

const ID: &str = "loadsheet";
/// An abridged response of SimBrief, which encodes numbers as text.
const PLAN: &str = r#"{
    "fetch": { "status": "Success" },
    "params": { "units": "kgs" },
    "fuel": { "plan_ramp": "6418", "plan_takeoff": "6218" },
    "weights": { "est_zfw": "58210", "est_tow": "64428" }
}"#;

#[test]
fn a_flight_plan_is_fetched_once_and_cached() {
    let server = MockServer::start(PLAN);
    let example = Example::start_with(ID, [("ofp_url", json!(&server.url("/fetch?json=1")))]);
    for _ in 0..2 {
        let ofp = example.shell.get("/loadsheet/ofp?user=ada");
        assert_eq!(ofp.status, 200, "{ofp:?}");
        let data = json!({
            "units": "kgs", "blockFuel": 6418.0, "zeroFuelWeight": 58210.0, "takeoffWeight": 64428.0,
        });
        assert_eq!(ofp.json(), json!({ "success": true, "data": data }));
    }
    let paths = || -> Vec<String> {
        let asked = server.received_requests().into_iter();
        asked.map(|asked| asked.path).collect()
    };
    assert_eq!(paths(), ["/fetch?json=1&username=ada"]);

    example.call("forget");
    for user in ["ada", "12345", "a%26json%3D2"] {
        let ofp = example.shell.get(&format!("/loadsheet/ofp?user={user}"));
        assert_eq!(ofp.status, 200, "{ofp:?}");
    }
    let expected = [
        "/fetch?json=1&username=ada",
        "/fetch?json=1&userid=12345",
        "/fetch?json=1&username=a%26json%3D2",
    ];
    assert_eq!(paths(), expected);
}

#[test]
fn invalid_flight_plans_are_refused_and_not_cached() {
    let server = MockServer::start("");
    let example = Example::start_with(ID, [("ofp_url", json!(&server.url("/")))]);
    let refused = |status: u16, expected: &str| {
        let ofp = example.shell.get("/loadsheet/ofp?user=ada");
        assert_eq!(ofp.status, status, "{expected}: {ofp:?}");
        let ofp = ofp.json();
        assert_eq!(ofp["success"], false);
        let error = ofp["error"].as_str().unwrap();
        assert!(error.contains(expected), "{expected}: {error}");
    };

    let unknown = r#"{ "fetch": { "status": "Error: Unknown UserID" } }"#;
    let large = format!("\"{}\"", "x".repeat(4 * 1024 * 1024));
    for (status, body, expected) in [
        (200, "<OFP/>", "(200 OK) is not valid JSON"),
        (502, "", "(502 Bad Gateway) is not valid JSON"),
        (200, "[]", "is not a flight plan"),
        (400, unknown, "(400 Bad Request): Error: Unknown UserID"),
        (500, "{}", "no reason given"),
        (200, &large, "larger than 4 MiB"),
    ] {
        server.answer(status, body);
        refused(502, expected);
    }
    server.answer(200, PLAN);
    server.break_responses();
    refused(502, "is incomplete");
    server.answer(200, PLAN);
    assert_eq!(example.shell.get("/loadsheet/ofp?user=ada").status, 200);

    example.set("ofp_url", &json!("simbrief.com"));
    refused(500, "setting `ofp_url` is `simbrief.com`");
    example.set("ofp_url", &json!(7));
    refused(500, "cannot read the setting `ofp_url`");
    example.set("ofp_url", &json!("http://127.0.0.1:1/"));
    refused(502, "cannot connect to the flight planner");
}

#[test]
fn without_a_user_name_no_flight_plan_is_requested() {
    let server = MockServer::start(PLAN);
    let example = Example::start_with(ID, [("ofp_url", json!(&server.url("/")))]);
    for path in ["/loadsheet/ofp", "/loadsheet/ofp?user="] {
        let ofp = example.shell.get(path);
        assert_eq!(ofp.status, 400, "{ofp:?}");
        let expected = "the parameter `user` is missing: /loadsheet/ofp?user=NAME";
        assert_eq!(ofp.json(), json!({ "success": false, "error": expected }));
    }
    assert_eq!(server.received_requests(), []);
}
