//! Error responses of the shell itself, which are JSON with a code.

use serde_json::{Value, json};
use stratos_host::remote::HostFile;
use stratos_tests::request;

use crate::raw_http::start_shell;

const PLUGINS: &str = "/__stratos/api/v1/plugins";
const VALUE: &str = "/__stratos/api/v1/plugins/sample/config/value";
const IPC: &str = "/__stratos/ipc/sample";
const ROUTE: &str = "/api/sample/hello/x";

#[test]
fn every_error_response_of_the_shell_has_a_sentence_and_a_code() {
    let (_plugins, shell) = start_shell();
    let token = HostFile::read(&shell.state).unwrap().token;
    let (token, foreign) = (
        format!("Authorization: Bearer {token}"),
        "Origin: https://evil.test",
    );
    for (request_line, header, status, code) in [
        (("POST", "/"), "", 405, "operation-failed"),
        (("GET", IPC), "", 400, "operation-failed"),
        (("GET", VALUE), &*token, 400, "operation-failed"),
        (("PATCH", PLUGINS), &*token, 405, "operation-failed"),
        (("GET", PLUGINS), "", 401, "request-refused"),
        (("GET", PLUGINS), foreign, 403, "request-refused"),
        (("GET", "/"), foreign, 403, "request-refused"),
        (("GET", ROUTE), foreign, 403, "request-refused"),
    ] {
        let (method, path) = request_line;
        let headers: Vec<_> = [header].into_iter().filter(|it| !it.is_empty()).collect();
        let response = request(shell.address, method, path, &headers, "");
        assert_eq!(response.status, status, "{request_line:?}: {response:?}");
        let head = response.head.to_lowercase();
        let types = head
            .lines()
            .filter(|line| line.starts_with("content-type:"));
        let types: Vec<_> = types.collect();
        assert_eq!(
            types,
            ["content-type: application/json"],
            "{request_line:?}"
        );
        let body = response.json();
        let error = body["error"].as_str().unwrap_or_default();
        assert!(error.contains(' '), "{request_line:?}: {body}");
        let expected = json!({ "error": error, "code": code });
        assert_eq!(body, expected, "{request_line:?}");
    }
}

#[test]
fn a_response_to_a_wrong_method_names_the_right_ones() {
    let (_plugins, shell) = start_shell();
    let response = request(shell.address, "POST", "/", &[], "");
    assert_eq!(response.header("allow"), Some("GET,HEAD"));
    assert_eq!(response.json()["error"], Value::from("Method Not Allowed"));
}
