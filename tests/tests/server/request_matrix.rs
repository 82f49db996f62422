//! The request matrix: thousands of requests with every host, origin, path and method in the combinations that matter.

use std::collections::BTreeMap;
use std::net::{SocketAddr, TcpListener};
use std::thread;

use stratos_tests::HttpResponse;

use crate::guard_rules::{Host, Origin, Outcome, RequestKind, Target, expected_outcome};
use crate::raw_http::{DEV_ORIGIN, exchange_head, seen_requests, start_shell};

const HOSTS: &[(&str, Host)] = &[
    ("127.0.0.1:PORT", Host::Own),
    ("localhost:PORT", Host::Own),
    ("LOCALHOST:PORT", Host::Own),
    ("LocalHost:PORT", Host::Own),
    ("127.0.0.1", Host::Foreign),
    ("localhost", Host::Foreign),
    ("127.0.0.1:1", Host::Foreign),
    ("127.0.0.1:0PORT", Host::Foreign),
    ("127.0.0.1:PORT0", Host::Foreign),
    ("127.0.0.1.:PORT", Host::Foreign),
    ("localhost.:PORT", Host::Foreign),
    ("localhost6:PORT", Host::Foreign),
    ("localhost.localdomain:PORT", Host::Foreign),
    ("a.localhost:PORT", Host::Foreign),
    ("127.0.0.1.evil.test:PORT", Host::Foreign),
    ("localhost.evil.test:PORT", Host::Foreign),
    ("evil.test:PORT", Host::Foreign),
    ("evil.test", Host::Foreign),
    ("0x7f.1:PORT", Host::Foreign),
    ("0x7f000001:PORT", Host::Foreign),
    ("2130706433:PORT", Host::Foreign),
    ("0177.0.0.1:PORT", Host::Foreign),
    ("127.1:PORT", Host::Foreign),
    ("127.0.0.2:PORT", Host::Foreign),
    ("0.0.0.0:PORT", Host::Foreign),
    ("0:PORT", Host::Foreign),
    ("[::1]:PORT", Host::Foreign),
    ("[::ffff:127.0.0.1]:PORT", Host::Foreign),
    ("[::]:PORT", Host::Foreign),
    ("169.254.169.254", Host::Foreign),
    ("127.0.0.1:CANARY", Host::Foreign),
    ("NONE", Host::Invalid),
    ("", Host::Invalid),
    ("127.0.0.1:PORT\r\nHost: 127.0.0.1:PORT", Host::Invalid),
    ("127.0.0.1:PORT\r\nHost: evil.test", Host::Invalid),
    ("evil.test\r\nHost: 127.0.0.1:PORT", Host::Invalid),
    ("127.0.0.1:PORT, evil.test", Host::Invalid),
    ("127.0.0.1:PORT evil.test", Host::Invalid),
    ("evil.test@127.0.0.1:PORT", Host::Invalid),
    ("127.0.0.1:PORT@evil.test", Host::Invalid),
    ("127.0.0.1:PORT/", Host::Invalid),
    ("127.0.0.1:PORT#", Host::Invalid),
    ("127.0.0.1:PORT?", Host::Invalid),
    ("http://127.0.0.1:PORT", Host::Invalid),
    ("127.0.0.1%00:PORT", Host::Invalid),
    ("127.0.0.1\0:PORT", Host::Invalid),
    ("127.0.0.1\t:PORT", Host::Invalid),
    ("127.0.0.1:PORT\r\n evil.test", Host::Invalid),
    ("lo\u{17f}t:PORT", Host::Invalid),
    ("\u{ff11}27.0.0.1:PORT", Host::Invalid),
    ("*", Host::Invalid),
];

