//! Error responses of the shell itself, which are JSON with a code.

use serde_json::{Value, json};
use stratos_host::remote::HostFile;
use stratos_tests::request;

use crate::raw_http::start_shell;

const FOREIGN: &str = "Origin: https://evil.test";

#[test]
fn every_error_response_of_the_shell_has_a_sentence_and_a_code() {
    let (_plugins, shell) = start_shell();
    let token = HostFile::read(&shell.state).unwrap().token;
    let token = format!("Authorization: Bearer {token}");
    let (plugins, value) = (
        "/__stratos/api/v1/plugins",
        "/__stratos/api/v1/plugins/sample/config/value",
    );
    for (method, path, header, status, code) in [
        ("POST", "/", None, 405, "operation-failed"),
        (
            "GET",
            "/__stratos/ipc/sample",
            None,
            400,
            "operation-failed",
        ),
        ("GET", value, Some(&*token), 400, "operation-failed"),
        ("PATCH", plugins, Some(&token), 405, "operation-failed"),
        ("GET", "/", Some(FOREIGN), 403, "request-refused"),
        ("GET", plugins, Some(FOREIGN), 403, "request-refused"),
        (
            "GET",
            "/api/sample/hello/x",
            Some(FOREIGN),
            403,
            "request-refused",
        ),
        ("GET", plugins, None, 401, "request-refused"),
    ] {
        let headers: Vec<_> = header.into_iter().collect();
        let response = request(shell.address, method, path, &headers, "");
        assert_eq!(response.status, status, "{method} {path}: {response:?}");
        let types = response.head.lines().map(str::to_lowercase);
        let types: Vec<_> = types
            .filter(|line| line.starts_with("content-type:"))
            .collect();
        assert_eq!(types, ["content-type: application/json"], "{method} {path}");
        let body = response.json();
        let error = body["error"].as_str().unwrap_or_default();
        assert!(error.len() > 5, "{method} {path}: {body}");
        assert_eq!(
            body,
            json!({ "error": error, "code": code }),
            "{method} {path}"
        );
    }
}

#[test]
fn a_response_to_a_wrong_method_names_the_right_ones() {
    let (_plugins, shell) = start_shell();
    let response = request(shell.address, "POST", "/", &[], "");
    assert_eq!(response.header("allow"), Some("GET,HEAD"));
    assert_eq!(response.json()["error"], Value::from("Method Not Allowed"));
}
