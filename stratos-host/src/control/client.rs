//! The control of a shell from another process.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use axum::body::Body;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::{Method, Request, Response, StatusCode};
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use percent_encoding::{NON_ALPHANUMERIC, PercentEncode, utf8_percent_encode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use thiserror::Error;
use tokio::time::timeout;

use crate::control::types::{API, ConfigValues, Failure, Invoke, PluginInfo, SwitchAuth};
use crate::event::{ScenarioOutcome, ScenarioProgress};
use crate::http::{Connector, HttpClient};
use crate::owner::Owner;
use crate::store::ConfigExport;

/// How long an answer may take that waits for nobody but the shell and its disk.
const DEADLINE: Duration = Duration::from_secs(30);

/// Talks to a running shell. Its methods are those of [`Control`](crate::control::Control).
#[derive(Debug)]
pub struct Client {
    owner: Owner,
    http: HttpClient,
}

/// Why there is no answer, or not the one that was hoped for.
#[derive(Debug, Error)]
pub enum ClientError {
    /// Nobody answers: the shell was killed and left its `host.json`.
    #[error(
        "the shell (process {pid}, port {port}) does not answer: it is gone or is not a Stratos shell"
    )]
    Gone {
        /// Its process, as `host.json` says.
        pid: u32,
        /// Its port, as `host.json` says.
        port: u16,
        /// The reason.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// Nobody has answered: the process is stopped, or another one has the port.
    #[error("the shell (process {pid}, port {port}) has not answered within {} s", DEADLINE.as_secs())]
    Silent {
        /// Its process, as `host.json` says.
        pid: u32,
        /// Its port, as `host.json` says.
        port: u16,
    },
    /// The shell says why not.
    #[error("{0}")]
    Refused(String),
    /// The answer is not one of this version's control API.
    #[error("the shell's answer is not understood: is it another version of cargo-stratos?")]
    Answer(#[source] Box<dyn std::error::Error + Send + Sync>),
}

type Result<T> = std::result::Result<T, ClientError>;

impl Client {
    /// A client for the shell that `host.json` names.
    #[must_use]
    pub fn new(owner: Owner) -> Self {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, owner.port));
        let http = HttpClient::pooled(Connector::Tcp(address));
        Self { owner, http }
    }

    /// All plugins as they are now.
    ///
    /// # Errors
    ///
    /// When the shell does not answer.
    pub async fn plugins(&self) -> Result<Vec<PluginInfo>> {
        self.ask(Method::GET, "/plugins", None::<&()>).await
    }

    /// Starts a plugin that was stopped or is errored; returns when it runs.
    ///
    /// # Errors
    ///
    /// When the shell refuses or does not answer, or the plugin does not start.
    pub async fn start(&self, plugin: &str) -> Result<()> {
        self.wait(
            Method::POST,
            &format!("{}/start", plugin_path(plugin)),
            None::<&()>,
        )
        .await
    }

    /// Stops a plugin; returns when it has stopped.
    ///
    /// # Errors
    ///
    /// When the shell refuses or does not answer.
    pub async fn stop(&self, plugin: &str) -> Result<()> {
        self.wait(
            Method::POST,
            &format!("{}/stop", plugin_path(plugin)),
            None::<&()>,
        )
        .await
    }

    /// Builds a plugin anew and replaces it; returns when the new version runs.
    ///
    /// # Errors
    ///
    /// When the shell refuses or does not answer, or the new version does not build or start.
    pub async fn update(&self, plugin: &str) -> Result<()> {
        self.wait(
            Method::POST,
            &format!("{}/update", plugin_path(plugin)),
            None::<&()>,
        )
        .await
    }

    /// Asks on an IPC channel.
    ///
    /// # Errors
    ///
    /// When the plugin or the shell refuses or does not answer.
    pub async fn invoke(&self, plugin: &str, invoke: &Invoke) -> Result<Value> {
        let path = format!("{}/invoke", plugin_path(plugin));
        self.wait(Method::POST, &path, Some(invoke)).await
    }

    /// A config value.
    ///
    /// # Errors
    ///
    /// When there is none, or the shell does not answer.
    pub async fn config_get(&self, plugin: &str, key: &str) -> Result<Value> {
        self.ask(Method::GET, &value_path(plugin, key), None::<&()>)
            .await
    }

    /// Stores a config value durably.
    ///
    /// # Errors
    ///
    /// When the shell refuses or does not answer.
    pub async fn config_set(&self, plugin: &str, key: &str, value: &Value) -> Result<()> {
        self.ask(Method::PUT, &value_path(plugin, key), Some(value))
            .await
    }

    /// Removes a config value.
    ///
    /// # Errors
    ///
    /// When there is none, or the shell does not answer.
    pub async fn config_delete(&self, plugin: &str, key: &str) -> Result<()> {
        self.ask(Method::DELETE, &value_path(plugin, key), None::<&()>)
            .await
    }

    /// All config values.
    ///
    /// # Errors
    ///
    /// When the shell does not answer.
    pub async fn config_all(&self, plugin: &str) -> Result<ConfigValues> {
        let path = format!("{}/config", plugin_path(plugin));
        self.ask(Method::GET, &path, None::<&()>).await
    }

    /// Replaces all config values in one step.
    ///
    /// # Errors
    ///
    /// When the shell refuses or does not answer.
    pub async fn config_replace(&self, plugin: &str, values: &ConfigValues) -> Result<()> {
        let path = format!("{}/config", plugin_path(plugin));
        self.ask(Method::PUT, &path, Some(values)).await
    }

    /// All config values of all plugins.
    ///
    /// # Errors
    ///
    /// When the shell refuses or does not answer.
    pub async fn config_everything(&self) -> Result<ConfigExport> {
        self.ask(Method::GET, "/config", None::<&()>).await
    }

    /// Replaces all config values of all plugins in one step.
    ///
    /// # Errors
    ///
    /// When the shell refuses or does not answer.
    pub async fn config_replace_everything(&self, everything: &ConfigExport) -> Result<()> {
        self.ask(Method::PUT, "/config", Some(everything)).await
    }

    /// Becomes another persona; returns when every plugin knows.
    ///
    /// # Errors
    ///
    /// When there is no such persona, or the shell does not answer.
    pub async fn switch_auth(&self, persona: &str) -> Result<()> {
        let switch = SwitchAuth {
            persona: persona.to_owned(),
        };
        self.wait(Method::PUT, "/auth", Some(&switch)).await
    }

    /// Plays a scenario and tells how far it is; returns how it ended. Dropped before, it ends the scenario.
    ///
    /// # Errors
    ///
    /// When the shell refuses, does not answer, or ends.
    pub async fn play(
        &self,
        file: &str,
        text: String,
        mut tell: impl FnMut(&ScenarioProgress),
    ) -> Result<ScenarioOutcome> {
        let path = format!("/scenario?file={}", escape(file));
        let response = self.send(Method::POST, &path, text.into_bytes()).await?;
        if response.status() != StatusCode::OK {
            return read(response).await;
        }
        let mut body = response.into_body();
        let mut unread = Vec::new();
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|error| ClientError::Answer(error.into()))?;
            unread.extend_from_slice(frame.data_ref().map_or(&[][..], |data| data));
            while let Some(end) = unread.iter().position(|byte| *byte == b'\n') {
                let line: Vec<_> = unread.drain(..=end).collect();
                let progress: ScenarioProgress = serde_json::from_slice(&line)
                    .map_err(|error| ClientError::Answer(error.into()))?;
                tell(&progress);
                if let ScenarioProgress::Ended { outcome: ending } = progress {
                    return Ok(ending);
                }
            }
        }
        let text = "the shell ended the scenario before it told how";
        Err(ClientError::Refused(text.to_owned()))
    }

    /// Asks for what a build, a plugin or a debugger may hold up as long as it likes. A shell that is silent itself is
    /// found out before.
    async fn wait<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: Option<&impl Serialize>,
    ) -> Result<T> {
        self.plugins().await?;
        self.converse(method, path, body).await
    }

    async fn ask<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: Option<&impl Serialize>,
    ) -> Result<T> {
        let (pid, port) = (self.owner.pid, self.owner.port);
        let silent = |_| ClientError::Silent { pid, port };
        let asked = self.converse(method, path, body);
        timeout(DEADLINE, asked).await.map_err(silent)?
    }

    async fn converse<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: Option<&impl Serialize>,
    ) -> Result<T> {
        let body = match body {
            Some(body) => {
                serde_json::to_vec(body).map_err(|error| ClientError::Answer(error.into()))?
            }
            None => Vec::new(),
        };
        read(self.send(method, path, body).await?).await
    }

    async fn send(&self, method: Method, path: &str, body: Vec<u8>) -> Result<Response<Incoming>> {
        let request = Request::builder()
            .method(method)
            .uri(format!("http://127.0.0.1:{}{API}{path}", self.owner.port))
            .header(AUTHORIZATION, format!("Bearer {}", self.owner.token))
            .header(CONTENT_TYPE, "application/json")
            .body(Body::from(body))
            .map_err(|error| ClientError::Refused(format!("cannot ask for that: {error}")))?;
        let response = self.http.request(request).await;
        response.map_err(|source| ClientError::Gone {
            pid: self.owner.pid,
            port: self.owner.port,
            source: source.into(),
        })
    }
}

