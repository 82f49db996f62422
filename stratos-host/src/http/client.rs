//! The HTTP client.

use std::fmt;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use axum::body::{Body, Bytes};
use axum::http::{Request, Response, StatusCode};
use hyper::body::{Body as _, Frame, Incoming, SizeHint};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use thiserror::Error;

use crate::http::Connector;

/// The most idle connections that a client keeps. A burst of more requests at once must not keep as many sockets open.
const MAX_IDLE: usize = 64;

/// A client of one HTTP/1.1 server, which keeps idle connections and uses them again. Cheap to clone.
///
/// Written for the proxy: a general client moves each request to the task of its connection and back again.
#[derive(Clone)]
pub(crate) struct HttpClient {
    connector: Connector,
    /// The idle connections; `None` to close a connection after its response.
    idle: Option<Arc<Mutex<Vec<SendRequest<Body>>>>>,
}

/// The reason why a request has no response.
#[derive(Debug, Error)]
pub(crate) enum HttpError {
    #[error("it does not accept connections")]
    Connect(#[from] io::Error),
    #[error(transparent)]
    Exchange(#[from] hyper::Error),
}

/// The body of a response. At its end, the connection is idle again.
pub(crate) struct ResponseBody {
    body: Incoming,
    ended: bool,
    client: HttpClient,
    connection: Option<SendRequest<Body>>,
}

impl HttpClient {
    /// A client that keeps idle connections and uses them again.
    pub(crate) fn pooled(connector: Connector) -> Self {
        Self {
            connector,
            idle: Some(Arc::default()),
        }
    }

    /// A client with a new connection for each request.
    ///
    /// For a server that closes idle connections after a timeout, which passes at any moment in virtual time.
    pub(crate) fn unpooled(connector: Connector) -> Self {
        Self {
            connector,
            idle: None,
        }
    }

    /// Sends a request, whose URI is a path and which has a `Host` header.
    ///
    /// A request that an idle connection did not take, because the server has closed it, is sent on another one.
    pub(crate) async fn request(
        &self,
        mut request: Request<Body>,
    ) -> Result<Response<ResponseBody>, HttpError> {
        while let Some(mut connection) = self.take_idle() {
            match connection.try_send_request(request).await {
                Ok(response) => return Ok(self.respond(response, connection)),
                Err(mut error) => match error.take_message() {
                    Some(unsent) => request = unsent,
                    None => return Err(error.into_error().into()),
                },
            }
        }
        let mut connection = self.connect().await?;
        let response = connection.send_request(request).await?;
        Ok(self.respond(response, connection))
    }

    async fn connect(&self) -> Result<SendRequest<Body>, HttpError> {
        let stream = self.connector.connect().await?;
        let (sender, connection) = handshake(TokioIo::new(stream)).await?;
        // Errors reach the request, or the body of the response.
        tokio::spawn(connection.with_upgrades());
        Ok(sender)
    }

    fn respond(
        &self,
        response: Response<Incoming>,
        connection: SendRequest<Body>,
    ) -> Response<ResponseBody> {
        let is_upgrade = response.status() == StatusCode::SWITCHING_PROTOCOLS;
        response.map(|body| ResponseBody {
            body,
            ended: false,
            client: self.clone(),
            connection: (!is_upgrade).then_some(connection),
        })
    }

    /// Takes the connection that was used last; the server may have closed it.
    fn take_idle(&self) -> Option<SendRequest<Body>> {
        lock(self.idle.as_deref()?).pop()
    }

    fn keep(&self, connection: SendRequest<Body>) {
        let Some(idle) = &self.idle else { return };
        let mut idle = lock(idle);
        if idle.len() >= MAX_IDLE {
            idle.retain(|connection| !connection.is_closed());
        }
        if idle.len() < MAX_IDLE && !connection.is_closed() {
            idle.push(connection);
        }
    }
}

fn lock(idle: &Mutex<Vec<SendRequest<Body>>>) -> MutexGuard<'_, Vec<SendRequest<Body>>> {
    idle.lock().unwrap_or_else(PoisonError::into_inner)
}

impl fmt::Debug for HttpClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpClient")
            .field("connector", &self.connector)
            .finish_non_exhaustive()
    }
}

