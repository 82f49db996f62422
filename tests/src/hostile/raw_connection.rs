//! A connection to the shell without the SDK: lines of JSON over the control socket.
#![expect(clippy::disallowed_methods, reason = "tests have no context to ask")]

use std::ffi::OsString;
use std::io;

use serde_json::{Value, json};
use stratos_protocol::environment;
use stratos_transport::{BoxedStream, local};
use tokio::io::{
    AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader, ReadHalf, WriteHalf,
};

/// The plugin's id, which is the program's file name.
pub(crate) fn plugin_id() -> String {
    let program = std::env::current_exe().expect("it has a path");
    let name = program.file_stem().expect("it has a name");
    name.to_string_lossy().into_owned()
}

/// An environment variable that the shell sets.
pub(crate) fn host_env(name: &str) -> OsString {
    std::env::var_os(name).expect("a shell started this")
}

/// A connection to the shell.
pub(super) struct RawConnection {
    reader: BufReader<ReadHalf<BoxedStream>>,
    writer: WriteHalf<BoxedStream>,
    last_id: u64,
}

/// A request from the shell.
#[derive(Debug)]
pub(super) struct ShellRequest {
    pub(super) id: u64,
    pub(super) method: String,
    pub(super) params: Value,
}

impl RawConnection {
    pub(super) async fn connect() -> Self {
        Self::try_connect().await.expect("the shell listens")
    }

    pub(super) async fn try_connect() -> io::Result<Self> {
        let stream = local::connect(&host_env(environment::SOCKET)).await?;
        let (reader, writer) = tokio::io::split(stream);
        Ok(Self {
            reader: BufReader::new(reader),
            writer,
            last_id: 0,
        })
    }

    /// Connects and completes the handshake.
    pub(super) async fn greeted() -> Self {
        let mut connection = Self::connect().await;
        connection.send(&hello()).await;
        let answer = connection.read().await.expect("the shell answers");
        assert!(answer.get("result").is_some(), "{answer}");
        connection
    }

    /// Connects, and returns the shell's `start` request, which is not answered yet.
    pub(super) async fn starting() -> (Self, ShellRequest) {
        let mut connection = Self::greeted().await;
        let start = connection
            .next_request()
            .await
            .expect("the shell starts it");
        assert_eq!(start.method, "start");
        (connection, start)
    }

    /// Connects, and answers the `start` request.
    pub(super) async fn started() -> Self {
        let (mut connection, start) = Self::starting().await;
        connection.answer(start.id).await;
        connection
    }

    /// Sends a message. Errors are ignored, because the next read reports a closed connection.
    pub(super) async fn send(&mut self, message: &Value) {
        let _ = self.try_send(format!("{message}\n").as_bytes()).await;
    }

    pub(super) async fn try_send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.writer.write_all(bytes).await?;
        self.writer.flush().await
    }

    /// Receives the next message, or `None` when the connection is closed.
    pub(super) async fn read(&mut self) -> Option<Value> {
        let mut line = String::new();
        match self.reader.read_line(&mut line).await {
            Ok(0) | Err(_) => None,
            Ok(_) => Some(serde_json::from_str(&line).expect("the shell sends JSON")),
        }
    }

    /// Receives one byte, or `None` when the connection is closed.
    pub(super) async fn read_byte(&mut self) -> Option<u8> {
        self.reader.read_u8().await.ok()
    }

    /// Receives the next request from the shell, and skips other messages.
    pub(super) async fn next_request(&mut self) -> Option<ShellRequest> {
        loop {
            let message = self.read().await?;
            if let (Some(id), Some(method)) = (message["id"].as_u64(), message["method"].as_str()) {
                return Some(ShellRequest {
                    id,
                    method: method.to_owned(),
                    params: message["params"].clone(),
                });
            }
        }
    }

    /// Responds to a request with an empty result.
    pub(super) async fn answer(&mut self, id: u64) {
        self.send(&done(id)).await;
    }

    /// Sends a request and returns the result or the error of the response.
    pub(super) async fn ask(&mut self, method: &str, params: Value) -> Value {
        let request = self.request(method, params);
        self.send(&request).await;
        loop {
            let Some(message) = self.read().await else {
                return json!("the shell has hung up");
            };
            if message.get("method").is_none() && message["id"] == request["id"] {
                return message.get("result").unwrap_or(&message["error"]).clone();
            }
        }
    }

    /// Creates a request with a new id.
    pub(super) fn request(&mut self, method: &str, params: Value) -> Value {
        self.last_id += 1;
        json!({ "jsonrpc": "2.0", "id": self.last_id, "method": method, "params": params })
    }

    /// Responds to all requests until the connection is closed.
    pub(super) async fn serve(mut self) {
        while let Some(asked) = self.next_request().await {
            self.answer(asked.id).await;
        }
    }
}

/// A valid `hello` request.
pub(super) fn hello() -> Value {
    let nonce = host_env(environment::NONCE).into_string();
    json!({
        "jsonrpc": "2.0", "id": 0, "method": "hello",
        "params": {
            "protocol": { "major": 1, "minor": 0 },
            "nonce": nonce.expect("plain text"),
            "sdk": { "name": "hostile", "version": "6.6.6" },
            "plugin": { "id": plugin_id(), "version": "1.0.0" },
            "features": ["http"],
        },
    })
}

pub(super) fn done(id: u64) -> Value {
    json!({ "jsonrpc": "2.0", "id": id, "result": {} })
}

pub(super) fn notification(method: &str, params: &Value) -> Value {
    json!({ "jsonrpc": "2.0", "method": method, "params": params })
}
