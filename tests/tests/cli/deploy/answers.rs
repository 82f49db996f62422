//! Answers of the platform, and missing ones: exit code, message and repetitions of `cargo stratos deploy`.

use std::io::{BufRead as _, BufReader, Read as _};
use std::net::TcpListener;
use std::thread;

use stratos_tests::CommandOutput;

use crate::deploy::mock_platform::{MockPlatform, Received, Step, answer};
use crate::deploy::project::{Project, TOKEN, checked};

/// More than the buffers of a connection hold, in bytes.
const LARGE: usize = 8 * 1024 * 1024;

/// An expected row of the table.
struct Case {
    name: &'static str,
    steps: Vec<Step>,
    size: usize,
    code: i32,
    /// Texts that stdout and stderr contain.
    texts: &'static [&'static str],
}

#[test]
fn each_answer_has_its_exit_code_and_message() {
    let mut rows = Vec::new();
    for case in cases() {
        let requests = case.steps.len();
        let platform = MockPlatform::start(case.steps);
        let project = Project::new(case.size);
        let url = platform.url();
        let done = project.deploy(&["-vvv", "--platform", &url, "--timeout", "1"]);
        let received = platform.received();
        rows.push(row(case.name, &received, &done));
        assert_eq!(done.code, Some(case.code), "{}: {done:?}", case.name);
        assert_eq!(received.len(), requests, "{}: {done:?}", case.name);
        let shown = format!("{}{}", done.stdout, done.stderr);
        for text in case.texts {
            assert!(shown.contains(text), "{}: {text}: {shown}", case.name);
        }
    }
    println!("| server | requests | exit code | message |\n|---|---|---|---|");
    for row in rows {
        println!("{row}");
    }
}

#[test]
fn a_connection_is_tried_again_until_it_is_accepted() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let project = Project::new(1000);
    let url = format!("http://{address}");
    let mut child = project
        .command(&["--platform", &url])
        .env_remove("STRATOS_LOG")
        .spawn()
        .unwrap();
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    let mut text = String::new();
    while !text.contains("attempt 2 of 5") {
        assert_ne!(stderr.read_line(&mut text).unwrap(), 0, "{text}");
    }
    let listener = TcpListener::bind(address).unwrap();
    let platform = MockPlatform::with_listener(listener, vec![Step::Answer(created())]);
    let rest = thread::spawn(move || {
        stderr.read_to_string(&mut text).unwrap();
        text
    });
    let mut output = child.wait_with_output().unwrap();
    output.stderr = rest.join().unwrap().into_bytes();
    let done = checked(output, project.folder.path());
    assert_eq!(done.code, Some(0), "{done:?}");
    assert_eq!(platform.received().len(), 1);
    assert!(
        done.stderr
            .contains("cannot connect to the platform; nothing was sent"),
        "{done:?}"
    );
}

#[test]
fn the_request_is_that_of_published_workflows() {
    let platform = MockPlatform::start(vec![Step::Answer(created())]);
    let project = Project::new(100_000);
    let done = project.deploy(&["--platform", &format!("{}/base/", platform.url()), "--json"]);
    assert_eq!(done.code, Some(0), "{done:?}");
    let received = platform.received().remove(0);
    let head = received.head.to_ascii_lowercase();
    let token = format!("authorization: bearer {}", TOKEN.to_ascii_lowercase());
    for line in [
        "post /base/api/stratos/plugins/demo/versions http/1.1",
        "accept: application/json",
        &token,
    ] {
        assert!(head.lines().any(|found| found == line), "{line}: {head}");
    }
    assert!(head.contains("content-type: multipart/form-data; boundary="));
    assert!(!head.contains("transfer-encoding"), "{head}");
    let zip = std::fs::read(project.folder.path().join("bundle.zip")).unwrap();
    let body = String::from_utf8_lossy(&received.body);
    let field = r#"Content-Disposition: form-data; name="file"; filename="bundle.zip""#;
    assert!(body.contains(field), "{}", body.get(..300).unwrap_or(&body));
    assert!(received.body.windows(zip.len()).any(|window| window == zip));

    let report: serde_json::Value = serde_json::from_str(&done.stdout).unwrap();
    assert_eq!(report["outcome"], "accepted");
    assert_eq!(report["status"], 201);
    assert_eq!(report["version"], "1.0.0");
    assert_eq!(report["size"], zip.len());
}

