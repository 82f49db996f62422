//! Response headers for browsers, headers that the proxy forwards, and the token of the control API.

use stratos_tests::{HttpResponse, request};

use crate::raw_http::{DEV_ORIGIN, received_header, start_shell};

/// The CORS headers of a response, in lower case and sorted.
fn cors(response: &HttpResponse) -> Vec<String> {
    let lines = response.head.lines().map(str::to_lowercase);
    let mut lines: Vec<_> = lines
        .filter(|line| line.starts_with("access-control-"))
        .collect();
    lines.sort();
    lines
}

#[test]
fn cors_headers_of_a_plugin_are_removed() {
    let (_plugins, shell) = start_shell();
    let get = |headers: &[&str]| request(shell.address, "GET", "/api/sample/wide", headers, "");
    let response = get(&[]);
    assert_eq!(response.status, 200);
    assert_eq!(cors(&response), [""; 0], "{response:?}");
    assert_eq!(
        response.header("cross-origin-resource-policy"),
        Some("same-origin")
    );
    assert_eq!(response.header("x-own"), Some("1"));
    assert_eq!(
        response.header("x-of-this-hop"),
        None,
        "a hop-by-hop header of the plugin's connection"
    );

    let response = get(&[&format!("Origin: {DEV_ORIGIN}")]);
    let origin = format!("access-control-allow-origin: {DEV_ORIGIN}");
    assert_eq!(
        cors(&response),
        [origin.as_str(), "access-control-expose-headers: *"]
    );
    assert_eq!(
        response.header("cross-origin-resource-policy"),
        Some("cross-origin")
    );

    let response = get(&["Origin: https://evil.test"]);
    assert_eq!((response.status, cors(&response)), (403, Vec::new()));
    assert_eq!(response.header("vary"), Some("origin"));
}

#[test]
fn preflights_of_allowed_origins_are_answered() {
    let (_plugins, shell) = start_shell();
    let preflight =
        |path: &str, headers: &[&str]| request(shell.address, "OPTIONS", path, headers, "");
    let from = format!("Origin: {DEV_ORIGIN}");
    let method = "Access-Control-Request-Method: PUT";
    let names = "Access-Control-Request-Headers: content-type,x-a";
    let network = "Access-Control-Request-Private-Network: true";

    let response = preflight("/api/sample/wide", &[&from, method, names, network]);
    assert_eq!(response.status, 204);
    let expected = [
        "access-control-allow-headers: content-type,x-a",
        "access-control-allow-methods: get, head, post, put, patch, delete, options",
        &format!("access-control-allow-origin: {DEV_ORIGIN}"),
        "access-control-allow-private-network: true",
        "access-control-expose-headers: *",
    ];
    assert_eq!(cors(&response), expected);
    let response = preflight("/api/sample/wide", &[&from, method]);
    assert_eq!(cors(&response), [expected[1], expected[2], expected[4]]);

    for (path, headers) in [
        (
            "/api/sample/wide",
            vec!["Origin: https://evil.test", method, names, network],
        ),
        ("/api/sample/wide", vec!["Origin: null", method, network]),
        ("/api/sample/wide", vec![&from, &from, method, network]),
        ("/__stratos/api/v1/plugins", vec![&from, method, network]),
        ("/api/sample/%2e%2e", vec![&from, method, network]),
    ] {
        let response = preflight(path, &headers);
        assert!(matches!(response.status, 400 | 403), "{path}: {response:?}");
        assert_eq!(cors(&response), [""; 0], "{path}");
        assert_eq!(response.header("vary"), Some("origin"), "{path}");
    }

    // Without an `Origin` the plugin answers; its CORS headers are removed.
    let response = preflight("/api/sample/wide", &[method]);
    assert_eq!((response.status, cors(&response)), (200, Vec::new()));
}

