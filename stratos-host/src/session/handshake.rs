//! The handshake: authenticates the plugin by its nonce, and negotiates protocol version and features.

use std::io;
use std::time::Duration;

use serde_json::value::to_raw_value;
use stratos_protocol::handshake::{
    FEATURE_CONFIG_CHANGES, FEATURE_HTTP, FEATURE_RESUME, Hello, PeerInfo, Welcome,
};
use stratos_protocol::limits::{FRAME_BYTES, Limits};
use stratos_protocol::{ErrorCode, Message, ProtocolVersion, Request as _, RpcError};
use stratos_transport::Connection;
use stratos_transport::listener::StreamListener;
use subtle::ConstantTimeEq as _;
use tokio::task::JoinSet;
use tokio::time::timeout;
use tracing::debug;

use crate::config::ShellVersion;
use crate::process::ProcessHandle;

/// Maximum number of open connections that have not sent a message; further ones wait to be accepted.
const MAX_CONNECTIONS: usize = 64;
/// Pause after a failed accept.
const ACCEPT_RETRY: Duration = Duration::from_millis(10);

/// Waits for the handshake of a launched plugin, and terminates its process if it fails.
///
/// # Errors
///
/// The reason of the failure, as the predicate of a sentence about the plugin.
pub(super) async fn complete_handshake(
    control: StreamListener,
    nonce: &str,
    plugin: &str,
    process: &ProcessHandle,
    version: ShellVersion,
    limit: Duration,
) -> Result<(Connection, Hello), String> {
    let accepted = tokio::select! {
        accepted = timeout(limit, accept_plugin(control, nonce, plugin, version)) => accepted,
        exit = process.wait() => {
            return Err(format!("{exit} before the handshake with the shell"));
        }
    };
    let accepted = accepted.unwrap_or_else(|_| {
        Err(format!(
            "did not complete the handshake with the shell within {} s: its `main` must call `stratos::serve`",
            limit.as_secs_f32()
        ))
    });
    if accepted.is_err() {
        process.terminate().await;
    }
    accepted
}

/// Accepts the connection that knows the nonce, and closes the listener.
///
/// Connections that stay silent, or send a `hello` with another nonce, do not disturb the plugin's own. Any other
/// first message fails the start, since only the plugin's user can reach the socket.
///
/// # Errors
///
/// The reason why the plugin was refused.
async fn accept_plugin(
    mut listener: StreamListener,
    nonce: &str,
    plugin: &str,
    version: ShellVersion,
) -> Result<(Connection, Hello), String> {
    // Read concurrently, so that a silent connection does not keep the plugin out.
    let mut first_messages = JoinSet::new();
    let mut accepting = true;
    loop {
        let has_room = first_messages.len() < MAX_CONNECTIONS;
        tokio::select! {
            accepted = listener.accept(), if accepting && has_room => match accepted {
                Ok(stream) => {
                    let connection = Connection::new(stream, FRAME_BYTES);
                    first_messages.spawn(receive_first(connection));
                }
                Err(error) => {
                    // A closed memory listener stays closed; sockets recover.
                    accepting = error.kind() != io::ErrorKind::NotConnected;
                    tokio::time::sleep(ACCEPT_RETRY).await;
                }
            },
            Some(Ok((connection, message))) = first_messages.join_next() => {
                match handle_first(connection, message, nonce, plugin, version).await {
                    Handshake::Accepted(accepted) => {
                        let PeerInfo { name, version } = &accepted.1.sdk;
                        debug!(plugin, sdk = name, version, "handshake accepted");
                        // Closed before the other connections, which could otherwise connect again.
                        drop(listener);
                        return Ok(*accepted);
                    }
                    Handshake::Refused(reason) => {
                        debug!(plugin, reason, "handshake refused");
                        return Err(reason);
                    }
                    Handshake::Ignored => debug!(plugin, "connection without the nonce ignored"),
                }
            }
            else => return Err("hung up before the handshake with the shell".to_owned()),
        }
    }
}

/// Result of a connection's first message.
enum Handshake {
    Accepted(Box<(Connection, Hello)>),
    /// The plugin's own connection, refused for this reason.
    Refused(String),
    /// A connection of another process.
    Ignored,
}

type FirstMessage = Result<Option<Message>, String>;

async fn receive_first(mut connection: Connection) -> (Connection, FirstMessage) {
    let message = connection.receive().await;
    (connection, message.map_err(|error| error.to_string()))
}

async fn handle_first(
    mut connection: Connection,
    message: FirstMessage,
    nonce: &str,
    plugin: &str,
    version: ShellVersion,
) -> Handshake {
    let message = match message {
        Ok(Some(message)) => message,
        Ok(None) => return Handshake::Ignored,
        Err(error) => {
            let reason = format!("its first message is not a `hello` request: {error}");
            return Handshake::Refused(reason);
        }
    };
    let Message::Request { id, method, params } = message else {
        return Handshake::Refused("its first message is not a `hello` request".to_owned());
    };
    if method != Hello::METHOD {
        return Handshake::Refused(format!(
            "its first message is a `{}` request, not `hello`",
            method.escape_debug()
        ));
    }
    let hello: Hello = match serde_json::from_str(params.get()) {
        Ok(hello) => hello,
        Err(error) => {
            return Handshake::Refused(format!("its `hello` request is malformed: {error}"));
        }
    };
    let knows_nonce = bool::from(hello.nonce.as_bytes().ct_eq(nonce.as_bytes()));
    if !knows_nonce {
        respond(&mut connection, id, Err("the nonce is wrong".to_owned())).await;
        return Handshake::Ignored;
    }
    match welcome(&hello, plugin, version) {
        Ok(welcome) => {
            respond(&mut connection, id, Ok(welcome)).await;
            Handshake::Accepted(Box::new((connection, hello)))
        }
        Err(reason) => {
            respond(&mut connection, id, Err(reason.clone())).await;
            Handshake::Refused(reason)
        }
    }
}

