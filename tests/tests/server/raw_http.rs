//! Raw HTTP over TCP: requests as bytes, and parsed responses.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use serde_json::Value;
use stratos_tests::{HttpResponse, Plugins, ShellProcess, request};

use crate::SAMPLE;

/// Timeout of a test for a response.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(30);
/// The origin of a UI's dev server, which is in `[dev] origins`.
pub(crate) const DEV_ORIGIN: &str = "http://localhost:5173";

/// Starts a shell with the sample plugin and two `[dev] origins`.
pub(crate) fn start_shell() -> (Plugins, ShellProcess) {
    let plugins = Plugins::new(SAMPLE, &["sample"]);
    let folder = plugins.root().join("sample");
    let settings = format!("[dev]\norigins = [\"{DEV_ORIGIN}\", \"https://ui.test:443\"]\n");
    std::fs::write(folder.join("stratos.toml"), settings).unwrap();
    let shell = ShellProcess::start(&folder);
    (plugins, shell)
}

/// Sends bytes and reads the head of the response, and as much of the body as arrives with it.
pub(crate) fn exchange_head(address: SocketAddr, bytes: &str) -> HttpResponse {
    let mut stream = connect(address);
    // Fails if the server responds and closes the connection before it has read everything.
    let _ = stream.write_all(bytes.as_bytes());
    let mut received = Vec::new();
    let mut block = [0; 4096];
    while !received.windows(4).any(|window| window == b"\r\n\r\n") {
        match stream.read(&mut block) {
            Ok(0) | Err(_) => break,
            Ok(length) => received.extend_from_slice(&block[..length]),
        }
    }
    parse_response(&received)
}

/// Sends bytes and reads until the server closes the connection.
pub(crate) fn exchange(address: SocketAddr, bytes: &[u8]) -> String {
    let mut stream = connect(address);
    let _ = stream.write_all(bytes);
    let mut received = Vec::new();
    match stream.read_to_end(&mut received) {
        Ok(_) => {}
        // The server closed the connection with unread bytes in its buffer.
        Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => {}
        Err(error) => panic!("{error} after {:?}", String::from_utf8_lossy(&received)),
    }
    String::from_utf8_lossy(&received).into_owned()
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
pub(crate) fn seen_requests(address: SocketAddr, prefix: &str) -> Vec<SeenRequest> {
    let response = request(address, "GET", &format!("{prefix}/seen"), &[], "");
    let requests: Vec<Value> = serde_json::from_value(response.json()).unwrap();
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
        .map(|response| parse_response(format!("HTTP/1.1 {response}").as_bytes()))
        .collect()
}

/// The first value of a header in a response of the sample plugin's route `/headers`.
pub(crate) fn received_header(headers: &Value, name: &str) -> Option<String> {
    Some(headers.get(name)?.get(0)?.as_str()?.to_owned())
}

/// Parses a response. Its status is 0 if there is none.
pub(crate) fn parse_response(bytes: &[u8]) -> HttpResponse {
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
    stream.set_read_timeout(Some(TIMEOUT)).unwrap();
    stream
}