const ORIGINS: &[(&str, Origin)] = &[
    ("NONE", Origin::None),
    ("http://127.0.0.1:PORT", Origin::Own),
    ("http://localhost:PORT", Origin::Own),
    (DEV_ORIGIN, Origin::Dev),
    ("https://ui.test", Origin::Dev),
    ("https://ui.test:443", Origin::Foreign),
    ("http://ui.test", Origin::Foreign),
    ("null", Origin::Foreign),
    ("NULL", Origin::Foreign),
    ("", Origin::Foreign),
    ("*", Origin::Foreign),
    ("https://evil.test", Origin::Foreign),
    ("http://localhost", Origin::Foreign),
    ("http://localhost:1", Origin::Foreign),
    ("http://127.0.0.1:5173", Origin::Foreign),
    ("https://localhost:5173", Origin::Foreign),
    ("https://127.0.0.1:PORT", Origin::Foreign),
    ("http://localhost:51730", Origin::Foreign),
    ("http://localhost:517", Origin::Foreign),
    ("http://localhost:5173/", Origin::Foreign),
    ("http://localhost:5173.evil.test", Origin::Foreign),
    ("http://localhost.evil.test:5173", Origin::Foreign),
    ("http://evil.test/http://localhost:5173", Origin::Foreign),
    ("http://evil-localhost:5173", Origin::Foreign),
    ("http://a.localhost:5173", Origin::Foreign),
    ("http://localhost.:5173", Origin::Foreign),
    ("http://LOCALHOST:5173", Origin::Foreign),
    ("HTTP://localhost:5173", Origin::Foreign),
    ("http://user@localhost:5173", Origin::Foreign),
    ("http://localhost:5173@evil.test", Origin::Foreign),
    ("http://[::1]:PORT", Origin::Foreign),
    ("http://[::ffff:127.0.0.1]:PORT", Origin::Foreign),
    ("http://2130706433:PORT", Origin::Foreign),
    ("http://0.0.0.0:PORT", Origin::Foreign),
    ("localhost:5173", Origin::Foreign),
    ("//localhost:5173", Origin::Foreign),
    ("file://", Origin::Foreign),
    ("chrome-extension://abcdefghijklmnop", Origin::Foreign),
    ("http://localhost:5173 https://evil.test", Origin::Foreign),
    ("https://evil.test http://localhost:5173", Origin::Foreign),
    ("http://localhost:5173, https://evil.test", Origin::Foreign),
    (
        "http://localhost:5173\r\nOrigin: http://localhost:5173",
        Origin::Foreign,
    ),
    (
        "http://localhost:5173\r\nOrigin: https://evil.test",
        Origin::Foreign,
    ),
    ("http://l\u{f6}calhost:5173", Origin::Foreign),
];

const PATHS: &[(&str, Target)] = &[
    ("/api/sample/hello/x?a=b", Target::Route),
    ("/api/sample/hello/x?a=//../%2e%2e\\", Target::Route),
    ("/api/sample/hello/a%20b", Target::Route),
    ("/api/sample/hello/..x", Target::Route),
    ("/api/Sample/hello/x", Target::NotFound),
    ("/API/sample/hello/x", Target::NotFound),
    ("/api/sample./hello/x", Target::NotFound),
    ("/api/sample%20/hello/x", Target::NotFound),
    ("/api/sampl%65/hello/x", Target::NotFound),
    ("/api/sample;x/hello/x", Target::NotFound),
    ("/api/samplehello/x", Target::NotFound),
    ("/__strato%73/api/v1/plugins", Target::NotFound),
    ("/__STRATOS/api/v1/plugins", Target::NotFound),
    ("/__stratos/api/v1/nothing", Target::Control),
    ("/__stratos/api/v1/plugins?token=TOKEN", Target::Control),
    ("http://127.0.0.1:PORT/api/sample/hello/x", Target::Invalid),
    (
        "http://127.0.0.1:CANARY/api/sample/hello/x",
        Target::Invalid,
    ),
    ("http://evil.test/", Target::Invalid),
    ("https://127.0.0.1:PORT/api/sample/hello/x", Target::Invalid),
    ("127.0.0.1:CANARY", Target::Invalid),
    ("*", Target::Invalid),
    ("", Target::Invalid),
    ("api/sample/hello/x", Target::Invalid),
    ("?a", Target::Invalid),
    ("//127.0.0.1:CANARY/api/sample/hello/x", Target::Invalid),
    ("//api/sample/hello/x", Target::Invalid),
    ("/api//sample/hello/x", Target::Invalid),
    ("/api/sample//hello/x", Target::Invalid),
    ("/api/sample/hello/x//", Target::Invalid),
    ("/api/sample/hello/x#a", Target::Route),
    ("/api/sample/hello/x?a#b", Target::Route),
    ("#", Target::Invalid),
    ("/nowhere#/../api/sample/hello/x", Target::NotFound),
    ("/api/sample/../sample/hello/x", Target::Invalid),
    ("/api/sample/./hello/x", Target::Invalid),
    ("/nowhere/../api/sample/hello/x", Target::Invalid),
    ("/api/sample/hello/x/..", Target::Invalid),
    ("/api/sample/hello/%2e%2e/x", Target::Invalid),
    ("/api/sample/hello/%2E./x", Target::Invalid),
    ("/api/sample%2fhello/x", Target::Invalid),
    ("/api/sample%2Fhello/x", Target::Invalid),
    ("/api/sample%5chello/x", Target::Invalid),
    ("/api\\sample\\hello\\x", Target::Invalid),
    ("\\api\\sample", Target::Invalid),
    ("/api/sample/..\\x", Target::Invalid),
    ("/api/sample/hello/x%00", Target::Invalid),
    ("/api/sample/hello/x%0d%0aX:y", Target::Invalid),
    ("/api/sample/hello/x%0A", Target::Invalid),
    ("/api/sample/hello/x\0", Target::Invalid),
    ("/api/sample/hello/x\ry", Target::Invalid),
    ("/api/sample/hello/x\ny", Target::Invalid),
    ("/api/sample/hello/x y", Target::Invalid),
    ("/api/sample/hello/x\ty", Target::Invalid),
    ("/api/sample/hello/\u{e4}", Target::Route),
    ("/api/sample/hello/x?\u{e4}", Target::Route),
    ("/api/sample/hello/%", Target::Invalid),
    ("/api/sample/hello/%e", Target::Invalid),
    ("/api/sample/hello/%u002e", Target::Invalid),
    ("/api/sample/hello/%zz", Target::Invalid),
    ("/\u{7f}", Target::Invalid),
];

