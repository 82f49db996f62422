//! A stand-in for an API that a plugin calls: fixed answers, and outages on demand.

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
use tokio::task::{JoinHandle, JoinSet};

use crate::scenario::model::Answer;

/// A server on 127.0.0.1 that is there, or not.
#[derive(Debug)]
pub(super) struct StandIn {
    pub(super) address: SocketAddr,
    script: Arc<Mutex<Script>>,
    /// None while it is gone.
    server: Mutex<Option<JoinHandle<()>>>,
}

/// After a connection that could not be taken.
const PAUSE: Duration = Duration::from_millis(10);

/// What it answers, and how fast.
#[derive(Debug)]
struct Script {
    answers: Vec<Answer>,
    delay: Duration,
}

impl StandIn {
    /// Listens on the port; 0 is any free one, which stays the same from then on.
    pub(super) async fn open(port: u16, answers: Vec<Answer>) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        let script = Arc::new(Mutex::new(Script {
            answers,
            delay: Duration::ZERO,
        }));
        Ok(Self {
            address: listener.local_addr()?,
            server: Mutex::new(Some(tokio::spawn(serve(listener, Arc::clone(&script))))),
            script,
        })
    }

    /// Refuses connections from now on, and cuts those that are open.
    pub(super) async fn gone(&self) {
        let server = self.server().take();
        if let Some(server) = server {
            server.abort();
            // Only then is the listener closed.
            let _ = server.await;
        }
    }

    /// Listens again.
    pub(super) async fn back(&self) -> io::Result<()> {
        if self.server().is_none() {
            let listener = TcpListener::bind(self.address).await?;
            let server = serve(listener, Arc::clone(&self.script));
            *self.server() = Some(tokio::spawn(server));
        }
        Ok(())
    }

    /// Takes so long for each answer from now on.
    pub(super) fn slow(&self, delay: Duration) {
        lock(&self.script).delay = delay;
    }

    /// Gives this answer on its path from now on.
    pub(super) fn answers(&self, answer: Answer) {
        let mut script = lock(&self.script);
        script.answers.retain(|before| before.path != answer.path);
        script.answers.push(answer);
    }

    fn server(&self) -> MutexGuard<'_, Option<JoinHandle<()>>> {
        self.server.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for StandIn {
    fn drop(&mut self) {
        if let Some(server) = self.server().take() {
            server.abort();
        }
    }
}

/// All connections end with this future.
async fn serve(listener: TcpListener, script: Arc<Mutex<Script>>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                let Ok((stream, _)) = accepted else {
                    // Whoever knocked has gone already, or this process has too much open.
                    tokio::time::sleep(PAUSE).await;
                    continue;
                };
                let script = Arc::clone(&script);
                let service = service_fn(move |request| answer(Arc::clone(&script), request));
                let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
                connections.spawn(connection);
            }
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn answer(
    script: Arc<Mutex<Script>>,
    request: Request<Incoming>,
) -> Result<Response<Body>, Infallible> {
    let delay = lock(&script).delay;
    if !delay.is_zero() {
        tokio::time::sleep(delay).await;
    }
    let path = request.uri().path();
    let answers = &lock(&script).answers;
    let found = answers.iter().find(|answer| answer.path == path);
    Ok(match found {
        Some(answer) => response(answer.status, &answer.body),
        None => response(404, &Value::String(format!("nothing stands for {path}\n"))),
    })
}

fn response(status: u16, body: &Value) -> Response<Body> {
    let (kind, text) = match body {
        Value::String(text) => ("text/plain; charset=utf-8", text.clone()),
        other => ("application/json", other.to_string()),
    };
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = StatusCode::from_u16(status).expect("the parser takes no other");
    let kind = HeaderValue::from_static(kind);
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response
}

fn lock(script: &Mutex<Script>) -> MutexGuard<'_, Script> {
    script.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn who_comes_back_is_as_slow_as_before() {
        let stand_in = StandIn::open(0, Vec::new()).await.unwrap();
        let delay = Duration::from_secs(3);
        stand_in.slow(delay);
        stand_in.gone().await;
        stand_in.back().await.unwrap();
        assert_eq!(lock(&stand_in.script).delay, delay);
    }
}
