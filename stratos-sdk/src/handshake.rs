//! Plugin side of the handshake.

use stratos_protocol::handshake::{
    FEATURE_CONFIG_CHANGES, FEATURE_HTTP, FEATURE_RESUME, Hello, PeerInfo, Welcome,
};
use stratos_protocol::limits::HELLO_TIMEOUT;
use stratos_protocol::{Message, ProtocolVersion, RpcError, Service};
use stratos_transport::{Connection, ConnectionError};
use thiserror::Error;

use crate::plugin::Plugin;

/// Error of the handshake with the shell.
#[derive(Debug, Error)]
pub enum HandshakeError {
    /// The shell did not respond within 5 seconds.
    #[error("no response within {} s", HELLO_TIMEOUT.as_secs())]
    Timeout,
    /// The shell closed the connection without a response.
    #[error("the shell closed the connection")]
    Closed,
    /// The shell rejected the plugin, for example because of its nonce, id or protocol version.
    #[error("the shell rejected this plugin")]
    Rejected(#[source] RpcError),
    /// The shell sent a message that is no response to `hello`.
    #[error("the shell sent an unexpected message")]
    UnexpectedMessage,
    /// The result of the response is malformed.
    #[error("the shell sent a malformed response")]
    MalformedResponse(#[source] serde_json::Error),
    /// The connection failed.
    #[error("the connection failed")]
    Connection(#[source] ConnectionError),
}

/// Sends [`Hello`] and waits for the response, up to [`HELLO_TIMEOUT`].
pub(crate) async fn handshake<P: Plugin>(
    connection: &mut Connection,
    plugin: &P,
    nonce: String,
) -> Result<Welcome, HandshakeError> {
    let exchange = exchange(connection, hello(plugin, nonce));
    tokio::time::timeout(HELLO_TIMEOUT, exchange)
        .await
        .map_err(|_| HandshakeError::Timeout)?
}

async fn exchange(connection: &mut Connection, hello: Hello) -> Result<Welcome, HandshakeError> {
    let request = Message::request(0, &hello).expect("`Hello` can be serialized to JSON");
    let sent = connection.send(&request).await;
    sent.map_err(HandshakeError::Connection)?;
    let received = connection.receive().await;
    match received.map_err(HandshakeError::Connection)? {
        Some(Message::Response { outcome, .. }) => {
            let welcome = outcome.map_err(HandshakeError::Rejected)?;
            serde_json::from_str(welcome.get()).map_err(HandshakeError::MalformedResponse)
        }
        Some(_) => Err(HandshakeError::UnexpectedMessage),
        None => Err(HandshakeError::Closed),
    }
}

fn hello<P: Plugin>(plugin: &P, nonce: String) -> Hello {
    let mut features = vec![FEATURE_HTTP.to_owned(), FEATURE_CONFIG_CHANGES.to_owned()];
    features.extend(
        Service::ALL
            .iter()
            .map(|service| service.feature().to_owned()),
    );
    if plugin.resumes() {
        features.push(FEATURE_RESUME.to_owned());
    }
    Hello {
        protocol: ProtocolVersion::CURRENT,
        nonce,
        sdk: PeerInfo {
            name: env!("CARGO_PKG_NAME").to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
        },
        plugin: plugin.identity(),
        features,
    }
}