const TARGETS: &[(&str, Target)] = &[
    ("/", Target::Index),
    ("/api/sample/hello/x", Target::Route),
    ("/api/sample/socket", Target::Socket),
    ("/__stratos/api/v1/plugins", Target::Control),
    ("/__stratos/ipc/sample", Target::Ipc),
    ("/nowhere", Target::NotFound),
];

const KINDS: [RequestKind; 5] = [
    RequestKind::Get10,
    RequestKind::Get,
    RequestKind::Post,
    RequestKind::Preflight,
    RequestKind::Upgrade,
];
const SITES: [Option<&str>; 5] = [
    None,
    Some("same-origin"),
    Some("none"),
    Some("same-site"),
    Some("cross-site"),
];

/// One request and its expected outcome.
struct Case {
    /// The row of the snapshot.
    row: String,
    host: String,
    origin: String,
    bytes: String,
    expected: Outcome,
}

/// All requests. `canary` is a port that the shell must not connect to.
fn cases(port: u16, canary: u16) -> Vec<Case> {
    let mut cases = Vec::new();
    let mut add = |row: String,
                   host: &(&str, Host),
                   origin: &(&str, Origin),
                   site,
                   path: &(&str, Target),
                   kind| {
        let fill = |text: &str| {
            let ports = text.replace("PORT", &port.to_string());
            ports.replace("CANARY", &canary.to_string())
        };
        let number = cases.len();
        let (method, version) = match kind {
            RequestKind::Get10 => ("GET", "1.0"),
            RequestKind::Get | RequestKind::Upgrade => ("GET", "1.1"),
            RequestKind::Post => ("POST", "1.1"),
            RequestKind::Preflight => ("OPTIONS", "1.1"),
        };
        let mut bytes = format!(
            "{method} {} HTTP/{version}\r\ncase: {number}\r\n",
            fill(path.0)
        );
        for (name, value) in [("Host", host.0), ("Origin", origin.0)] {
            if value != "NONE" {
                bytes += &format!("{name}: {}\r\n", fill(value));
            }
        }
        if let Some(site) = site {
            bytes += &format!("Sec-Fetch-Site: {site}\r\n");
        }
        bytes += match kind {
            RequestKind::Get10 | RequestKind::Get => "Connection: close\r\n\r\n",
            RequestKind::Post => "Connection: close\r\nContent-Length: 0\r\n\r\n",
            RequestKind::Preflight => {
                "Connection: close\r\nAccess-Control-Request-Method: PUT\r\n\r\n"
            }
            RequestKind::Upgrade => {
                "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
                 Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
            }
        };
        cases.push(Case {
            row,
            host: fill(host.0),
            origin: fill(origin.0),
            bytes,
            expected: expected_outcome(host.1, origin.1, site, path.1, kind),
        });
    };
    let (own_host, no_origin) = (&HOSTS[0], &ORIGINS[0]);
    for host in HOSTS {
        for kind in KINDS {
            for target in TARGETS {
                add(
                    format!("host   {:?}", host.0),
                    host,
                    no_origin,
                    None,
                    target,
                    kind,
                );
            }
            // An allowed origin does not make a foreign host acceptable.
            let row = format!("host   {:?}", host.0);
            add(row, host, &ORIGINS[3], Some("same-site"), &TARGETS[1], kind);
        }
    }
    for origin in ORIGINS {
        for site in SITES {
            for kind in &KINDS[1..] {
                for target in TARGETS {
                    add(
                        format!("origin {:?}", origin.0),
                        own_host,
                        origin,
                        site,
                        target,
                        *kind,
                    );
                }
            }
        }
    }
    for path in PATHS {
        for kind in KINDS {
            for origin in &ORIGINS[..4] {
                add(
                    format!("path   {:?}", path.0),
                    own_host,
                    origin,
                    None,
                    path,
                    kind,
                );
            }
        }
    }
    cases
}

