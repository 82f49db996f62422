//! The way into a shell that has no port, for the process that it runs in.

use std::fmt;
use std::future;
use std::io;

use axum::body::Body;
use axum::http::{Request, Response};
use axum::serve::Listener;
use stratos_transport::BoxedStream;
use stratos_transport::listener::{StreamConnector, StreamListener, memory_listener};
use thiserror::Error;

use crate::events::Events;
use crate::journal::Entry;
use crate::server::Upstream;

/// Opens connections to a shell's server as a browser does over the port. Cheap to clone.
#[derive(Clone)]
pub struct Door {
    dialer: StreamConnector,
    client: Upstream,
    events: Events,
}

/// The server did not answer a request.
#[derive(Debug, Error)]
#[error("the shell's server did not answer")]
pub struct DoorError(#[source] Box<dyn std::error::Error + Send + Sync>);

impl Door {
    pub(crate) fn new(events: Events) -> (Self, MemoryListener) {
        let (dialer, incoming) = memory_listener();
        let door = Self {
            client: Upstream::unpooled(dialer.clone()),
            dialer,
            events,
        };
        (door, MemoryListener(incoming))
    }

    /// Sends a request with an absolute URI; it becomes the `Host` header where there is none.
    ///
    /// The answer's body streams.
    ///
    /// # Errors
    ///
    /// When the connection ends before the answer's head.
    pub async fn request(&self, request: Request<Body>) -> Result<Response<Body>, DoorError> {
        let target = request.uri().path_and_query();
        let target = target.map_or("/", |target| target.as_str());
        let named = format!("{} {target}", request.method());
        self.events.record(|| Entry::Request {
            request: named.clone(),
        });
        let answer = self.client.request(request).await;
        self.events.record(|| Entry::Response {
            request: named,
            status: answer.as_ref().ok().map(|answer| answer.status().as_u16()),
        });
        match answer {
            Ok(answer) => Ok(answer.map(Body::new)),
            Err(error) => Err(DoorError(error.into())),
        }
    }

    /// One connection as bytes, for what is no plain request: a WebSocket, say.
    ///
    /// # Errors
    ///
    /// When the shell is gone.
    pub async fn connect(&self) -> io::Result<BoxedStream> {
        self.dialer.connect().await
    }
}

/// The server's end of a [`Door`].
pub(crate) struct MemoryListener(StreamListener);

impl Listener for MemoryListener {
    type Io = BoxedStream;
    type Addr = ();

    async fn accept(&mut self) -> (BoxedStream, ()) {
        match self.0.accept().await {
            Ok(stream) => (stream, ()),
            // Nobody is left to knock; the shell's end stops the wait.
            Err(_) => future::pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<()> {
        Ok(())
    }
}

impl fmt::Debug for Door {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Door").finish_non_exhaustive()
    }
}
