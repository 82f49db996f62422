//! The accept loop of the shell's HTTP server, with its limits on connections and on the time for a request's head.

use std::convert::Infallible;
use std::io;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use axum::body::Body;
use axum::http::Request;
use axum::response::Response;
use axum::serve::Listener;
use hyper::body::Incoming;
use hyper::server::conn::http1::Builder;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::sync::Semaphore;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::debug;

use crate::server::counted_stream::CountedStream;
use crate::server::guarded_body::GuardedBody;
use crate::server::idle_connections::{Connection, IdleConnections};

/// The upper bound on open connections, WebSockets included.
const MAX_CONNECTIONS: usize = 1024;
/// The limit where this process may open few files.
#[cfg(unix)]
const MIN_CONNECTIONS: usize = 16;
/// The largest head of a request, in bytes: request line and headers.
const MAX_HEADER_BYTES: usize = 32 * 1024;
/// The most header lines of a request.
const MAX_HEADERS: usize = 100;
/// Timeout for the head of a connection's next request, and so the longest time that a connection may be idle.
const HEADER_READ_TIMEOUT: Duration = Duration::from_secs(10);
/// Timeout for sending [`TOO_MANY_CONNECTIONS`].
const REJECT_TIMEOUT: Duration = Duration::from_millis(100);
/// Timeout for responses in progress after the server was told to shut down.
const GRACEFUL_SHUTDOWN_TIMEOUT: Duration = Duration::from_millis(150);
/// The response to a connection above the limit.
const TOO_MANY_CONNECTIONS: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\n\
    content-type: application/json\r\nconnection: close\r\ncache-control: no-store\r\n\r\n\
    {\"error\":\"too many connections are open: close some, or wait until their responses end\",\
    \"code\":\"request-refused\"}";

/// Accepts connections until `shutdown` is cancelled, then waits for the open ones to end.
///
/// `respond` responds to each request.
pub(crate) async fn serve<L, R, F>(mut listener: L, respond: R, shutdown: CancellationToken)
where
    L: Listener,
    R: Fn(Request<Body>) -> F + Clone + Send + 'static,
    F: Future<Output = Response> + Send + 'static,
{
    let permits = Arc::new(Semaphore::new(connection_limit()));
    let connections = TaskTracker::new();
    let idle = IdleConnections::default();
    loop {
        let mut stream = tokio::select! {
            (stream, _) = listener.accept() => stream,
            () = shutdown.cancelled() => break,
        };
        let permit = match Arc::clone(&permits).try_acquire_owned() {
            Ok(permit) => Some(permit),
            Err(_) => idle.close_oldest(&permits).await,
        };
        match permit {
            Some(permit) => {
                let stream = CountedStream::new(stream, permit);
                let serve = serve_connection(stream, respond.clone(), idle.add(), shutdown.clone());
                connections.spawn(serve);
            }
            None => {
                debug!("connection above the limit rejected");
                // A client that does not read the response in time is disconnected without it.
                let _ = timeout(REJECT_TIMEOUT, reject(&mut stream)).await;
            }
        }
    }
    // Connections in the backlog are refused instead of left waiting.
    drop(listener);
    connections.close();
    connections.wait().await;
}

/// Serves one connection until it is closed or upgraded to another protocol.
async fn serve_connection<S, R, F>(
    stream: S,
    respond: R,
    state: Arc<Connection>,
    shutdown: CancellationToken,
) where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    R: Fn(Request<Body>) -> F,
    F: Future<Output = Response>,
{
    let requests = Arc::clone(&state);
    let service = service_fn(move |request: Request<Incoming>| {
        let in_progress = requests.begin_request();
        let response = respond(request.map(Body::new));
        async {
            let response = response.await;
            Ok::<_, Infallible>(response.map(|body| GuardedBody::new(body, in_progress)))
        }
    });
    let connection = Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_READ_TIMEOUT)
        .max_header_size(MAX_HEADER_BYTES)
        .max_headers(MAX_HEADERS)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    let mut connection = std::pin::pin!(connection);
    tokio::select! {
        // A request that has arrived is handled before the connection closes.
        biased;
        // An error here comes from the client, which hyper has answered if that was possible.
        _ = connection.as_mut() => return,
        () = state.closed() => {
            // hyper would wait for the rest of the first request.
            if !state.is_used() {
                return;
            }
            // Closes an idle connection at once, and another one after its response.
            connection.as_mut().graceful_shutdown();
            tokio::select! {
                _ = connection.as_mut() => return,
                () = shutdown.cancelled() => {}
            }
        }
        () = shutdown.cancelled() => connection.as_mut().graceful_shutdown(),
    }
    // Responses that take longer are cut off.
    let _ = timeout(GRACEFUL_SHUTDOWN_TIMEOUT, connection).await;
}