impl hyper::body::Body for ResponseBody {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let frame = Pin::new(&mut self.body).poll_frame(cx);
        self.ended |= matches!(frame, Poll::Ready(None));
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for ResponseBody {
    fn drop(&mut self) {
        // A connection whose response was not read to its end is closed.
        if let Some(connection) = self.connection.take()
            && (self.ended || self.body.is_end_stream())
        {
            self.client.keep(connection);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use futures_util::future::join_all;
    use http_body_util::BodyExt as _;
    use stratos_transport::listener::memory_listener;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio_util::sync::CancellationToken;

    use super::*;

    const RESPONSE: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

    /// A client and the number of connections that its server has accepted. The server responds to this many requests
    /// on each connection, then closes it.
    fn client(requests: usize) -> (HttpClient, Arc<AtomicUsize>) {
        let (connector, mut listener) = memory_listener(CancellationToken::new());
        let accepted = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&accepted);
        tokio::spawn(async move {
            while let Ok(mut stream) = listener.accept().await {
                count.fetch_add(1, Ordering::Relaxed);
                tokio::spawn(async move {
                    let mut request = [0; 1024];
                    for _ in 0..requests {
                        if !matches!(stream.read(&mut request).await, Ok(1..)) {
                            break;
                        }
                        stream.write_all(RESPONSE).await.unwrap();
                    }
                });
            }
        });
        (HttpClient::pooled(Connector::Stream(connector)), accepted)
    }

    async fn send(client: &HttpClient) -> Response<ResponseBody> {
        let request = Request::get("/").header("host", "x").body(Body::empty());
        client.request(request.unwrap()).await.unwrap()
    }

    #[tokio::test]
    async fn a_connection_is_used_again_once_its_response_was_read() {
        let (client, accepted) = client(usize::MAX);
        for _ in 0..5 {
            let body = send(&client).await.into_body();
            assert_eq!(body.collect().await.unwrap().to_bytes(), "ok");
        }
        assert_eq!(accepted.load(Ordering::Relaxed), 1);
        let unread = send(&client).await;
        assert_eq!(accepted.load(Ordering::Relaxed), 1);
        drop(unread);
        send(&client).await;
        assert_eq!(accepted.load(Ordering::Relaxed), 2);
    }

    #[tokio::test]
    async fn a_request_is_sent_again_if_the_server_has_closed_the_idle_connection() {
        let (client, accepted) = client(1);
        for expected in 1..=5 {
            let body = send(&client).await.into_body();
            assert_eq!(body.collect().await.unwrap().to_bytes(), "ok");
            assert_eq!(accepted.load(Ordering::Relaxed), expected);
        }
    }

    #[tokio::test]
    async fn a_request_does_not_wait_for_the_body_of_another_one_that_was_answered_early() {
        let (client, accepted) = client(usize::MAX);
        let endless =
            Body::from_stream(futures_util::stream::pending::<Result<Bytes, io::Error>>());
        let request = Request::post("/").header("host", "x").body(endless);
        let response = client.request(request.unwrap()).await.unwrap();
        response.into_body().collect().await.unwrap();
        send(&client).await;
        assert_eq!(accepted.load(Ordering::Relaxed), 2);
    }

    #[tokio::test]
    async fn a_burst_of_requests_leaves_a_limited_number_of_idle_connections() {
        let (client, accepted) = client(usize::MAX);
        let burst = MAX_IDLE + 20;
        let responses = join_all((0..burst).map(|_| send(&client))).await;
        assert_eq!(accepted.load(Ordering::Relaxed), burst);
        for response in responses {
            response.into_body().collect().await.unwrap();
        }
        assert_eq!(lock(client.idle.as_deref().unwrap()).len(), MAX_IDLE);
    }
}
