//! The protocol by hand: lines of JSON over the control socket.
#![expect(clippy::disallowed_methods, reason = "tests have no context to ask")]

use std::ffi::OsString;
use std::io;

use serde_json::{Value, json};
use stratos_protocol::environment;
use stratos_transport::BoxedStream;
use stratos_transport::local::LocalStream;
use tokio::io::{
    AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader, ReadHalf, WriteHalf,
};

/// The id is the program's name, as with the sample.
pub(super) fn id() -> String {
    let program = std::env::current_exe().expect("it has a path");
    let name = program.file_stem().expect("it has a name");
    name.to_string_lossy().into_owned()
}

/// What the shell has put into the environment.
pub(super) fn given(name: &str) -> OsString {
    std::env::var_os(name).expect("a shell started this")
}

/// One connection to the shell.
pub(super) struct Wire {
    reader: BufReader<ReadHalf<BoxedStream>>,
    writer: WriteHalf<BoxedStream>,
    last_id: u64,
}

/// A request of the shell.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) id: u64,
    pub(super) method: String,
    pub(super) params: Value,
}

impl Wire {
    pub(super) async fn connect() -> Self {
        Self::try_connect().await.expect("the shell listens")
    }

    pub(super) async fn try_connect() -> io::Result<Self> {
        let stream = LocalStream::connect(&given(environment::SOCKET)).await?;
        let (reader, writer) = tokio::io::split(stream.into_boxed());
        Ok(Self {
            reader: BufReader::new(reader),
            writer,
            last_id: 0,
        })
    }

    /// A connection whose greeting was accepted.
    pub(super) async fn greeted() -> Self {
        let mut wire = Self::connect().await;
        wire.send(&hello()).await;
        let answer = wire.read().await.expect("the shell answers");
        assert!(answer.get("result").is_some(), "{answer}");
        wire
    }

    /// A connection on which the shell has said `start`, and waits for the answer to it.
    pub(super) async fn starting() -> (Self, Asked) {
        let mut wire = Self::greeted().await;
        let start = wire.asked().await.expect("the shell starts it");
        assert_eq!(start.method, "start");
        (wire, start)
    }

    /// A connection of a plugin that has started well.
    pub(super) async fn started() -> Self {
        let (mut wire, start) = Self::starting().await;
        wire.answer(start.id).await;
        wire
    }

    /// Sends a message. The shell may have hung up, which the next read shows.
    pub(super) async fn send(&mut self, message: &Value) {
        let _ = self.try_send(format!("{message}\n").as_bytes()).await;
    }

    pub(super) async fn try_send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.writer.write_all(bytes).await?;
        self.writer.flush().await
    }

    /// The next message; nothing when the shell has hung up.
    pub(super) async fn read(&mut self) -> Option<Value> {
        let mut line = String::new();
        match self.reader.read_line(&mut line).await {
            Ok(0) | Err(_) => None,
            Ok(_) => Some(serde_json::from_str(&line).expect("the shell sends JSON")),
        }
    }

    /// One byte; nothing when the shell has hung up.
    pub(super) async fn read_byte(&mut self) -> Option<u8> {
        self.reader.read_u8().await.ok()
    }

    /// The next request of the shell; what else it sends is skipped.
    pub(super) async fn asked(&mut self) -> Option<Asked> {
        loop {
            let message = self.read().await?;
            if let (Some(id), Some(method)) = (message["id"].as_u64(), message["method"].as_str()) {
                return Some(Asked {
                    id,
                    method: method.to_owned(),
                    params: message["params"].clone(),
                });
            }
        }
    }

    /// Answers that it is done.
    pub(super) async fn answer(&mut self, id: u64) {
        self.send(&done(id)).await;
    }

    /// Asks the shell something and waits for the answer, which is the result or the error.
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

    /// A request with an id of its own.
    pub(super) fn request(&mut self, method: &str, params: Value) -> Value {
        self.last_id += 1;
        json!({ "jsonrpc": "2.0", "id": self.last_id, "method": method, "params": params })
    }

    /// From now on it does what it is asked to, and ends with its connection.
    pub(super) async fn obey(mut self) {
        while let Some(asked) = self.asked().await {
            self.answer(asked.id).await;
        }
    }
}

/// The greeting of a good plugin.
pub(super) fn hello() -> Value {
    let nonce = given(environment::NONCE).into_string();
    json!({
        "jsonrpc": "2.0", "id": 0, "method": "hello",
        "params": {
            "protocol": { "major": 1, "minor": 0 },
            "nonce": nonce.expect("plain text"),
            "sdk": { "name": "hostile", "version": "6.6.6" },
            "plugin": { "id": id(), "version": "1.0.0" },
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
