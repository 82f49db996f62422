//! The parts of the shell that all plugins and their sessions share.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use crate::config::ShellVersion;
use crate::event::EventBus;
use crate::routing::RoutingTable;
use crate::services::Services;
use crate::session::Session;
use crate::timeouts::TimeoutPolicy;

/// Shared parts of the shell, one instance per shell.
#[derive(Debug)]
pub(crate) struct Runtime {
    pub(crate) events: EventBus,
    pub(crate) services: Services,
    pub(crate) routing: Arc<RoutingTable<Session>>,
    pub(crate) timeouts: TimeoutPolicy,
    pub(crate) version: ShellVersion,
    /// Whether crashed plugins are restarted, with growing delays. The real shell does not (V1).
    pub(crate) supervise: bool,
    /// Cancelled when the shell begins to shut down.
    pub(crate) shutdown: CancellationToken,
}
