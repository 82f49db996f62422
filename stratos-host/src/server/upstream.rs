//! Pooled HTTP connections to one generation of one plugin.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, Response};
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use hyper::Uri;
use hyper::body::Incoming;
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_util::client::legacy::connect::{Connected, Connection};
use hyper_util::client::legacy::{Client, Error};
use hyper_util::rt::{TokioExecutor, TokioIo};
use stratos_transport::BoxedStream;
use stratos_transport::listener::StreamConnector;

/// A plugin that does not even take a connection blocks its runtime.
const CONNECT_DEADLINE: Duration = Duration::from_secs(5);

/// Sends requests to a plugin. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Upstream(Client<Dial, Body>);

impl Upstream {
    pub(crate) fn new(dialer: StreamConnector) -> Self {
        Self(Client::builder(TokioExecutor::new()).build(Dial(dialer)))
    }

    /// With a connection for each request. The server ends idle ones after its deadline, which a test's virtual time
    /// reaches at any moment.
    pub(crate) fn unpooled(dialer: StreamConnector) -> Self {
        let mut builder = Client::builder(TokioExecutor::new());
        Self(builder.pool_max_idle_per_host(0).build(Dial(dialer)))
    }

    pub(crate) async fn request(
        &self,
        request: Request<Body>,
    ) -> Result<Response<Incoming>, Error> {
        self.0.request(request).await
    }
}

/// Connects to the plugin whatever the address says.
#[derive(Debug, Clone)]
struct Dial(StreamConnector);

impl tower::Service<Uri> for Dial {
    type Response = Stream;
    type Error = io::Error;
    type Future = BoxFuture<'static, io::Result<Stream>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Uri) -> Self::Future {
        let dialer = self.0.clone();
        async move {
            let connected = tokio::time::timeout(CONNECT_DEADLINE, dialer.connect()).await;
            let late = |_| io::Error::from(io::ErrorKind::TimedOut);
            Ok(Stream(TokioIo::new(connected.map_err(late)??)))
        }
        .boxed()
    }
}

/// A byte stream as hyper's client wants it.
#[derive(Debug)]
struct Stream(TokioIo<BoxedStream>);

impl Connection for Stream {
    fn connected(&self) -> Connected {
        Connected::new()
    }
}

impl Read for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(cx, buffer)
    }
}

impl Write for Stream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }
}
