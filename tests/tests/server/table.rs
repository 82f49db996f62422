//! Thousands of requests: every host, origin, path and method with the others that matter.

use std::collections::BTreeMap;
use std::net::{SocketAddr, TcpListener};
use std::thread;

use stratos_tests::HttpResponse;

use crate::raw::{DEV, ask, seen, shell};
use crate::rule::{Door, Host, Kind, Origin, Verdict, rule};

const HOSTS: &[(&str, Host)] = &[
    ("127.0.0.1:PORT", Host::Ours),
    ("localhost:PORT", Host::Ours),
    ("LOCALHOST:PORT", Host::Ours),
    ("LocalHost:PORT", Host::Ours),
    ("127.0.0.1", Host::Others),
    ("localhost", Host::Others),
    ("127.0.0.1:1", Host::Others),
    ("127.0.0.1:0PORT", Host::Others),
    ("127.0.0.1:PORT0", Host::Others),
    ("127.0.0.1.:PORT", Host::Others),
    ("localhost.:PORT", Host::Others),
    ("localhost6:PORT", Host::Others),
    ("localhost.localdomain:PORT", Host::Others),
    ("a.localhost:PORT", Host::Others),
    ("127.0.0.1.evil.test:PORT", Host::Others),
    ("localhost.evil.test:PORT", Host::Others),
    ("evil.test:PORT", Host::Others),
    ("evil.test", Host::Others),
    ("0x7f.1:PORT", Host::Others),
    ("0x7f000001:PORT", Host::Others),
    ("2130706433:PORT", Host::Others),
    ("0177.0.0.1:PORT", Host::Others),
    ("127.1:PORT", Host::Others),
    ("127.0.0.2:PORT", Host::Others),
    ("0.0.0.0:PORT", Host::Others),
    ("0:PORT", Host::Others),
    ("[::1]:PORT", Host::Others),
    ("[::ffff:127.0.0.1]:PORT", Host::Others),
    ("[::]:PORT", Host::Others),
    ("169.254.169.254", Host::Others),
    ("127.0.0.1:CANARY", Host::Others),
    ("NONE", Host::Unclear),
    ("", Host::Unclear),
    ("127.0.0.1:PORT\r\nHost: 127.0.0.1:PORT", Host::Unclear),
    ("127.0.0.1:PORT\r\nHost: evil.test", Host::Unclear),
    ("evil.test\r\nHost: 127.0.0.1:PORT", Host::Unclear),
    ("127.0.0.1:PORT, evil.test", Host::Unclear),
    ("127.0.0.1:PORT evil.test", Host::Unclear),
    ("evil.test@127.0.0.1:PORT", Host::Unclear),
    ("127.0.0.1:PORT@evil.test", Host::Unclear),
    ("127.0.0.1:PORT/", Host::Unclear),
    ("127.0.0.1:PORT#", Host::Unclear),
    ("127.0.0.1:PORT?", Host::Unclear),
    ("http://127.0.0.1:PORT", Host::Unclear),
    ("127.0.0.1%00:PORT", Host::Unclear),
    ("127.0.0.1\0:PORT", Host::Unclear),
    ("127.0.0.1\t:PORT", Host::Unclear),
    ("127.0.0.1:PORT\r\n evil.test", Host::Unclear),
    ("lo\u{17f}t:PORT", Host::Unclear),
    ("\u{ff11}27.0.0.1:PORT", Host::Unclear),
    ("*", Host::Unclear),
];

