//! The handshake: is this the plugin that was started, and do we understand each other?

use stratos_protocol::hello::{HTTP, Hello, RESUME, Software, Welcome};
use stratos_protocol::limits::{FRAME_BYTES, Limits};
use stratos_protocol::{ErrorCode, Message, ProtocolVersion, Request as _, RpcError};
use stratos_transport::Connection;
use stratos_transport::endpoint::Incoming;
use subtle::ConstantTimeEq as _;
use tokio::task::JoinSet;

/// Waits for the connection that knows the nonce; the others are refused and do not disturb it.
///
/// Returns why the plugin itself was refused.
pub(super) async fn greet(
    control: &mut Incoming,
    nonce: &str,
    plugin: &str,
) -> Result<(Connection, Hello), String> {
    // A stranger who connects first and stays silent must not keep the plugin out.
    let mut greetings = JoinSet::new();
    let mut accepting = true;
    loop {
        tokio::select! {
            accepted = control.accept(), if accepting => match accepted {
                Ok(stream) => {
                    let connection = Connection::new(stream, FRAME_BYTES);
                    greetings.spawn(first_message(connection));
                }
                Err(error) => {
                    // A memory transport brings one connection; sockets recover.
                    accepting = greetings.is_empty() && error.kind() != std::io::ErrorKind::NotConnected;
                    tokio::time::sleep(std::time::Duration::from_millis(10)).await;
                }
            },
            Some(Ok((connection, message))) = greetings.join_next() => {
                match judge(connection, message, nonce, plugin).await {
                    Verdict::Welcome(connection, hello) => return Ok((connection, hello)),
                    Verdict::Refused(reason) => return Err(reason),
                    Verdict::Stranger => {}
                }
            }
        }
    }
}

enum Verdict {
    Welcome(Connection, Hello),
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
    if !bool::from(hello.nonce.as_bytes().ct_eq(nonce.as_bytes())) {
        answer(&mut connection, id, Err("the nonce is wrong".to_owned())).await;
        return Verdict::Stranger;
    }
    match welcome(&hello, plugin) {
        Ok(welcome) => {
            answer(&mut connection, id, Ok(welcome)).await;
            Verdict::Welcome(connection, hello)
        }
        Err(reason) => {
            answer(&mut connection, id, Err(reason.clone())).await;
            Verdict::Refused(reason)
        }
    }
}

fn welcome(hello: &Hello, plugin: &str) -> Result<Welcome, String> {
    let ours = ProtocolVersion::CURRENT;
    let Some(protocol) = ours.common(hello.protocol) else {
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
    let known = [HTTP, RESUME];
    Ok(Welcome {
        protocol,
        host: Software {
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