fn cases() -> Vec<Case> {
    let json = ["Content-Type: application/json"];
    let invalid = r#"{"message":"The given data was invalid.","errors":{"file":["The icon is missing.","\u001b[31mred"]}}"#;
    let echo = format!(r#"{{"message":"No rights: Bearer {TOKEN} \u001b]0;x\u0007"}}"#);
    let page = format!(
        "<html><head><title>502 Bad Gateway</title></head><body>{}</body></html>",
        "x".repeat(200_000)
    );
    let cut = |status: &str, body: &str| {
        format!(
            "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: 9999\r\n\r\n{body}"
        )
    };
    let case = |name, steps, code, texts| Case {
        name,
        steps,
        size: 1000,
        code,
        texts,
    };
    let large = |name, step, code, texts| Case {
        name,
        steps: vec![step],
        size: LARGE,
        code,
        texts,
    };
    let one = |name, bytes: String, code, texts| case(name, vec![Step::Answer(bytes)], code, texts);
    vec![
        one(
            "201",
            created(),
            0,
            &[
                "accepted: demo 1.0.0 (status 201)",
                "the platform says: Queued.",
            ],
        ),
        one(
            "200 without a body",
            answer("200 OK", &[], ""),
            0,
            &["accepted: demo 1.0.0"],
        ),
        one(
            "401",
            answer(
                "401 Unauthorized",
                &json,
                r#"{"message":"Unauthenticated."}"#,
            ),
            1,
            &[
                "the upload of demo 1.0.0 failed",
                "status 401",
                "caused by: Unauthenticated.",
                "plugin:upload",
            ],
        ),
        one(
            "403, token in the answer",
            answer("403 Forbidden", &json, &echo),
            1,
            &["No rights: Bearer *** \\u{1b}]0;x\\u{7}"],
        ),
        one(
            "403, answer cut in the token",
            cut(
                "403 Forbidden",
                &format!("No rights: Bearer {}", &TOKEN[..20]),
            ),
            1,
            &["No rights: Bearer ***"],
        ),
        one(
            "404",
            answer("404 Not Found", &json, r#"{"message":""}"#),
            1,
            &["status 404", "the plugin's id"],
        ),
        one(
            "409",
            answer(
                "409 Conflict",
                &json,
                r#"{"message":"Version 1.0.0 exists."}"#,
            ),
            1,
            &["caused by: Version 1.0.0 exists.", "raise the version"],
        ),
        one(
            "413",
            answer("413 Payload Too Large", &[], "too large"),
            1,
            &["caused by: too large", "pack --list"],
        ),
        large(
            "413 before the body was read",
            Step::AnswerEarly(answer("413 Payload Too Large", &[], "too large")),
            1,
            &["caused by: too large"],
        ),
        one(
            "422",
            answer("422 Unprocessable Content", &json, invalid),
            1,
            &[
                "caused by: The given data was invalid.; file: The icon is missing.; file: \\u{1b}[31mred",
            ],
        ),
        one(
            "422, answer cut",
            cut("422 Unprocessable Content", r#"{"message":"The given"#),
            1,
            &["status 422"],
        ),
        one(
            "500",
            answer(
                "500 Internal Server Error",
                &json,
                r#"{"message":"Server Error"}"#,
            ),
            3,
            &["status 500", "unknown", "nothing was repeated"],
        ),
        one(
            "502, HTML page",
            answer("502 Bad Gateway", &["Content-Type: text/html"], &page),
            3,
            &["an HTML page with the title `502 Bad Gateway`"],
        ),
        case(
            "503 with Retry-After, then 201",
            vec![
                Step::Answer(busy("503 Service Unavailable", "0")),
                Step::Answer(created()),
            ],
            0,
            &[
                "status 503, and asks to wait for 0 s); attempt 2 of 5",
                "accepted",
            ],
        ),
        case(
            "429 with a date, then 201",
            vec![
                Step::Answer(busy(
                    "429 Too Many Requests",
                    "Sun, 06 Nov 1994 08:49:37 GMT",
                )),
                Step::Answer(created()),
            ],
            0,
            &["status 429", "accepted"],
        ),
        case(
            "503 with Retry-After, always",
            vec![Step::Answer(busy("503 Service Unavailable", "0")); 5],
            3,
            &[
                "attempt 5 of 5",
                "the platform does not take uploads now (status 503",
                "run the command again later",
            ],
        ),
        one(
            "429, an hour",
            busy("429 Too Many Requests", "3600"),
            3,
            &["asks to wait for 3600 s"],
        ),
        one(
            "503 without Retry-After",
            answer("503 Service Unavailable", &[], "maintenance"),
            3,
            &["caused by: maintenance"],
        ),
        one(
            "redirect to another host",
            answer(
                "307 Temporary Redirect",
                &["Location: https://example.com/upload"],
                "",
            ),
            3,
            &["redirects to https://example.com/upload (status 307), where the token is not sent"],
        ),
        one(
            "redirect to itself",
            answer("302 Found", &["Location: /login"], ""),
            3,
            &["/login (status 302)"],
        ),
        large(
            "closed in the body",
            Step::CloseAfter(100_000),
            3,
            &["the upload broke off after", "cannot have taken it"],
        ),
        case(
            "closed after the body",
            vec![Step::CloseAfter(usize::MAX)],
            3,
            &[
                "no answer came: whether the platform took it is unknown",
                "nothing was repeated",
            ],
        ),
        case(
            "silence after the body",
            vec![Step::Silence],
            3,
            &["no answer came: whether the platform took it is unknown"],
        ),
        one(
            "201, answer cut",
            cut("201 Created", r#"{"message":"Qu"#),
            0,
            &["accepted", "answer broke off, but its status came"],
        ),
        one(
            "201, nothing but a status line",
            "HTTP/1.1 201 Created\r\n\r\n".to_owned(),
            0,
            &["accepted"],
        ),
        one(
            "no HTTP",
            format!("\u{1b}[31m{TOKEN}\r\n\r\n"),
            3,
            &["no answer came"],
        ),
        one(
            "an answer cut in its head",
            "HTTP/1.1 201 Cre".to_owned(),
            3,
            &["no answer came"],
        ),
    ]
}

fn created() -> String {
    let body = r#"{"message":"Queued.","version":"1.0.0"}"#;
    answer("201 Created", &["Content-Type: application/json"], body)
}

fn busy(status: &str, retry_after: &str) -> String {
    answer(status, &[&format!("Retry-After: {retry_after}")], "")
}

/// A row of the table: what the server did, what it saw, and how the program ended.
fn row(name: &str, received: &[Received], done: &CommandOutput) -> String {
    let requests = received.len();
    let code = done.code.unwrap_or(-1);
    let message = done
        .stderr
        .lines()
        .filter(|line| line.starts_with("  caused by") || line.starts_with("error"))
        .chain(done.stdout.lines())
        .map(str::trim)
        .collect::<Vec<_>>()
        .join("; ");
    let message: String = message.chars().take(200).collect();
    format!("| {name} | {requests} | {code} | {message} |")
}
