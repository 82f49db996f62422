//! The control API of a running shell, without a process in between.

use std::net::SocketAddr;

use serde_json::{Value, json};
use stratos_host::control::PluginInfo;

use crate::http::{Answer, request};

const PLUGINS: &str = "/__stratos/api/v1/plugins";

/// Speaks to one shell. Cheap to clone, so that every thread has its own.
#[derive(Debug, Clone)]
pub struct ControlApi {
    /// Where the shell listens.
    pub address: SocketAddr,
    pub(crate) token: String,
}

impl ControlApi {
    /// What it says about all plugins now.
    #[must_use]
    pub fn plugins(&self) -> Vec<PluginInfo> {
        let answer = self.ask("GET", PLUGINS, &Value::Null);
        serde_json::from_value(answer.json()).expect("a list of plugins")
    }

    /// What it says about one of them.
    #[must_use]
    pub fn plugin(&self, id: &str) -> PluginInfo {
        let mut plugins = self.plugins().into_iter();
        plugins
            .find(|plugin| plugin.id == id)
            .expect("it is listed")
    }

    /// `start`, `stop` or `update`.
    #[must_use]
    pub fn command(&self, plugin: &str, command: &str) -> Answer {
        self.ask(
            "POST",
            &format!("{PLUGINS}/{plugin}/{command}"),
            &Value::Null,
        )
    }

    /// Asks on an IPC channel.
    #[must_use]
    pub fn invoke(&self, plugin: &str, channel: &str, payload: &Value) -> Answer {
        let body = json!({ "channel": channel, "payload": payload });
        self.ask("POST", &format!("{PLUGINS}/{plugin}/invoke"), &body)
    }

    /// The same as bytes, for whoever does not wait for the answer.
    #[must_use]
    pub fn invoke_bytes(&self, plugin: &str, channel: &str) -> String {
        let body = json!({ "channel": channel, "payload": null }).to_string();
        format!(
            "POST {PLUGINS}/{plugin}/invoke HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            self.address,
            self.token,
            body.len()
        )
    }

    fn ask(&self, method: &str, path: &str, body: &Value) -> Answer {
        let authorization = format!("Authorization: Bearer {}", self.token);
        let headers = [authorization.as_str(), "Content-Type: application/json"];
        let body = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        request(self.address, method, path, &headers, &body)
    }
}
