//! A minimal HTTP client, which can send malformed requests.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use serde_json::Value;

/// A response.
#[derive(Debug)]
pub struct HttpResponse {
    /// The status code; 0 if there was no response.
    pub status: u16,
    /// The status line and the headers, unparsed.
    pub head: String,
    /// The body; chunked encoding is not decoded.
    pub body: String,
}

impl HttpResponse {
    /// The value of the first header with this name, in any case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().filter_map(|line| line.split_once(": "));
        let mut values = lines.filter(|(its, _)| its.eq_ignore_ascii_case(name));
        values.next().map(|(_, value)| value)
    }

    /// Parses the body as JSON.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

/// Sends a request with these additional header lines and reads the whole response.
#[must_use]
pub fn request(
    address: SocketAddr,
    method: &str,
    path: &str,
    headers: &[&str],
    body: &str,
) -> HttpResponse {
    let headers: String = headers.iter().map(|line| format!("{line}\r\n")).collect();
    let length = body.len();
    send_raw(
        address,
        &format!(
            "{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nContent-Length: {length}\r\n{headers}\r\n{body}"
        ),
    )
}

/// Sends bytes as they are and reads the whole response.
#[must_use]
pub fn send_raw(address: SocketAddr, bytes: &str) -> HttpResponse {
    let mut stream = TcpStream::connect(address).expect("the shell listens");
    stream
        .set_read_timeout(Some(Duration::from_secs(60)))
        .expect("a timeout is allowed");
    // A server that refuses a request early may not read all of it.
    let _ = stream.write_all(bytes.as_bytes());
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    let text = String::from_utf8_lossy(&answer);
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let status = head
        .split(' ')
        .nth(1)
        .and_then(|code| code.parse().ok())
        .unwrap_or(0);
    HttpResponse {
        status,
        head: head.to_owned(),
        body: body.to_owned(),
    }
}
