//! The client of the control API, for a shell in another process.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, HOST};
use axum::http::{Method, Request, Response, StatusCode};
use http_body_util::BodyExt as _;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::de::DeserializeOwned;
use stratos_protocol::error_body::ErrorBody;
use thiserror::Error;
use tokio::time::timeout;

use crate::event::{ScenarioOutcome, ScenarioProgress};
use crate::http::{Connector, HttpClient, ResponseBody};
use crate::remote::{API, FLIGHT_FRAMES_PATH, HostFile, ListPlugins, Operation, SCENARIO_PATH};

/// Timeout for the answer to an operation that has one.
const TIMEOUT: Duration = Duration::from_secs(30);

/// A client of a running shell's control API.
#[derive(Debug)]
pub struct Client {
    host: HostFile,
    http: HttpClient,
}

/// A request to the control API failed.
#[derive(Debug, Error)]
pub enum ClientError {
    /// No connection, or the connection ended before the answer: the shell was killed and left its `host.json`.
    #[error(
        "the shell (process {pid}, port {port}) does not answer: it is gone or is not a Stratos shell"
    )]
    Unreachable {
        /// The process in `host.json`.
        pid: u32,
        /// The port in `host.json`.
        port: u16,
        /// The cause.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// No answer in time: the process is suspended, or another program listens on the port.
    #[error("the shell (process {pid}, port {port}) has not answered within {} s", TIMEOUT.as_secs())]
    Timeout {
        /// The process in `host.json`.
        pid: u32,
        /// The port in `host.json`.
        port: u16,
    },
    /// The shell answered with an error, whose text this is.
    #[error("{0}")]
    Rejected(String),
    /// The answer is not one of this version's control API.
    #[error("the shell's answer is not understood: is it another version of cargo-stratos?")]
    InvalidAnswer(#[source] Box<dyn std::error::Error + Send + Sync>),
}

type Result<T> = std::result::Result<T, ClientError>;

impl Client {
    /// A client of the shell that `host.json` names.
    #[must_use]
    pub fn new(host: HostFile) -> Self {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, host.port));
        let http = HttpClient::pooled(Connector::Tcp(address));
        Self { host, http }
    }

    /// Calls an operation and waits for its answer.
    ///
    /// # Errors
    ///
    /// Returns an error if the operation fails, or the shell does not answer.
    pub async fn call<O: Operation>(&self, operation: &O) -> Result<O::Answer> {
        if O::HAS_TIMEOUT {
            return self.call_with_timeout(operation).await;
        }
        // Detects a shell that does not answer at all, before a wait without a timeout.
        self.call_with_timeout(&ListPlugins {}).await?;
        self.exchange(operation).await
    }

    /// Plays a scenario in the shell. Calls `on_progress` for each step, and returns how the scenario ended.
    ///
    /// The shell ends the scenario when this future is dropped.
    ///
    /// # Errors
    ///
    /// Returns an error if the shell rejects the scenario, does not answer, or stops.
    pub async fn play(
        &self,
        file: &str,
        text: String,
        mut on_progress: impl FnMut(&ScenarioProgress),
    ) -> Result<ScenarioOutcome> {
        let target = format!("{SCENARIO_PATH}?file={}", encode(file));
        let response = self.send(Method::POST, &target, text.into_bytes()).await?;
        let mut lines = Lines::read(response).await?;
        while let Some(line) = lines.next().await? {
            let progress: ScenarioProgress = serde_json::from_slice(&line)
                .map_err(|error| ClientError::InvalidAnswer(error.into()))?;
            on_progress(&progress);
            if let ScenarioProgress::Ended { outcome } = progress {
                return Ok(outcome);
            }
        }
        let text = "the shell stopped before the scenario ended";
        Err(ClientError::Rejected(text.to_owned()))
    }

    /// Calls `on_line` with each frame of the flight, as a line of a recording, until the flight ends or `on_line` returns
    /// an error.
    ///
    /// # Errors
    ///
    /// Returns an error if there is no flight, or the shell does not answer or stops.
    pub async fn record_flight<E>(
        &self,
        mut on_line: impl FnMut(&[u8]) -> std::result::Result<(), E>,
    ) -> Result<std::result::Result<(), E>> {
        let sent = self.send(Method::GET, FLIGHT_FRAMES_PATH, Vec::new());
        let mut lines = Lines::read(sent.await?).await?;
        while let Some(line) = lines.next().await? {
            if let Err(error) = on_line(&line) {
                return Ok(Err(error));
            }
        }
        Ok(Ok(()))
    }

    async fn call_with_timeout<O: Operation>(&self, operation: &O) -> Result<O::Answer> {
        let answer = timeout(TIMEOUT, self.exchange(operation)).await;
        answer.map_err(|_| ClientError::Timeout {
            pid: self.host.pid,
            port: self.host.port,
        })?
    }

    async fn exchange<O: Operation>(&self, operation: &O) -> Result<O::Answer> {
        let body = operation.body();
        let body = body.map_err(|error| ClientError::InvalidAnswer(error.into()))?;
        read_answer(self.send(O::METHOD, &target(operation), body).await?).await
    }

    async fn send(
        &self,
        method: Method,
        target: &str,
        body: Vec<u8>,
    ) -> Result<Response<ResponseBody>> {
        let HostFile {
            pid, port, token, ..
        } = &self.host;
        let request = Request::builder()
            .method(method)
            .uri(format!("{API}{target}"))
            .header(HOST, format!("127.0.0.1:{port}"))
            .header(AUTHORIZATION, format!("Bearer {token}"))
            .header(CONTENT_TYPE, "application/json")
            .body(Body::from(body))
            .map_err(|error| ClientError::Rejected(format!("the request is not valid: {error}")))?;
        let response = self.http.request(request).await;
        response.map_err(|source| ClientError::Unreachable {
            pid: *pid,
            port: *port,
            source: source.into(),
        })
    }
}