/// Responds to the first request, so that a client that has not sent it yet does not take the response for an error.
async fn reject(stream: &mut (impl AsyncRead + AsyncWrite + Unpin)) -> io::Result<()> {
    let _ = stream.read(&mut [0; 1024]).await?;
    stream.write_all(TOO_MANY_CONNECTIONS).await?;
    stream.shutdown().await
}

/// The most open connections of this process, by its limit on open files.
fn connection_limit() -> usize {
    static LIMIT: OnceLock<usize> = OnceLock::new();
    *LIMIT.get_or_init(|| {
        #[cfg(unix)]
        {
            use rustix::process::{Resource, getrlimit};

            limit_by_descriptors(getrlimit(Resource::Nofile).current)
        }
        #[cfg(not(unix))]
        MAX_CONNECTIONS
    })
}

/// [`MAX_CONNECTIONS`], or a quarter of the file descriptors that this process may open if that is less. A request to a
/// plugin needs two descriptors, and the rest of the shell needs some as well.
#[cfg(unix)]
fn limit_by_descriptors(descriptors: Option<u64>) -> usize {
    let descriptors = descriptors.and_then(|number| usize::try_from(number).ok());
    descriptors.map_or(MAX_CONNECTIONS, |number| {
        (number / 4).clamp(MIN_CONNECTIONS, MAX_CONNECTIONS)
    })
}

#[cfg(test)]
mod tests {
    use axum::body::Bytes;
    use axum::response::IntoResponse as _;
    use futures_util::stream::pending;
    use stratos_transport::BoxedStream;

    use super::*;
    use crate::event::EventBus;
    use crate::http::InProcessClient;

    fn start_server() -> InProcessClient {
        let (client, listener) = InProcessClient::in_memory(2066, EventBus::default());
        let respond = async |request: Request<Body>| match request.uri().path() {
            "/endless" => Body::from_stream(pending::<io::Result<Bytes>>()).into_response(),
            "/large" => vec![b'x'; 1 << 20].into_response(),
            _ => "hello".into_response(),
        };
        tokio::spawn(serve(listener, respond, CancellationToken::new()));
        client
    }

    /// Reads until the server closes the connection; `None` if it does not within an hour.
    async fn read_to_end(stream: &mut BoxedStream) -> Option<String> {
        let mut text = String::new();
        let read = timeout(Duration::from_secs(3600), stream.read_to_string(&mut text));
        read.await.ok()?.ok()?;
        Some(text)
    }