fn welcome(hello: &Hello, plugin: &str, version: ShellVersion) -> Result<Welcome, String> {
    let supported = ProtocolVersion::CURRENT;
    let Some(protocol) = supported.negotiate(hello.protocol) else {
        let advice = match hello.protocol.major < supported.major {
            true => "update the plugin's SDK",
            false => "update cargo-stratos",
        };
        return Err(format!(
            "it speaks protocol {} ({} {}), this shell speaks {supported}: {advice}",
            hello.protocol,
            hello.sdk.name.escape_debug(),
            hello.sdk.version.escape_debug()
        ));
    };
    if hello.plugin.id != plugin {
        return Err(format!(
            "it says that it is the plugin `{}`, but was started as `{plugin}`: build it again, or start the shell again \
             if plugin.json has a new id",
            hello.plugin.id.escape_debug()
        ));
    }
    let services = version.services().iter().map(|service| service.feature());
    let known: Vec<_> = [FEATURE_HTTP, FEATURE_CONFIG_CHANGES, FEATURE_RESUME]
        .into_iter()
        .chain(services)
        .collect();
    Ok(Welcome {
        protocol,
        host: PeerInfo {
            name: env!("CARGO_PKG_NAME").to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
        },
        features: hello
            .features
            .iter()
            .filter(|feature| known.contains(&feature.as_str()))
            .cloned()
            .collect(),
        limits: Limits::default(),
        shell: Some(PeerInfo {
            name: "mocked shell".to_owned(),
            version: version.to_string(),
        }),
    })
}

async fn respond(connection: &mut Connection, id: u64, outcome: Result<Welcome, String>) {
    let outcome = outcome
        .map(|welcome| to_raw_value(&welcome).expect("strings and numbers have a JSON form"))
        .map_err(|reason| RpcError::new(ErrorCode::Refused, reason));
    // A connection that has closed meanwhile is noticed by the next read.
    let _ = connection.send(&Message::Response { id, outcome }).await;
}

#[cfg(test)]
mod tests {
    use stratos_protocol::handshake::Identity;
    use stratos_transport::BoxedStream;
    use stratos_transport::stream::memory_pair;
    use tokio::sync::mpsc;

    use super::*;

    /// A listener that waits for the plugin `demo` with the nonce `right`.
    struct TestListener {
        connections: mpsc::Sender<BoxedStream>,
        outcome: tokio::task::JoinHandle<Result<Hello, String>>,
    }

    impl TestListener {
        fn open() -> Self {
            let (connections, receiver) = mpsc::channel(8);
            let outcome = tokio::spawn(async move {
                let accepted = accept_plugin(
                    StreamListener::Memory(receiver),
                    "right",
                    "demo",
                    ShellVersion::V1,
                )
                .await;
                accepted.map(|(_, hello)| hello)
            });
            Self {
                connections,
                outcome,
            }
        }

        async fn connect(&self) -> Connection {
            let (ours, theirs) = memory_pair();
            self.connections.send(Box::new(theirs)).await.unwrap();
            Connection::new(Box::new(ours), FRAME_BYTES)
        }

        async fn send_hello(&self, hello: &Hello) -> (Connection, Option<RpcError>) {
            let mut connection = self.connect().await;
            connection
                .send(&Message::request(0, hello).unwrap())
                .await
                .unwrap();
            match connection.receive().await.unwrap().unwrap() {
                Message::Response { outcome, .. } => (connection, outcome.err()),
                other => panic!("{other:?}"),
            }
        }
    }

    fn hello(nonce: &str, id: &str, major: u16) -> Hello {
        Hello {
            protocol: ProtocolVersion { major, minor: 7 },
            nonce: nonce.to_owned(),
            sdk: PeerInfo {
                name: "sdk".to_owned(),
                version: "1.2.3".to_owned(),
            },
            plugin: Identity {
                id: id.to_owned(),
                version: "1.0.0".to_owned(),
            },
            features: vec!["http".to_owned(), "teleport".to_owned()],
        }
    }

    #[tokio::test]
    async fn connections_with_a_wrong_nonce_do_not_keep_the_plugin_out() {
        let listener = TestListener::open();
        let _silent = listener.connect().await;
        drop(listener.connect().await);
        let (_other, error) = listener.send_hello(&hello("wrong", "demo", 1)).await;
        let error = error.unwrap();
        assert_eq!(
            (error.code, error.message.as_str()),
            (ErrorCode::Refused, "the nonce is wrong")
        );
        let (_plugin, error) = listener.send_hello(&hello("right", "demo", 1)).await;
        assert_eq!(error, None);
        assert_eq!(listener.outcome.await.unwrap().unwrap().nonce, "right");
        assert!(
            listener.connections.is_closed(),
            "the listener is still open"
        );
    }

    #[tokio::test]
    async fn a_program_of_another_plugin_is_refused_with_both_ids() {
        let listener = TestListener::open();
        let (_plugin, error) = listener.send_hello(&hello("right", "other", 1)).await;
        let reason = listener.outcome.await.unwrap().unwrap_err();
        assert_eq!(error.unwrap().message, reason);
        assert_eq!(
            reason,
            "it says that it is the plugin `other`, but was started as `demo`: build it again, or start the shell again \
             if plugin.json has a new id"
        );
    }
}