#[test]
fn only_responses_of_plugins_are_cacheable() {
    let (_plugins, shell) = start_shell();
    for (path, caching) in [
        ("/", "no-store"),
        ("/nowhere", "no-store"),
        ("/__stratos/api/v1/plugins", "no-store"),
        ("/api/sample/hello/x", "no-store"),
        ("/api/sample/tagged", "no-cache"),
        ("/api/sample/wide", "max-age=60"),
    ] {
        assert_eq!(
            shell.get(path).header("cache-control"),
            Some(caching),
            "{path}"
        );
    }
    assert_eq!(
        shell.get("/api/sample/wide").header("referrer-policy"),
        Some("origin")
    );
    assert_eq!(
        shell.get("/").header("referrer-policy"),
        Some("same-origin")
    );
}

#[test]
fn hop_by_hop_headers_are_not_forwarded() {
    let (_plugins, shell) = start_shell();
    let address = shell.address;
    let from = format!("Origin: {DEV_ORIGIN}");
    let lines = [
        from.as_str(),
        "Connection: keep-alive, TE",
        "Keep-Alive: timeout=5",
        "Proxy-Connection: keep-alive",
        "TE: trailers",
        "Trailer: X",
        "X-Own: 1",
        "Cookie: a=b",
        "Authorization: Bearer x",
    ];
    let response = request(address, "GET", "/api/sample/headers", &lines, "");
    let headers = response.json();
    assert_eq!(received_header(&headers, "host"), Some(address.to_string()));
    assert_eq!(
        received_header(&headers, "origin").as_deref(),
        Some(DEV_ORIGIN)
    );
    assert_eq!(received_header(&headers, "x-own").as_deref(), Some("1"));
    assert_eq!(received_header(&headers, "cookie").as_deref(), Some("a=b"));
    assert_eq!(
        received_header(&headers, "authorization").as_deref(),
        Some("Bearer x")
    );
    // The shell forwards trailers, so it accepts them on behalf of the client.
    for kept in [("connection", "te"), ("te", "trailers"), ("trailer", "X")] {
        assert_eq!(received_header(&headers, kept.0).as_deref(), Some(kept.1));
    }
    for gone in ["keep-alive", "proxy-connection", "upgrade"] {
        assert_eq!(received_header(&headers, gone), None, "{gone}");
    }
}

#[test]
fn the_token_is_accepted_only_in_its_header() {
    let (_plugins, shell) = start_shell();
    let text = std::fs::read_to_string(shell.state.join("host.json")).unwrap();
    let host: serde_json::Value = serde_json::from_str(&text).unwrap();
    let token = host["token"].as_str().unwrap();
    let path = "/__stratos/api/v1/plugins";
    let get = |path: &str, headers: &[&str]| request(shell.address, "GET", path, headers, "");
    let bearer = format!("Authorization: Bearer {token}");
    assert_eq!(get(path, &[&bearer]).status, 200);
    let own = format!("Origin: http://{}", shell.address);
    assert_eq!(get(path, &[&bearer, &own]).status, 200);
    let longer = format!("{bearer}0");
    let basic = format!("Authorization: Basic {token}");
    let lower = bearer.to_lowercase();
    let cookie = format!("Cookie: token={token}");
    let shorter = &bearer[..bearer.len() - 1];
    let none = "Authorization: Bearer ";
    let wrong: [&[&str]; 8] = [
        &[],
        &[&longer],
        &[shorter],
        &[none],
        &[&basic],
        &[&lower],
        &[&cookie],
        &[&bearer, &bearer],
    ];
    for headers in wrong {
        let response = get(path, headers);
        assert_eq!(response.status, 401, "{headers:?}");
        assert!(
            !response.head.contains(token) && !response.body.contains(token),
            "{response:?}"
        );
    }
    for query in ["token", "access_token", "authorization"] {
        assert_eq!(
            get(&format!("{path}?{query}={token}"), &[]).status,
            401,
            "{query}"
        );
    }
    let dev = format!("Origin: {DEV_ORIGIN}");
    assert_eq!(
        get(path, &[&bearer, &dev]).status,
        403,
        "a UI does not need the control API"
    );
}
