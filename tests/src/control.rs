//! A client of the control API.

use std::net::SocketAddr;

use serde_json::{Value, json};
use stratos_host::remote::PluginInfo;

use crate::http::{HttpResponse, request};

const PLUGINS: &str = "/__stratos/api/v1/plugins";

/// A client of one shell's control API.
#[derive(Debug, Clone)]
pub struct ControlApi {
    /// The address of the shell's HTTP server.
    pub address: SocketAddr,
    pub(crate) token: String,
}

impl ControlApi {
    /// Lists all plugins.
    #[must_use]
    pub fn plugins(&self) -> Vec<PluginInfo> {
        let answer = self.ask("GET", PLUGINS, &Value::Null);
        serde_json::from_value(answer.json()).expect("a list of plugins")
    }

    /// The entry of one plugin.
    #[must_use]
    pub fn plugin(&self, id: &str) -> PluginInfo {
        let mut plugins = self.plugins().into_iter();
        plugins
            .find(|plugin| plugin.id == id)
            .expect("the plugin is listed")
    }

    /// Runs the command `start`, `stop` or `update` on a plugin.
    #[must_use]
    pub fn command(&self, plugin: &str, command: &str) -> HttpResponse {
        self.ask(
            "POST",
            &format!("{PLUGINS}/{plugin}/{command}"),
            &Value::Null,
        )
    }

    /// Invokes an IPC channel.
    #[must_use]
    pub fn invoke(&self, plugin: &str, channel: &str, payload: &Value) -> HttpResponse {
        let body = json!({ "channel": channel, "payload": payload });
        self.ask("POST", &format!("{PLUGINS}/{plugin}/invoke"), &body)
    }

    /// The HTTP request that invokes an IPC channel, for callers that do not wait for the response.
    #[must_use]
    pub fn invoke_request(&self, plugin: &str, channel: &str) -> String {
        let body = json!({ "channel": channel, "payload": null }).to_string();
        format!(
            "POST {PLUGINS}/{plugin}/invoke HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            self.address,
            self.token,
            body.len()
        )
    }

    fn ask(&self, method: &str, path: &str, body: &Value) -> HttpResponse {
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
