//! The tables `[upstream.NAME]` of a scenario file.

use serde_json::Value;

use crate::scenario::table_reader::TableReader;

/// Configuration of a mock server, which stands in for an API that a plugin calls.
#[derive(Debug, PartialEq)]
pub(super) struct MockServerConfig {
    /// Line of the table in the file.
    pub(super) line: usize,
    /// Port on 127.0.0.1; 0 for any free port.
    pub(super) port: u16,
    /// Config value that is set to the server's URL.
    pub(super) url_key: Option<ConfigKey>,
    /// Responses by path. Other paths are answered with 404.
    pub(super) responses: Vec<MockResponse>,
}

/// The address of a config value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ConfigKey {
    /// Id of the plugin; empty until [`Scenario::bind`](crate::scenario::Scenario::bind) where the file names none.
    pub(super) plugin: String,
    pub(super) key: String,
    /// Whether the key may be one that the manifest does not declare.
    pub(super) force: bool,
}

/// A response of a mock server.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct MockResponse {
    /// Path of the requests, without a query.
    pub(super) path: String,
    pub(super) status: u16,
    /// A string is sent as plain text, another value as JSON.
    pub(super) body: Value,
}

impl MockServerConfig {
    pub(super) fn parse(table: TableReader<'_>, default_plugin: &str) -> Self {
        table.check_keys("a mock server", &[], &["port", "config", "answer"]);
        let mut responses = Vec::new();
        for response in table.array_of_tables("answer") {
            if response.check_keys("an answer", &["path"], &["status", "body"]) {
                responses.extend(MockResponse::parse(response));
            }
        }
        Self {
            line: table.line(),
            port: table.integer("port", 0, u16::MAX).unwrap_or_default(),
            url_key: table
                .table("config")
                .and_then(|config| ConfigKey::parse(config, default_plugin)),
            responses,
        }
    }
}

impl ConfigKey {
    fn parse(table: TableReader<'_>, default_plugin: &str) -> Option<Self> {
        table.check_keys("`config`", &["key"], &["plugin", "force"]);
        let plugin = table.text("plugin");
        Some(Self {
            plugin: plugin.unwrap_or_else(|| default_plugin.to_owned()),
            key: table.text("key")?,
            force: table.boolean("force").unwrap_or(false),
        })
    }
}

impl MockResponse {
    /// Parses the keys `path`, `status` and `body`. The table may have others.
    pub(super) fn parse(table: TableReader<'_>) -> Option<Self> {
        Some(Self {
            path: table.path("path")?,
            status: table.integer("status", 200, 599).unwrap_or(200),
            body: table.json("body").unwrap_or(Value::String(String::new())),
        })
    }
}