/// Lines of a response, as they arrive.
struct Lines {
    body: ResponseBody,
    unread: Vec<u8>,
}

impl Lines {
    /// The lines of a response of success; the error of any other.
    async fn read(response: Response<ResponseBody>) -> Result<Self> {
        if response.status() != StatusCode::OK {
            return Err(rejection(&read_body(response).await?));
        }
        Ok(Self {
            body: response.into_body(),
            unread: Vec::new(),
        })
    }

    /// The next line with its end; `None` at the end of the response.
    async fn next(&mut self) -> Result<Option<Vec<u8>>> {
        loop {
            if let Some(end) = self.unread.iter().position(|byte| *byte == b'\n') {
                return Ok(Some(self.unread.drain(..=end).collect()));
            }
            let Some(frame) = self.body.frame().await else {
                return Ok(None);
            };
            let frame = frame.map_err(|error| ClientError::InvalidAnswer(error.into()))?;
            let data = frame.data_ref().map_or(&[][..], |data| data);
            self.unread.extend_from_slice(data);
        }
    }
}

async fn read_answer<T: DeserializeOwned>(response: Response<ResponseBody>) -> Result<T> {
    let status = response.status();
    let body = read_body(response).await?;
    match status {
        StatusCode::OK => {
            serde_json::from_slice(&body).map_err(|error| ClientError::InvalidAnswer(error.into()))
        }
        _ => Err(rejection(&body)),
    }
}

async fn read_body(response: Response<ResponseBody>) -> Result<Bytes> {
    let body = response.into_body().collect().await;
    let body = body.map_err(|error| ClientError::InvalidAnswer(error.into()))?;
    Ok(body.to_bytes())
}

/// The error in the body of a response that is none of success.
fn rejection(body: &[u8]) -> ClientError {
    match serde_json::from_slice::<ErrorBody>(body) {
        Ok(body) => ClientError::Rejected(body.error),
        Err(error) => ClientError::InvalidAnswer(error.into()),
    }
}

/// The path below [`API`] and the query of an operation's request.
fn target<O: Operation>(operation: &O) -> String {
    let mut path = O::PATH.to_owned();
    let mut query = Vec::new();
    for (name, value) in operation.params() {
        let value = encode(value);
        let placeholder = format!("{{{name}}}");
        match path.contains(&placeholder) {
            true => path = path.replace(&placeholder, &value),
            false => query.push(format!("{name}={value}")),
        }
    }
    match query.is_empty() {
        true => path,
        false => format!("{path}?{}", query.join("&")),
    }
}

fn encode(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::remote::{GetConfigValue, StopPlugin, UpdatePlugin};

    #[test]
    fn parameters_are_in_the_path_or_the_query() {
        let get = GetConfigValue {
            plugin: "a/b".to_owned(),
            key: "x&{plugin}".to_owned(),
        };
        let expected = "/plugins/a%2Fb/config/value?key=x%26%7Bplugin%7D";
        assert_eq!(target(&get), expected);
        assert_eq!(target(&ListPlugins {}), "/plugins");
    }

    #[tokio::test(start_paused = true)]
    async fn operations_without_timeout_fail_too_if_the_shell_does_not_answer() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let client = Client::new(HostFile {
            pid: 1,
            started: 0,
            port: listener.local_addr().unwrap().port(),
            token: String::new(),
        });
        let plugin = "demo".to_owned();
        let stop = StopPlugin {
            plugin: plugin.clone(),
        };
        let answers = [
            client.call(&ListPlugins {}).await.map(drop),
            client.call(&stop).await.map(drop),
            client.call(&UpdatePlugin { plugin }).await,
        ];
        for answer in answers {
            assert!(
                matches!(answer, Err(ClientError::Timeout { .. })),
                "{answer:?}"
            );
        }
    }
}