const ORIGINS: &[(&str, Origin)] = &[
    ("NONE", Origin::None),
    ("http://127.0.0.1:PORT", Origin::Own),
    ("http://localhost:PORT", Origin::Own),
    (DEV, Origin::Dev),
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

const PATHS: &[(&str, Door)] = &[
    ("/api/sample/hello/x?a=b", Door::Route),
    ("/api/sample/hello/x?a=//../%2e%2e\\", Door::Route),
    ("/api/sample/hello/a%20b", Door::Route),
    ("/api/sample/hello/..x", Door::Route),
    ("/api/Sample/hello/x", Door::Nowhere),
    ("/API/sample/hello/x", Door::Nowhere),
    ("/api/sample./hello/x", Door::Nowhere),
    ("/api/sample%20/hello/x", Door::Nowhere),
    ("/api/sampl%65/hello/x", Door::Nowhere),
    ("/api/sample;x/hello/x", Door::Nowhere),
    ("/api/samplehello/x", Door::Nowhere),
    ("/__strato%73/api/v1/plugins", Door::Nowhere),
    ("/__STRATOS/api/v1/plugins", Door::Nowhere),
    ("/__stratos/api/v1/nothing", Door::Control),
    ("/__stratos/api/v1/plugins?token=TOKEN", Door::Control),
    ("http://127.0.0.1:PORT/api/sample/hello/x", Door::Unclear),
    ("http://127.0.0.1:CANARY/api/sample/hello/x", Door::Unclear),
    ("http://evil.test/", Door::Unclear),
    ("https://127.0.0.1:PORT/api/sample/hello/x", Door::Unclear),
    ("127.0.0.1:CANARY", Door::Unclear),
    ("*", Door::Unclear),
    ("", Door::Unclear),
    ("api/sample/hello/x", Door::Unclear),
    ("?a", Door::Unclear),
    ("//127.0.0.1:CANARY/api/sample/hello/x", Door::Unclear),
    ("//api/sample/hello/x", Door::Unclear),
    ("/api//sample/hello/x", Door::Unclear),
    ("/api/sample//hello/x", Door::Unclear),
    ("/api/sample/hello/x//", Door::Unclear),
    ("/api/sample/hello/x#a", Door::Route),
    ("/api/sample/hello/x?a#b", Door::Route),
    ("#", Door::Unclear),
    ("/nowhere#/../api/sample/hello/x", Door::Nowhere),
    ("/api/sample/../sample/hello/x", Door::Unclear),
    ("/api/sample/./hello/x", Door::Unclear),
    ("/nowhere/../api/sample/hello/x", Door::Unclear),
    ("/api/sample/hello/x/..", Door::Unclear),
    ("/api/sample/hello/%2e%2e/x", Door::Unclear),
    ("/api/sample/hello/%2E./x", Door::Unclear),
    ("/api/sample%2fhello/x", Door::Unclear),
    ("/api/sample%2Fhello/x", Door::Unclear),
    ("/api/sample%5chello/x", Door::Unclear),
    ("/api\\sample\\hello\\x", Door::Unclear),
    ("\\api\\sample", Door::Unclear),
    ("/api/sample/..\\x", Door::Unclear),
    ("/api/sample/hello/x%00", Door::Unclear),
    ("/api/sample/hello/x%0d%0aX:y", Door::Unclear),
    ("/api/sample/hello/x%0A", Door::Unclear),
    ("/api/sample/hello/x\0", Door::Unclear),
    ("/api/sample/hello/x\ry", Door::Unclear),
    ("/api/sample/hello/x\ny", Door::Unclear),
    ("/api/sample/hello/x y", Door::Unclear),
    ("/api/sample/hello/x\ty", Door::Unclear),
    ("/api/sample/hello/\u{e4}", Door::Route),
    ("/api/sample/hello/x?\u{e4}", Door::Route),
    ("/api/sample/hello/%", Door::Unclear),
    ("/api/sample/hello/%e", Door::Unclear),
    ("/api/sample/hello/%u002e", Door::Unclear),
    ("/api/sample/hello/%zz", Door::Unclear),
    ("/\u{7f}", Door::Unclear),
];

const DOORS: &[(&str, Door)] = &[
    ("/", Door::Welcome),
    ("/api/sample/hello/x", Door::Route),
    ("/api/sample/socket", Door::Socket),
    ("/__stratos/api/v1/plugins", Door::Control),
    ("/__stratos/ipc/sample", Door::Ipc),
    ("/nowhere", Door::Nowhere),
];

const KINDS: [Kind; 5] = [
    Kind::Get10,
    Kind::Get,
    Kind::Post,
    Kind::Preflight,
    Kind::Upgrade,
];
const SITES: [Option<&str>; 5] = [
    None,
    Some("same-origin"),
    Some("none"),
    Some("same-site"),
    Some("cross-site"),
];

/// One request, and what must come of it.
struct Case {
    /// The row of the table that it belongs to.
    row: String,
    host: String,
    origin: String,
    bytes: String,
    expected: Verdict,
}

/// All requests; the second port is one where nobody must be called.
fn cases(port: u16, canary: u16) -> Vec<Case> {
    let mut cases = Vec::new();
    let mut add = |row: String,
                   host: &(&str, Host),
                   origin: &(&str, Origin),
                   site,
                   path: &(&str, Door),
                   kind| {
        let fill = |text: &str| {
            let ports = text.replace("PORT", &port.to_string());
            ports.replace("CANARY", &canary.to_string())
        };
        let number = cases.len();
        let (method, version) = match kind {
            Kind::Get10 => ("GET", "1.0"),
            Kind::Get | Kind::Upgrade => ("GET", "1.1"),
            Kind::Post => ("POST", "1.1"),
            Kind::Preflight => ("OPTIONS", "1.1"),
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
            Kind::Get10 | Kind::Get => "Connection: close\r\n\r\n",
            Kind::Post => "Connection: close\r\nContent-Length: 0\r\n\r\n",
            Kind::Preflight => "Connection: close\r\nAccess-Control-Request-Method: PUT\r\n\r\n",
            Kind::Upgrade => {
                "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
                 Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
            }
        };
        cases.push(Case {
            row,
            host: fill(host.0),
            origin: fill(origin.0),
            bytes,
            expected: rule(host.1, origin.1, site, path.1, kind),
        });
    };
    let (our_host, no_origin) = (&HOSTS[0], &ORIGINS[0]);
    for host in HOSTS {
        for kind in KINDS {
            for door in DOORS {
                add(
                    format!("host   {:?}", host.0),
                    host,
                    no_origin,
                    None,
                    door,
                    kind,
                );
            }
            // An allowed page does not make up for it.
            let row = format!("host   {:?}", host.0);
            add(row, host, &ORIGINS[3], Some("same-site"), &DOORS[1], kind);
        }
    }
    for origin in ORIGINS {
        for site in SITES {
            for kind in &KINDS[1..] {
                for door in DOORS {
                    add(
                        format!("origin {:?}", origin.0),
                        our_host,
                        origin,
                        site,
                        door,
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
                    our_host,
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
fn every_request_has_the_verdict_of_the_rule() {
    let (_plugins, shell) = shell();
    let canary = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    canary.set_nonblocking(true).unwrap();
    let cases = cases(shell.address.port(), canary.local_addr().unwrap().port());
    let answers = ask_all(shell.address, &cases);
    let seen = seen(shell.address, "/api/sample");
    let mut rows: BTreeMap<usize, (&str, String)> = BTreeMap::new();
    let mut counts: BTreeMap<(u16, bool), usize> = BTreeMap::new();
    let mut wrong = Vec::new();
    let mut row = 0;
    for (number, (case, answer)) in cases.iter().zip(&answers).enumerate() {
        let received = seen.iter().find(|seen| seen.case == number.to_string());
        let reaches_plugin = received.is_some();
        let is_unchanged = received.is_none_or(|seen| {
            seen.host == case.host && seen.origin == case.origin.replace("NONE", "")
        });
        let found = Verdict {
            status: answer.status,
            reaches_plugin,
            is_readable: answer.header("access-control-allow-origin") == Some(&case.origin),
        };
        if found != case.expected || !is_unchanged || !is_marked(case, answer) {
            wrong.push(format!(
                "{:?}\n  expected {:?}\n  found {found:?}: {answer:?}",
                case.bytes, case.expected
            ));
        }
        if rows.get(&row).is_some_and(|(name, _)| *name != case.row) {
            row += 1;
        }
        let (_, verdicts) = rows.entry(row).or_insert((&case.row, String::new()));
        verdicts.push(letter(found));
        *counts.entry((found.status, reaches_plugin)).or_default() += 1;
    }
    for ((status, reaches_plugin), count) in &counts {
        let whom = if *reaches_plugin {
            "reached the plugin"
        } else {
            ""
        };
        println!("{status} {count:5} {whom}");
    }
    println!("{} requests", cases.len());
    assert!(
        wrong.is_empty(),
        "{} are wrong: {}",
        wrong.len(),
        wrong[..wrong.len().min(5)].join("\n")
    );
    assert!(cases.len() > 2500);
    let called = canary.accept().map(|(_, from)| from);
    assert!(
        called.is_err(),
        "nobody but the plugin is called: {called:?}"
    );
    let lines = rows
        .values()
        .map(|(name, verdicts)| format!("{verdicts}  {name}"));
    insta::assert_snapshot!(lines.collect::<Vec<_>>().join("\n"));
}

/// Four at a time, in order.
fn ask_all(address: SocketAddr, cases: &[Case]) -> Vec<HttpResponse> {
    let parts = cases.chunks(cases.len().div_ceil(4));
    thread::scope(|scope| {
        let asked: Vec<_> = parts
            .map(|part| scope.spawn(move || ask_part(address, part)))
            .collect();
        asked
            .into_iter()
            .flat_map(|part| part.join().unwrap())
            .collect()
    })
}

fn ask_part(address: SocketAddr, part: &[Case]) -> Vec<HttpResponse> {
    part.iter().map(|case| ask(address, &case.bytes)).collect()
}

/// Whether an answer has what every answer has, and no more for other origins than it may.
fn is_marked(case: &Case, answer: &HttpResponse) -> bool {
    let cors = answer
        .head
        .lines()
        .filter(|line| line.to_lowercase().starts_with("access-control-"));
    let policy = if case.expected.is_readable {
        "cross-origin"
    } else {
        "same-origin"
    };
    // hyper answers by itself what it cannot parse.
    let is_from_hyper = answer.status == 400 && answer.header("content-length") == Some("0");
    is_from_hyper && cors.clone().count() == 0
        || answer.header("x-content-type-options") == Some("nosniff")
            && answer.header("referrer-policy") == Some("same-origin")
            && answer.header("cache-control") == Some("no-store")
            && answer.header("cross-origin-resource-policy") == Some(policy)
            && answer.head.to_lowercase().contains("vary: origin")
            && (case.expected.is_readable || cors.count() == 0)
}

fn letter(verdict: Verdict) -> char {
    match (verdict.status, verdict.reaches_plugin) {
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