#[test]
fn responses_follow_the_guard_rules() {
    let (_plugins, shell) = start_shell();
    let canary = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    canary.set_nonblocking(true).unwrap();
    let cases = cases(shell.address.port(), canary.local_addr().unwrap().port());
    let responses = send_all(shell.address, &cases);
    let seen = seen_requests(shell.address, "/api/sample");
    let mut rows: BTreeMap<usize, (&str, String)> = BTreeMap::new();
    let mut counts: BTreeMap<(u16, bool), usize> = BTreeMap::new();
    let mut wrong = Vec::new();
    let mut row = 0;
    for (number, (case, response)) in cases.iter().zip(&responses).enumerate() {
        let received = seen.iter().find(|seen| seen.case == number.to_string());
        let reaches_plugin = received.is_some();
        let is_unchanged = received.is_none_or(|seen| {
            seen.host == case.host && seen.origin == case.origin.replace("NONE", "")
        });
        let found = Outcome {
            status: response.status,
            reaches_plugin,
            is_readable: response.header("access-control-allow-origin") == Some(&case.origin),
        };
        if found != case.expected || !is_unchanged || !has_expected_headers(case, response) {
            wrong.push(format!(
                "{:?}\n  expected {:?}\n  found {found:?}: {response:?}",
                case.bytes, case.expected
            ));
        }
        if rows.get(&row).is_some_and(|(name, _)| *name != case.row) {
            row += 1;
        }
        let (_, outcomes) = rows.entry(row).or_insert((&case.row, String::new()));
        outcomes.push(letter(found));
        *counts.entry((found.status, reaches_plugin)).or_default() += 1;
    }
    for ((status, reaches_plugin), count) in &counts {
        let receiver = if *reaches_plugin {
            "reached the plugin"
        } else {
            ""
        };
        println!("{status} {count:5} {receiver}");
    }
    println!("{} requests", cases.len());
    assert!(
        wrong.is_empty(),
        "{} are wrong: {}",
        wrong.len(),
        wrong[..wrong.len().min(5)].join("\n")
    );
    assert!(cases.len() > 2500);
    let connection = canary.accept().map(|(_, from)| from);
    assert!(
        connection.is_err(),
        "the shell connected to another server: {connection:?}"
    );
    let lines = rows
        .values()
        .map(|(name, outcomes)| format!("{outcomes}  {name}"));
    insta::assert_snapshot!(lines.collect::<Vec<_>>().join("\n"));
}

/// Sends all requests, four at a time. Returns the responses in the order of the requests.
fn send_all(address: SocketAddr, cases: &[Case]) -> Vec<HttpResponse> {
    let parts = cases.chunks(cases.len().div_ceil(4));
    thread::scope(|scope| {
        let threads: Vec<_> = parts
            .map(|part| scope.spawn(move || send_part(address, part)))
            .collect();
        threads
            .into_iter()
            .flat_map(|part| part.join().unwrap())
            .collect()
    })
}

fn send_part(address: SocketAddr, part: &[Case]) -> Vec<HttpResponse> {
    part.iter()
        .map(|case| exchange_head(address, &case.bytes))
        .collect()
}

/// Whether a response has the headers of every response, and CORS headers only if its page may read it.
fn has_expected_headers(case: &Case, response: &HttpResponse) -> bool {
    let cors = response
        .head
        .lines()
        .filter(|line| line.to_lowercase().starts_with("access-control-"));
    let policy = if case.expected.is_readable {
        "cross-origin"
    } else {
        "same-origin"
    };
    // hyper rejects malformed requests itself, with a response of its own.
    let is_from_hyper = response.status == 400 && response.header("content-length") == Some("0");
    is_from_hyper && cors.clone().count() == 0
        || response.header("x-content-type-options") == Some("nosniff")
            && response.header("referrer-policy") == Some("same-origin")
            && response.header("cache-control") == Some("no-store")
            && response.header("cross-origin-resource-policy") == Some(policy)
            && response.head.to_lowercase().contains("vary: origin")
            && (case.expected.is_readable || cors.count() == 0)
}

fn letter(outcome: Outcome) -> char {
    match (outcome.status, outcome.reaches_plugin) {
        (200, false) => 'o',
        (200, true) => 'O',
        (101, false) => 'u',
        (101, true) => 'U',
        (204, false) => 'p',
        (400, false) => '?',
        (400, true) => 'B',
        (401, false) => 't',
        (403, false) => '.',
        (404, false) => 'n',
        (405, false) => 'm',
        (405, true) => 'M',
        _ => '!',
    }
}
