//! Bytes to the shell, and what comes back.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use serde_json::Value;
use stratos_tests::{HttpResponse, Plugins, ShellProcess, request};

use crate::SAMPLE;

/// How long a test waits for an answer.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);
/// The UI's dev server of these tests.
pub(crate) const DEV: &str = "http://localhost:5173";

/// A shell with the sample plugin and `[dev] origins`.
pub(crate) fn shell() -> (Plugins, ShellProcess) {
    let plugins = Plugins::new(SAMPLE, &["sample"]);
    let folder = plugins.root().join("sample");
    let settings = format!("[dev]\norigins = [\"{DEV}\", \"https://ui.test:443\"]\n");
    std::fs::write(folder.join("stratos.toml"), settings).unwrap();
    let shell = ShellProcess::start(&folder);
    (plugins, shell)
}

/// Sends these bytes and reads the head of the answer; what follows it is not waited for.
pub(crate) fn ask(address: SocketAddr, bytes: &str) -> HttpResponse {
    let mut stream = connect(address);
    // A server that refuses early may not read everything.
    let _ = stream.write_all(bytes.as_bytes());
    let mut got = Vec::new();
    let mut block = [0; 4096];
    while !got.windows(4).any(|window| window == b"\r\n\r\n") {
        match stream.read(&mut block) {
            Ok(0) | Err(_) => break,
            Ok(length) => got.extend_from_slice(&block[..length]),
        }
    }
    answer(&got)
}

/// Sends these bytes and reads until the server hangs up, which it must.
pub(crate) fn converse(address: SocketAddr, bytes: &[u8]) -> String {
    let mut stream = connect(address);
    let _ = stream.write_all(bytes);
    let mut got = Vec::new();
    match stream.read_to_end(&mut got) {
        Ok(_) => {}
        // It hung up while bytes of ours were on their way.
        Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => {}
        Err(error) => panic!("{error} after {:?}", String::from_utf8_lossy(&got)),
    }
    String::from_utf8_lossy(&got).into_owned()
}

/// A request as the sample plugin received it. Repeated headers are joined by `, `, missing ones are empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SeenRequest {
    pub(crate) method: String,
    pub(crate) target: String,
    pub(crate) host: String,
    pub(crate) origin: String,
    /// The header `Case`, by which a test finds its request.
    pub(crate) case: String,
}

/// All requests that the sample plugin below `prefix` has received.
pub(crate) fn seen(address: SocketAddr, prefix: &str) -> Vec<SeenRequest> {
    let answer = request(address, "GET", &format!("{prefix}/seen"), &[], "");
    let requests: Vec<Value> = serde_json::from_value(answer.json()).unwrap();
    let seen = requests.iter().map(|request| {
        let field = |name: &str| request[name].as_str().unwrap().to_owned();
        SeenRequest {
            method: field("method"),
            target: field("target"),
            host: field("host"),
            origin: field("origin"),
            case: field("case"),
        }
    });
    seen.collect()
}

/// All responses that one connection has received.
pub(crate) fn responses(received: &str) -> Vec<HttpResponse> {
    let responses = received.split("HTTP/1.1 ").skip(1);
    responses
        .map(|response| answer(format!("HTTP/1.1 {response}").as_bytes()))
        .collect()
}

/// What reached a plugin as the header that it saw.
pub(crate) fn header(headers: &Value, name: &str) -> Option<String> {
    Some(headers.get(name)?.get(0)?.as_str()?.to_owned())
}

pub(crate) fn answer(bytes: &[u8]) -> HttpResponse {
    let text = String::from_utf8_lossy(bytes);
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let status = head.split(' ').nth(1).and_then(|code| code.parse().ok());
    HttpResponse {
        status: status.unwrap_or(0),
        head: head.to_owned(),
        body: body.to_owned(),
    }
}

pub(crate) fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream
}
