//! State of one session, shared by the services of its context.

use std::sync::Arc;

use stratos_protocol::Request;
use stratos_protocol::limits::{ANSWER_TIMEOUT, Limits};
use stratos_transport::{CallError, Peer};
use tokio_util::sync::CancellationToken;

use crate::context::logger::Logger;
use crate::instrument::Instrumentation;

/// Resources of a session for its services: the connection to the shell, the log, and the shutdown signal.
///
/// Each part of a [`PluginContext`](crate::PluginContext) holds one reference, so the reference count tells whether
/// any part of a context is still in use.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) peer: Peer,
    /// Sizes that the shell granted in the handshake.
    pub(crate) limits: Limits,
    pub(crate) logger: Logger,
    pub(crate) instrumentation: Instrumentation,
    /// Cancelled when the session begins to shut down: from then on, the plugin accepts no new HTTP connections.
    pub(crate) shutdown: CancellationToken,
}

impl Shared {
    pub(crate) fn new(
        peer: Peer,
        limits: Limits,
        logger: Logger,
        instrumentation: Instrumentation,
    ) -> Arc<Self> {
        Arc::new(Self {
            peer,
            limits,
            logger,
            instrumentation,
            shutdown: CancellationToken::new(),
        })
    }

    /// Sends a request to the shell and waits for the answer, up to [`ANSWER_TIMEOUT`].
    pub(crate) async fn call<R: Request>(&self, request: &R) -> Result<R::Result, CallError> {
        self.peer.call(request, ANSWER_TIMEOUT).await
    }
}

/// Session over a connection in memory whose other end is returned too, and which nothing drives.
#[cfg(test)]
pub(crate) fn test_shared() -> (Arc<Shared>, stratos_transport::PeerDriver) {
    use stratos_protocol::limits::FRAME_BYTES;
    use stratos_transport::Connection;
    use stratos_transport::stream::memory_pair;

    let (stream, _) = memory_pair();
    let (peer, driver) = Peer::new(Connection::new(Box::new(stream), FRAME_BYTES));
    let (logger, _) = Logger::new();
    let shared = Shared::new(peer, Limits::default(), logger, Instrumentation::default());
    (shared, driver)
}
