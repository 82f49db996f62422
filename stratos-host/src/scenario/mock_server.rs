//! A mock server: fixed responses, delays, and outages on demand.

use std::convert::Infallible;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderValue, Request, Response, StatusCode, header};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_util::task::AbortOnDropHandle;

use crate::scenario::mock_server_config::MockResponse;

/// Pause after a connection could not be accepted, for example because too many files are open.
const ACCEPT_PAUSE: Duration = Duration::from_millis(10);

/// An HTTP server on 127.0.0.1.
#[derive(Debug)]
pub(super) struct MockServer {
    pub(super) address: SocketAddr,
    behavior: Arc<Mutex<Behavior>>,
    /// Task that accepts connections; `None` while the server is stopped.
    task: Mutex<Option<AbortOnDropHandle<()>>>,
}

#[derive(Debug)]
struct Behavior {
    responses: Vec<MockResponse>,
    /// Delay of every response.
    delay: Duration,
}

impl MockServer {
    /// Starts a server on a port; 0 selects a free one, which the server keeps when it is started again.
    pub(super) async fn start(port: u16, responses: Vec<MockResponse>) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        let behavior = Arc::new(Mutex::new(Behavior {
            responses,
            delay: Duration::ZERO,
        }));
        Ok(Self {
            address: listener.local_addr()?,
            task: Mutex::new(Some(spawn_server(listener, &behavior))),
            behavior,
        })
    }

    /// Stops the server: closes its listener and all connections.
    pub(super) async fn stop(&self) {
        let task = lock(&self.task).take();
        if let Some(task) = task {
            task.abort();
            // The listener is closed when the task has ended.
            let _ = task.await;
        }
    }

    /// Starts a stopped server again, on the same port and with the same delay.
    pub(super) async fn restart(&self) -> io::Result<()> {
        if lock(&self.task).is_none() {
            let listener = TcpListener::bind(self.address).await?;
            *lock(&self.task) = Some(spawn_server(listener, &self.behavior));
        }
        Ok(())
    }

    /// Delays every response from now on.
    pub(super) fn set_delay(&self, delay: Duration) {
        lock(&self.behavior).delay = delay;
    }

    /// Replaces the response for a path.
    pub(super) fn set_response(&self, response: MockResponse) {
        let responses = &mut lock(&self.behavior).responses;
        responses.retain(|other| other.path != response.path);
        responses.push(response);
    }
}

fn spawn_server(listener: TcpListener, behavior: &Arc<Mutex<Behavior>>) -> AbortOnDropHandle<()> {
    AbortOnDropHandle::new(tokio::spawn(serve(listener, Arc::clone(behavior))))
}

/// Accepts connections and serves them. They are closed when this future is dropped.
async fn serve(listener: TcpListener, behavior: Arc<Mutex<Behavior>>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                let Ok((stream, _)) = accepted else {
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                    continue;
                };
                let behavior = Arc::clone(&behavior);
                let service = service_fn(move |request| respond(Arc::clone(&behavior), request));
                let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
                connections.spawn(connection);
            }
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn respond(
    behavior: Arc<Mutex<Behavior>>,
    request: Request<Incoming>,
) -> Result<Response<Body>, Infallible> {
    let delay = lock(&behavior).delay;
    if !delay.is_zero() {
        tokio::time::sleep(delay).await;
    }
    let path = request.uri().path();
    let responses = &lock(&behavior).responses;
    let found = responses.iter().find(|response| response.path == path);
    Ok(match found {
        Some(found) => response(found.status, &found.body),
        None => response(
            404,
            &Value::String(format!("no answer is set for {path}\n")),
        ),
    })
}

fn response(status: u16, body: &Value) -> Response<Body> {
    let (kind, text) = match body {
        Value::String(text) => ("text/plain; charset=utf-8", text.clone()),
        other => ("application/json", other.to_string()),
    };
    let mut response = Response::new(Body::from(text));
    *response.status_mut() =
        StatusCode::from_u16(status).expect("the parser has checked the range");
    let kind = HeaderValue::from_static(kind);
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_restarted_server_keeps_its_delay() {
        let server = MockServer::start(0, Vec::new()).await.unwrap();
        let delay = Duration::from_secs(3);
        server.set_delay(delay);
        server.stop().await;
        server.restart().await.unwrap();
        assert_eq!(lock(&server.behavior).delay, delay);
    }
}
