//! The handshake: is this the plugin that was started, and do we understand each other?

use stratos_protocol::handshake::{FEATURE_HTTP, FEATURE_RESUME, Hello, PeerInfo, Welcome};
use stratos_protocol::limits::{FRAME_BYTES, Limits};
use stratos_protocol::{ErrorCode, Message, ProtocolVersion, Request as _, RpcError};
use stratos_transport::Connection;
use stratos_transport::guard::Guard;
use stratos_transport::listener::StreamListener;
use subtle::ConstantTimeEq as _;
use tokio::task::JoinSet;

/// How many connections may be open that have not greeted. The plugin's own is one; the next ones wait outside.
const CONNECTIONS: usize = 64;

/// Waits for the connection that knows the nonce. Others that greet or stay silent do not disturb it; one that says
/// something else ends the start, since only the plugin's own user can reach the socket.
///
/// Returns why the plugin itself was refused.
pub(super) async fn greet(
    mut control: StreamListener,
    nonce: &str,
    plugin: &str,
) -> Result<(Connection, Hello), String> {
    // A stranger who connects first and stays silent must not keep the plugin out.
    let mut greetings = JoinSet::new();
    let mut accepting = true;
    loop {
        let has_room = greetings.len() < CONNECTIONS || !Guard::Strangers.is_on();
        tokio::select! {
            accepted = control.accept(), if accepting && has_room => match accepted {
                Ok(stream) => {
                    let connection = Connection::new(stream, FRAME_BYTES);
                    greetings.spawn(first_message(connection));
                }
                Err(error) => {
                    // A memory transport brings one connection; sockets recover.
                    accepting = error.kind() != std::io::ErrorKind::NotConnected;
                    tokio::time::sleep(std::time::Duration::from_millis(10)).await;
                }
            },
            Some(Ok((connection, message))) = greetings.join_next() => {
                match judge(connection, message, nonce, plugin).await {
                    Verdict::Welcome(greeted) => {
                        // Nobody else can come in, and only then do the others hear that they have come in vain.
                        match Guard::OneConnection.is_on() {
                            true => drop(control),
                            false => std::mem::forget(control),
                        }
                        return Ok(*greeted);
                    }
                    Verdict::Refused(reason) => return Err(reason),
                    Verdict::Stranger => {}
                }
            }
            // Nobody is here, and nobody can come any more.
            else => return Err("hung up before it greeted the shell".to_owned()),
        }
    }
}

enum Verdict {
    Welcome(Box<(Connection, Hello)>),
    /// It is our plugin, but it cannot stay.
    Refused(String),
    /// It is somebody else.
    Stranger,
}

async fn first_message(
    mut connection: Connection,
) -> (Connection, Result<Option<Message>, String>) {
    let message = connection
        .receive()
        .await
        .map_err(|error| error.to_string());
    (connection, message)
}

async fn judge(
    mut connection: Connection,
    message: Result<Option<Message>, String>,
    nonce: &str,
    plugin: &str,
) -> Verdict {
    let message = match message {
        Ok(Some(message)) => message,
        Ok(None) => return Verdict::Stranger,
        Err(error) => return Verdict::Refused(format!("its first line is no greeting: {error}")),
    };
    let Message::Request { id, method, params } = message else {
        return Verdict::Refused("its first line is no greeting".to_owned());
    };
    if method != Hello::METHOD {
        return Verdict::Refused(format!(
            "its first line is `{}`, not `hello`",
            method.escape_debug()
        ));
    }
    let hello: Hello = match serde_json::from_str(params.get()) {
        Ok(hello) => hello,
        Err(error) => return Verdict::Refused(format!("its greeting is malformed: {error}")),
    };
    let knows_nonce = bool::from(hello.nonce.as_bytes().ct_eq(nonce.as_bytes()));
    if !knows_nonce && Guard::Nonce.is_on() {
        answer(&mut connection, id, Err("the nonce is wrong".to_owned())).await;
        return Verdict::Stranger;
    }
    match welcome(&hello, plugin) {
        Ok(welcome) => {
            answer(&mut connection, id, Ok(welcome)).await;
            Verdict::Welcome(Box::new((connection, hello)))
        }
        Err(reason) => {
            answer(&mut connection, id, Err(reason.clone())).await;
            Verdict::Refused(reason)
        }
    }
}

fn welcome(hello: &Hello, plugin: &str) -> Result<Welcome, String> {
    let ours = ProtocolVersion::CURRENT;
    let common = ours.negotiate(hello.protocol);
    let Some(protocol) = common.or((!Guard::ProtocolVersion.is_on()).then_some(ours)) else {
        let (sdk, advice) = (
            &hello.sdk,
            if hello.protocol.major < ours.major {
                "update the plugin's SDK"
            } else {
                "update cargo-stratos"
            },
        );
        return Err(format!(
            "it speaks protocol {} ({} {}), this shell speaks {ours}: {advice}",
            hello.protocol,
            sdk.name.escape_debug(),
            sdk.version.escape_debug()
        ));
    };
    if hello.plugin.id != plugin {
        return Err(format!(
            "it says that it is the plugin `{}`, but its plugin.json says `{plugin}`: build it again",
            hello.plugin.id.escape_debug()
        ));
    }
    let known = [FEATURE_HTTP, FEATURE_RESUME];
    Ok(Welcome {
        protocol,
        host: PeerInfo {
            name: env!("CARGO_PKG_NAME").to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
        },
        features: hello
            .features
            .iter()
            .filter(|f| known.contains(&f.as_str()))
            .cloned()
            .collect(),
        limits: Limits::default(),
    })
}