    #[cfg(unix)]
    #[test]
    fn the_limit_follows_from_the_number_of_file_descriptors() {
        for (descriptors, connections) in [
            (Some(16), 16),
            (Some(64), 16),
            (Some(1000), 250),
            (Some(1_000_000), 1024),
            (Some(u64::MAX), 1024),
            (None, 1024),
        ] {
            let limit = limit_by_descriptors(descriptors);
            assert_eq!(limit, connections, "{descriptors:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn slow_request_heads_and_idle_connections_are_closed() {
        let server = start_server();
        for part in ["", "GET", "GET / HTTP/1.1\r\nhost: x\r\n"] {
            let mut stream = server.connect().await.unwrap();
            stream.write_all(part.as_bytes()).await.unwrap();
            assert_eq!(
                read_to_end(&mut stream).await,
                Some(String::new()),
                "{part:?}"
            );
        }
        let mut idle = server.connect().await.unwrap();
        idle.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n")
            .await
            .unwrap();
        let response = read_to_end(&mut idle).await.expect("idle connection");
        assert!(response.ends_with("hello"), "{response}");
    }

    #[tokio::test(start_paused = true)]
    async fn connections_above_the_limit_get_503() {
        let server = start_server();
        let mut open = Vec::new();
        for _ in 0..=MAX_CONNECTIONS {
            let mut stream = server.connect().await.unwrap();
            stream.write_all(ENDLESS).await.unwrap();
            let mut first = [0; 12];
            stream.read_exact(&mut first).await.unwrap();
            if &first == b"HTTP/1.1 503" {
                assert!(open.len() >= 16);
                // Closed connections make room for new ones.
                open.clear();
                assert!(is_served(&server).await);
                return;
            }
            open.push(stream);
        }
        panic!("{} connections at once", open.len());
    }

    #[tokio::test(start_paused = true)]
    async fn connections_without_a_request_make_room_for_new_ones() {
        let server = start_server();
        let mut open = Vec::new();
        for _ in 0..=MAX_CONNECTIONS {
            open.push(server.connect().await.unwrap());
        }
        assert!(is_served(&server).await);
    }

    #[tokio::test(start_paused = true)]
    async fn an_incomplete_first_request_makes_room_for_new_connections() {
        let server = start_server();
        let mut open = Vec::new();
        for _ in 0..connection_limit() {
            let mut stream = server.connect().await.unwrap();
            stream.write_all(b"GET / HTTP/1.1\r\n").await.unwrap();
            open.push(stream);
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
        assert!(is_served(&server).await);
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_does_not_read_keeps_no_other_connection_open() {
        let server = start_server();
        let mut open = Vec::new();
        for number in 0..connection_limit() {
            let mut stream = server.connect().await.unwrap();
            let path = if number == 0 { "large" } else { "" };
            let request = format!("GET /{path} HTTP/1.1\r\nhost: x\r\n\r\n");
            stream.write_all(request.as_bytes()).await.unwrap();
            let mut first = [0; 12];
            stream.read_exact(&mut first).await.unwrap();
            assert_eq!(&first, b"HTTP/1.1 200");
            open.push(stream);
        }
        assert!(is_served(&server).await);
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_that_begins_while_its_connection_closes_is_not_cut_off() {
        let idle = IdleConnections::default();
        let state = idle.add();
        let closing = Arc::clone(&state);
        let respond = move |_| {
            let (idle, closing) = (idle.clone(), Arc::clone(&closing));
            async move {
                // As if the connection had been idle until now.
                drop(closing.begin_request());
                idle.close_oldest(&Arc::new(Semaphore::new(0))).await;
                "hello".into_response()
            }
        };
        let (mut client, server) = tokio::io::duplex(1024);
        tokio::spawn(serve_connection(
            server,
            respond,
            state,
            CancellationToken::new(),
        ));
        client
            .write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n")
            .await
            .unwrap();
        let mut response = String::new();
        client.read_to_string(&mut response).await.unwrap();
        assert!(response.contains("connection: close"), "{response}");
        assert!(response.ends_with("hello"), "{response}");
    }

    const ENDLESS: &[u8] = b"GET /endless HTTP/1.1\r\nhost: x\r\n\r\n";

    async fn is_served(server: &InProcessClient) -> bool {
        let mut stream = server.connect().await.unwrap();
        stream.write_all(b"GET / HTTP/1.0\r\n\r\n").await.unwrap();
        read_to_end(&mut stream).await.unwrap().contains("200 OK")
    }
}
