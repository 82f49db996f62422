//! The HTTP client: over TCP, over a plugin's local socket, or in memory.

use std::io;
use std::net::SocketAddr;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::Body;
use axum::http::Uri;
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioIo};
use stratos_transport::BoxedStream;
use stratos_transport::listener::StreamConnector;
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::http::HttpStream;

/// How long a plugin may take to accept a connection. One that takes longer has blocked its runtime.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// A client of one HTTP/1.1 server. Cheap to clone.
pub(crate) type HttpClient = Client<Connector, Body>;

/// Opens connections to one server, whatever the host in a request's URI is.
#[derive(Debug, Clone)]
pub(crate) enum Connector {
    /// Over TCP.
    Tcp(SocketAddr),
    /// Over a local socket or in memory.
    Stream(StreamConnector),
}

/// A client that keeps idle connections and uses them again.
pub(crate) fn pooled_client(connector: Connector) -> HttpClient {
    Client::builder(TokioExecutor::new()).build(connector)
}

/// A client with a new connection for each request.
///
/// For a server that closes idle connections after a timeout, which passes at any moment in virtual time.
pub(crate) fn unpooled_client(connector: Connector) -> HttpClient {
    let mut builder = Client::builder(TokioExecutor::new());
    builder.pool_max_idle_per_host(0).build(connector)
}

impl Connector {
    pub(crate) async fn connect(&self) -> io::Result<BoxedStream> {
        match self {
            Self::Tcp(address) => Ok(Box::new(TcpStream::connect(address).await?)),
            Self::Stream(connector) => {
                let connected = timeout(CONNECT_TIMEOUT, connector.connect()).await;
                connected.map_err(|_| io::Error::from(io::ErrorKind::TimedOut))?
            }
        }
    }
}

impl tower::Service<Uri> for Connector {
    type Response = TokioIo<HttpStream>;
    type Error = io::Error;
    type Future = BoxFuture<'static, io::Result<TokioIo<HttpStream>>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Uri) -> Self::Future {
        let connector = self.clone();
        async move {
            let stream = connector.connect().await?;
            Ok(TokioIo::new(HttpStream::new(stream, None)))
        }
        .boxed()
    }
}
