//! Routing by prefix: requests below one plugin's prefix never reach another plugin.

use stratos_tests::{Plugins, ShellProcess};

use crate::SAMPLE;
use crate::raw_http::{exchange_head, seen_requests};

/// A path, its status, and the index of the plugin that receives the request, if any does.
const PATHS: &[(&str, u16, Option<usize>)] = &[
    ("/api/sample/hello/x", 200, Some(0)),
    ("/api/sample-two/hello/x", 200, Some(1)),
    ("/api/sample", 404, Some(0)),
    // The plugin's process answers without its router: axum does not nest this path.
    ("/api/sample/", 404, None),
    ("/api/sample-two", 404, Some(1)),
    ("/api/sample/-two/hello/x", 404, Some(0)),
    ("/api/sample/sample-two/hello/x", 404, Some(0)),
    ("/api/sample-two/sample/hello/x", 404, Some(1)),
    ("/api/sample-tw/hello/x", 404, None),
    ("/api/sample-twoo/hello/x", 404, None),
    ("/api/sample-/hello/x", 404, None),
    ("/api/sampl/hello/x", 404, None),
    ("/api/samples/hello/x", 404, None),
    ("/api/sample.two/hello/x", 404, None),
    ("/api/sample./hello/x", 404, None),
    ("/api/sample-two./hello/x", 404, None),
    ("/api/SAMPLE/hello/x", 404, None),
    ("/api/Sample-Two/hello/x", 404, None),
    ("/Api/sample/hello/x", 404, None),
    ("/api/sample%2dtwo/hello/x", 404, None),
    ("/api/%73ample/hello/x", 404, None),
    ("/api/sample%00/hello/x", 400, None),
    ("/api/sample%2ftwo/hello/x", 400, None),
    ("/api/sample%20/hello/x", 404, None),
    ("/api/sample+/hello/x", 404, None),
    ("/api/sample;a/hello/x", 404, None),
    ("/api/sample,/hello/x", 404, None),
    ("/api/sample:1/hello/x", 404, None),
    ("/api/sample@/hello/x", 404, None),
    ("/api/sample~1/hello/x", 404, None),
    ("/api/sample::$DATA/hello/x", 404, None),
    ("/api/sample?/api/sample-two", 404, Some(0)),
    ("/api/sample-two?/api/sample", 404, Some(1)),
    ("/api/sample/../sample-two/hello/x", 400, None),
    ("/api/sample/%2e%2e/sample-two/hello/x", 400, None),
    ("/api/sample-two/..%2fsample/hello/x", 400, None),
    ("/api/sample/..;/sample-two/hello/x", 404, Some(0)),
    ("/api/./sample-two/hello/x", 400, None),
    ("/api//sample/hello/x", 400, None),
    ("//api/sample-two/hello/x", 400, None),
    ("/api/sample//hello/x", 400, None),
    ("/api\\sample-two\\hello/x", 400, None),
    ("/api/sample#/../sample-two", 404, Some(0)),
];

#[test]
fn lists_for_people_have_the_prefix_of_a_router_whose_routes_are_not_known() {
    let plugins = Plugins::new(SAMPLE, &["sample"]);
    let shell = ShellProcess::start(plugins.root());
    let page = shell.get("/").body;
    let origin = format!("http://{}", shell.address);
    assert!(
        page.contains(&format!("\n  *      {origin}/api/sample/...\n")),
        "{page}"
    );
    let list = shell.command(&["ps"]).stdout;
    assert!(list.contains("\n  *      /api/sample/...\n"), "{list}");
}

#[test]
fn requests_reach_only_the_plugin_of_their_prefix() {
    let plugins = Plugins::new(SAMPLE, &["sample", "sample-two"]);
    let shell = ShellProcess::start(plugins.root());
    let host = shell.address;
    let mut statuses = Vec::new();
    for (case, (path, ..)) in PATHS.iter().enumerate() {
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: {host}\r\nCase: {case}\r\nConnection: close\r\n\r\n"
        );
        statuses.push(exchange_head(host, &request).status);
    }
    let seen = [
        seen_requests(host, "/api/sample"),
        seen_requests(host, "/api/sample-two"),
    ];
    for (case, (path, status, receiver)) in PATHS.iter().enumerate() {
        assert_eq!(statuses[case], *status, "{path}");
        for (plugin, seen) in seen.iter().enumerate() {
            let expected = *receiver == Some(plugin);
            assert_eq!(
                seen.iter().any(|seen| seen.case == case.to_string()),
                expected,
                "{path} and plugin {plugin}"
            );
        }
    }
}