async fn read<T: DeserializeOwned>(response: Response<Incoming>) -> Result<T> {
    let status = response.status();
    let body = response.into_body().collect().await;
    let bytes = body
        .map_err(|error| ClientError::Answer(error.into()))?
        .to_bytes();
    if status == StatusCode::OK {
        return serde_json::from_slice(&bytes).map_err(|error| ClientError::Answer(error.into()));
    }
    match serde_json::from_slice::<Failure>(&bytes) {
        Ok(failure) => Err(ClientError::Refused(failure.error)),
        Err(error) => Err(ClientError::Answer(error.into())),
    }
}

fn plugin_path(plugin: &str) -> String {
    format!("/plugins/{}", escape(plugin))
}

fn value_path(plugin: &str, key: &str) -> String {
    format!("{}/config/value?key={}", plugin_path(plugin), escape(key))
}

fn escape(text: &str) -> PercentEncode<'_> {
    utf8_percent_encode(text, NON_ALPHANUMERIC)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_shell_that_says_nothing_is_found_out_also_by_what_may_take_long() {
        let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let client = Client::new(Owner {
            pid: 1,
            started: 0,
            port: nobody.local_addr().unwrap().port(),
            token: String::new(),
        });
        let silent = [
            client.plugins().await.map(drop),
            client.stop("demo").await,
            client.update("demo").await,
        ];
        for answer in silent {
            assert!(
                matches!(answer, Err(ClientError::Silent { .. })),
                "{answer:?}"
            );
        }
    }
}
