//! Requests of the mocked shell to an airline's API over HTTPS.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use reqwest::header::{ACCEPT, CONTENT_TYPE};
use reqwest::{Client, Method, redirect, retry};
use stratos_host::{AirlineRequest, AirlineResponse, AirlineTransport};
use stratos_protocol::error::chain;
use stratos_protocol::limits::AIRLINE_BODY_BYTES;

/// Longest time for a connection to be established.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Sends requests to an airline over HTTPS, each on a connection of its own.
#[derive(Debug, Default)]
pub(crate) struct AirlineHttps;

impl AirlineTransport for AirlineHttps {
    fn send<'a>(
        &'a self,
        request: &'a AirlineRequest,
    ) -> Pin<Box<dyn Future<Output = Result<AirlineResponse, String>> + Send + 'a>> {
        Box::pin(exchange(request))
    }
}

async fn exchange(request: &AirlineRequest) -> Result<AirlineResponse, String> {
    let AirlineRequest {
        method,
        url,
        token,
        body,
        ..
    } = request;
    let client = client().map_err(|error| format!("cannot be requested: {}", chain(&error)))?;
    let method = Method::from_bytes(method.as_str().as_bytes());
    let method = method.map_err(|error| format!("cannot be requested: {error}"))?;
    let mut builder = client
        .request(method, url)
        .bearer_auth(token)
        .header(ACCEPT, "application/json");
    if let Some(body) = body {
        builder = builder
            .header(CONTENT_TYPE, "application/json")
            .body(body.clone());
    }
    // The error of reqwest has the URL, whose query may be a secret.
    let response = builder.send().await.map_err(reqwest::Error::without_url);
    let mut response = response.map_err(|error| match error.is_connect() {
        true => format!("does not accept connections: {}", chain(&error)),
        false => format!("does not answer: {}", chain(&error)),
    })?;
    let status = response.status().as_u16();
    let mut body = Vec::new();
    loop {
        let chunk = response.chunk().await.map_err(reqwest::Error::without_url);
        let chunk =
            chunk.map_err(|error| format!("ends its answer too early: {}", chain(&error)))?;
        let Some(chunk) = chunk else {
            return Ok(AirlineResponse { status, body });
        };
        if body.len() + chunk.len() > AIRLINE_BODY_BYTES {
            return Err(AirlineResponse::TOO_LARGE.to_owned());
        }
        body.extend_from_slice(&chunk);
    }
}

fn client() -> reqwest::Result<Client> {
    // `reqwest` lets the program choose the TLS provider. An error means that one is installed already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder()
        .user_agent(concat!("cargo-stratos/", env!("CARGO_PKG_VERSION")))
        .redirect(redirect::Policy::none())
        .retry(retry::never())
        .pool_max_idle_per_host(0)
        .connect_timeout(CONNECT_TIMEOUT)
        .build()
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead as _, BufReader, Write as _};
    use std::net::TcpListener;
    use std::thread::{self, JoinHandle};

    use stratos_protocol::airline;

    use super::*;

    /// A server without encryption that answers one request. Returns its URL, and the head of the request.
    fn serve(response: String) -> (String, JoinHandle<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!(
            "http://{}/api/pilot?key=hunter22",
            listener.local_addr().unwrap()
        );
        let server = thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let reader = BufReader::new(stream.try_clone().unwrap());
            let lines = reader.lines().map(Result::unwrap);
            let head: Vec<_> = lines.take_while(|line| !line.is_empty()).collect();
            // The client may have stopped reading.
            let _ = stream.write_all(response.as_bytes());
            head.join("\n")
        });
        (url, server)
    }

    fn send(url: String) -> Result<AirlineResponse, String> {
        let request = AirlineRequest {
            method: airline::Method::Get,
            url,
            path: String::new(),
            token: "secret-token".to_owned(),
            body: None,
        };
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        runtime.unwrap().block_on(AirlineHttps.send(&request))
    }

    #[test]
    fn requests_have_the_token_and_follow_no_redirect() {
        let head =
            "HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 2\r\n\r\nok";
        let (url, server) = serve(head.to_owned());
        let expected = AirlineResponse {
            status: 302,
            body: b"ok".to_vec(),
        };
        assert_eq!(send(url), Ok(expected));
        let head = server.join().unwrap();
        assert!(
            head.contains("\nauthorization: Bearer secret-token"),
            "{head}"
        );
        assert!(head.contains("\naccept: application/json"), "{head}");
    }

    #[test]
    fn failures_are_reasons_without_secrets() {
        let large = "x".repeat(AIRLINE_BODY_BYTES + 1);
        let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", large.len());
        for (response, expected) in [
            (head + &large, AirlineResponse::TOO_LARGE),
            ("SSH-2.0-OpenSSH\r\n".to_owned(), "does not answer: "),
            (
                "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nx".to_owned(),
                "ends its answer too early: ",
            ),
        ] {
            let (url, _server) = serve(response);
            let reason = send(url).unwrap_err();
            assert!(reason.starts_with(expected), "{reason}");
            assert!(
                !reason.contains("hunter22") && !reason.contains("secret-token"),
                "{reason}"
            );
        }
        let closed = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap();
        let reason = send(format!("http://{closed}/?key=hunter22")).unwrap_err();
        assert!(
            reason.starts_with("does not accept connections: "),
            "{reason}"
        );
        assert!(!reason.contains("hunter22"), "{reason}");
    }
}
