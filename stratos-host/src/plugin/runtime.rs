//! The parts of the shell that all plugins share.

use std::ops::Deref;
use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use crate::flight_manager::FlightManager;
use crate::routing::RoutingTable;
use crate::session::{Session, SessionContext};

/// Parts of the shell that all plugins share, one instance per shell.
#[derive(Debug)]
pub(crate) struct Runtime {
    /// Events, services and timeouts, to which the runtime dereferences.
    pub(crate) session_context: SessionContext,
    pub(crate) routing: Arc<RoutingTable<Session>>,
    /// Creates and flies the flight.
    pub(crate) flights: Arc<FlightManager>,
    /// Whether crashed plugins are restarted, with growing delays. The real shell does not (V1).
    pub(crate) supervise: bool,
    /// Cancelled when the shell begins to shut down.
    pub(crate) shutdown: CancellationToken,
}

impl Deref for Runtime {
    type Target = SessionContext;

    fn deref(&self) -> &SessionContext {
        &self.session_context
    }
}