async fn answer(connection: &mut Connection, id: u64, outcome: Result<Welcome, String>) {
    let outcome = outcome
        .map(|welcome| {
            serde_json::value::to_raw_value(&welcome).expect("strings and numbers have a JSON form")
        })
        .map_err(|reason| RpcError::new(ErrorCode::Refused, reason));
    // One that has hung up meanwhile is noticed by the next read.
    let _ = connection.send(&Message::Response { id, outcome }).await;
}

#[cfg(test)]
mod tests {
    use stratos_protocol::handshake::Identity;
    use stratos_transport::BoxedStream;
    use stratos_transport::stream::memory_pair;
    use tokio::io::AsyncWriteExt as _;
    use tokio::sync::mpsc;

    use super::*;

    /// Connects as often as asked, while the shell waits for the plugin `demo` with the nonce `right`.
    struct Door {
        connections: mpsc::Sender<BoxedStream>,
        verdict: tokio::task::JoinHandle<Result<Hello, String>>,
    }

    impl Door {
        fn open() -> Self {
            let (connections, receiver) = mpsc::channel(8);
            let verdict = tokio::spawn(async move {
                let greeted = greet(StreamListener::Memory(receiver), "right", "demo").await;
                greeted.map(|(_, hello)| hello)
            });
            Self {
                connections,
                verdict,
            }
        }

        async fn connect(&self) -> Connection {
            let (ours, theirs) = memory_pair();
            self.connections.send(Box::new(theirs)).await.unwrap();
            Connection::new(Box::new(ours), FRAME_BYTES)
        }

        async fn greet(&self, hello: &Hello) -> (Connection, Option<RpcError>) {
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
    async fn strangers_are_refused_and_do_not_keep_the_plugin_out() {
        let door = Door::open();
        let _silent = door.connect().await;
        drop(door.connect().await);
        let (_stranger, error) = door.greet(&hello("wrong", "demo", 1)).await;
        let error = error.unwrap();
        assert_eq!(
            (error.code, error.message.as_str()),
            (ErrorCode::Refused, "the nonce is wrong")
        );
        let (_plugin, error) = door.greet(&hello("right", "demo", 1)).await;
        assert_eq!(error, None);
        assert_eq!(door.verdict.await.unwrap().unwrap().nonce, "right");
        assert!(
            door.connections.is_closed(),
            "nobody else can connect any more"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn so_many_strangers_are_listened_to_and_no_more() {
        let door = Door::open();
        let mut silent = Vec::new();
        let patience = std::time::Duration::from_secs(1);
        while let Ok(connection) = tokio::time::timeout(patience, door.connect()).await {
            silent.push(connection);
            // Those of the channel wait outside.
            assert!(silent.len() <= CONNECTIONS + 8);
        }
        // One that gives up makes room.
        drop(silent);
        let (_plugin, error) = door.greet(&hello("right", "demo", 1)).await;
        assert_eq!(error, None);
    }

    #[tokio::test]
    async fn a_plugin_of_another_version_or_name_is_told_why() {
        for (hello, expected) in [
            (
                hello("right", "demo", 2),
                "speaks protocol 2.7 (sdk 1.2.3), this shell speaks 1.0: update cargo-stratos",
            ),
            (hello("right", "demo", 0), "update the plugin's SDK"),
            (
                hello("right", "other", 1),
                "plugin.json says `demo`: build it again",
            ),
        ] {
            let door = Door::open();
            let (_, error) = door.greet(&hello).await;
            assert!(error.unwrap().message.contains(expected), "{expected}");
            assert!(door.verdict.await.unwrap().unwrap_err().contains(expected));
        }
    }

    #[tokio::test]
    async fn a_first_line_that_is_no_greeting_is_a_reason() {
        for (line, expected) in [
            ("what a lovely day", "no greeting: a line is not a message"),
            (
                r#"{"jsonrpc":"2.0","method":"log","params":{}}"#,
                "no greeting",
            ),
            (
                r#"{"jsonrpc":"2.0","id":0,"method":"start","params":{}}"#,
                "is `start`, not `hello`",
            ),
            (
                r#"{"jsonrpc":"2.0","id":0,"method":"hello","params":{}}"#,
                "greeting is malformed",
            ),
        ] {
            let door = Door::open();
            let (mut ours, theirs) = memory_pair();
            door.connections.send(Box::new(theirs)).await.unwrap();
            ours.write_all(format!("{line}\n").as_bytes())
                .await
                .unwrap();
            let reason = door.verdict.await.unwrap().unwrap_err();
            assert!(reason.contains(expected), "{line}: {reason}");
        }
    }
}
