//! The HTTP client for the shell's own server, within the shell's process.

use std::future;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};

use axum::body::Body;
use axum::http::header::HOST;
use axum::http::uri::PathAndQuery;
use axum::http::{HeaderValue, Request, Response, Uri};
use axum::serve::Listener;
use stratos_transport::BoxedStream;
use stratos_transport::listener::{StreamListener, memory_listener};
use thiserror::Error;
use tokio_util::sync::CancellationToken;

use crate::event::Entry;
use crate::event::EventBus;
use crate::http::{Connector, HttpClient};

/// An HTTP client for the shell's own server, which checks its requests like those of a browser. Cheap to clone.
///
/// Requests and responses are recorded in the journal, if there is one.
#[derive(Debug, Clone)]
pub struct InProcessClient {
    port: u16,
    connector: Connector,
    client: HttpClient,
    events: EventBus,
}

/// The shell's server did not respond to a request.
#[derive(Debug, Error)]
#[error("the shell's server did not answer")]
pub struct RequestError(#[source] Box<dyn std::error::Error + Send + Sync>);

impl InProcessClient {
    /// A client for a server that listens on this port of 127.0.0.1.
    pub(crate) fn over_tcp(port: u16, events: EventBus) -> Self {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        Self::new(port, Connector::Tcp(address), events)
    }

    /// A client and the listener of its server, which share no port. `port` is the one that requests name in `Host`.
    pub(crate) fn in_memory(port: u16, events: EventBus) -> (Self, MemoryListener) {
        let (connector, listener) = memory_listener(CancellationToken::new());
        let client = Self::new(port, Connector::Stream(connector), events);
        (client, MemoryListener(listener))
    }

    fn new(port: u16, connector: Connector, events: EventBus) -> Self {
        Self {
            port,
            client: HttpClient::unpooled(connector.clone()),
            connector,
            events,
        }
    }

    /// The server's origin, such as `http://127.0.0.1:2066`.
    pub(crate) fn origin(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Sends a request with an absolute URI, whose host and port become the `Host` header unless the request has one.
    ///
    /// Returns when the head of the response has arrived; its body streams.
    ///
    /// # Errors
    ///
    /// When the connection ends before the head of the response.
    pub async fn request(&self, request: Request<Body>) -> Result<Response<Body>, RequestError> {
        let request = with_path_and_host(request);
        let named = format!("{} {}", request.method(), request.uri());
        self.events.record(|| Entry::Request {
            request: named.clone(),
        });
        let response = self.client.request(request).await;
        self.events.record(|| Entry::Response {
            request: named,
            status: response
                .as_ref()
                .ok()
                .map(|response| response.status().as_u16()),
        });
        match response {
            Ok(response) => Ok(response.map(Body::new)),
            Err(error) => Err(RequestError(error.into())),
        }
    }

    /// Opens a connection as a byte stream, such as for a WebSocket.
    ///
    /// # Errors
    ///
    /// When the server does not accept connections any more.
    pub async fn connect(&self) -> io::Result<BoxedStream> {
        self.connector.connect().await
    }
}

/// Replaces an absolute URI by its path and a `Host` header.
fn with_path_and_host(mut request: Request<Body>) -> Request<Body> {
    let uri = request.uri();
    let target = uri.path_and_query().cloned();
    let target = target.unwrap_or_else(|| PathAndQuery::from_static("/"));
    let host = uri.authority().map(|authority| {
        let host = authority.as_str().rsplit('@').next().unwrap_or_default();
        HeaderValue::from_str(host).expect("a host is valid in a header")
    });
    *request.uri_mut() = Uri::from(target);
    if let Some(host) = host {
        request.headers_mut().entry(HOST).or_insert(host);
    }
    request
}

/// The listener of a server without a port: accepts the connections of one [`InProcessClient`].
pub(crate) struct MemoryListener(StreamListener);

impl Listener for MemoryListener {
    type Io = BoxedStream;
    type Addr = ();

    async fn accept(&mut self) -> (BoxedStream, ()) {
        match self.0.accept().await {
            Ok(stream) => (stream, ()),
            // All clients are dropped: the server waits for its shutdown.
            Err(_) => future::pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<()> {
        Ok(())
    }
}
