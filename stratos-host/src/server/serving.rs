//! Connections to the shell's server: how many, and how long they may take.

use std::io;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use axum::serve::Listener;
use hyper::body::Incoming;
use hyper::server::conn::http1::Builder;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use stratos_transport::guard::Guard;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt as _};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt as _;

use crate::server::wire::{Verdict, Wire};

/// The most connections at once, WebSockets included.
const CONNECTIONS: usize = 1024;
/// How long a connection may take to send the head of its next request, and so how long it may be idle.
const HEAD_DEADLINE: Duration = Duration::from_secs(10);
/// How long a connection too many may take to read that it is.
const FAREWELL_DEADLINE: Duration = Duration::from_millis(100);
/// How long answers may take that the shell's end meets on their way.
const LAST_ANSWER: Duration = Duration::from_millis(150);
const TOO_MANY: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\n\
    content-type: application/json\r\nconnection: close\r\ncache-control: no-store\r\n\r\n\
    {\"error\":\"too many connections are open: close some, or wait until idle ones end\"}";

/// Serves until the shell ends; connections that are still open then end with it.
pub(crate) async fn serve<L: Listener>(mut listener: L, app: Router, ending: CancellationToken) {
    let places = Arc::new(Semaphore::new(connections()));
    let open = TaskTracker::new();
    loop {
        let mut stream = tokio::select! {
            (stream, _) = listener.accept() => stream,
            () = ending.cancelled() => break,
        };
        match Arc::clone(&places).try_acquire_owned() {
            Ok(place) => {
                open.spawn(talk(stream, place, app.clone(), ending.clone()));
            }
            Err(_) => {
                // It has been told, or does not listen.
                let _ = timeout(FAREWELL_DEADLINE, turn_away(&mut stream)).await;
            }
        }
    }
    // Nobody waits for an answer that will not come.
    drop(listener);
    open.close();
    open.wait().await;
}

/// One connection, until it ends or becomes another protocol.
async fn talk(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    place: OwnedSemaphorePermit,
    app: Router,
    ending: CancellationToken,
) {
    let verdict = Verdict::default();
    let wire = Wire::new(stream, place, verdict.clone());
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(verdict.clone());
        app.clone().oneshot(request.map(Body::new))
    });
    let deadline = Guard::HeadDeadline.is_on().then_some(HEAD_DEADLINE);
    let connection = Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(deadline)
        .serve_connection(TokioIo::new(wire), service)
        .with_upgrades();
    let mut connection = std::pin::pin!(connection);
    tokio::select! {
        // What went wrong is the other side's doing, and nobody is left to be told.
        _ = connection.as_mut() => return,
        () = ending.cancelled() => connection.as_mut().graceful_shutdown(),
    }
    // What does not come to its end is cut.
    let _ = timeout(LAST_ANSWER, connection).await;
}

async fn turn_away(stream: &mut (impl AsyncWrite + Unpin)) -> io::Result<()> {
    stream.write_all(TOO_MANY).await?;
    stream.shutdown().await
}

/// As many connections as there may be: a part of what the system lets this process open, since a request to a plugin
/// needs two descriptors, and the rest of the shell some as well.
fn connections() -> usize {
    static LIMIT: OnceLock<usize> = OnceLock::new();
    *LIMIT.get_or_init(|| {
        if !Guard::Connections.is_on() {
            return Semaphore::MAX_PERMITS;
        }
        #[cfg(unix)]
        {
            use rustix::process::{Resource, getrlimit};

            let open = getrlimit(Resource::Nofile).current;
            let open = open.and_then(|open| usize::try_from(open).ok());
            open.map_or(CONNECTIONS, |open| CONNECTIONS.min((open / 4).max(16)))
        }
        #[cfg(not(unix))]
        CONNECTIONS
    })
}

#[cfg(test)]
mod tests {
    use axum::routing::get;
    use stratos_transport::BoxedStream;
    use tokio::io::AsyncReadExt as _;

    use super::*;
    use crate::events::Events;
    use crate::server::Door;

    fn serving() -> Door {
        let (door, listener) = Door::new(Events::default());
        let app = Router::new().route("/", get(async || "here"));
        tokio::spawn(serve(listener, app, CancellationToken::new()));
        door
    }

    /// What comes until the server hangs up, if it does within an hour.
    async fn rest(stream: &mut BoxedStream) -> Option<String> {
        let mut said = String::new();
        let read = timeout(Duration::from_secs(3600), stream.read_to_string(&mut said));
        read.await.ok()?.ok()?;
        Some(said)
    }

    #[tokio::test(start_paused = true)]
    async fn a_head_has_a_deadline() {
        let door = serving();
        for part in ["", "GET", "GET / HTTP/1.1\r\nhost: x\r\n"] {
            let mut stream = door.connect().await.unwrap();
            stream.write_all(part.as_bytes()).await.unwrap();
            assert_eq!(rest(&mut stream).await, Some(String::new()), "{part:?}");
        }
        let mut idle = door.connect().await.unwrap();
        idle.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n")
            .await
            .unwrap();
        let answer = rest(&mut idle).await.expect("it is cut");
        assert!(answer.ends_with("here"), "{answer}");
    }

    #[tokio::test(start_paused = true)]
    async fn the_number_of_connections_is_bounded() {
        let door = serving();
        let mut open = Vec::new();
        let limit = CONNECTIONS + 1;
        for number in 1..=limit {
            let mut stream = door.connect().await.unwrap();
            // It is told without having asked.
            let mut first = [0; 12];
            if let Ok(read) = timeout(Duration::from_millis(1), stream.read_exact(&mut first)).await
            {
                read.unwrap();
                assert_eq!(&first, b"HTTP/1.1 503");
                assert!(number > 16);
                // A place becomes free.
                open.clear();
                let mut next = door.connect().await.unwrap();
                next.write_all(b"GET / HTTP/1.0\r\n\r\n").await.unwrap();
                assert!(rest(&mut next).await.unwrap().contains("200 OK"));
                return;
            }
            open.push(stream);
        }
        panic!("{limit} connections at once");
    }
}
