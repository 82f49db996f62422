//! State of one session, shared by the services of its context.

use std::time::Duration;

use stratos_protocol::limits::{ANSWER_TIMEOUT, Limits};
use stratos_protocol::{Request, Service};
use stratos_transport::{CallError, Peer};
use tokio_util::sync::CancellationToken;

use crate::context::clock::Clock;
use crate::context::logger::Logger;
use crate::context::plugin_info::PluginInfo;
use crate::context::shell_services::{ServiceError, ShellServices};
use crate::instrument::Instrumentation;
use crate::settings::SettingSpec;

/// Resources of a session for its services: the connection to the shell, the log, and the shutdown signal.
///
/// Each part of a [`PluginContext`](crate::PluginContext) holds one reference, so the reference count tells whether
/// any part of a context is still in use.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) peer: Peer,
    /// Settings that the manifest declares, as far as the plugin knows them.
    pub(crate) settings: &'static [SettingSpec],
    /// Services of later shells that the shell has.
    pub(crate) services: ShellServices,
    /// Whether the shell reports changed config values.
    pub(crate) reports_config_changes: bool,
    /// Sizes that the shell granted in the handshake.
    pub(crate) limits: Limits,
    pub(crate) logger: Logger,
    pub(crate) plugin: PluginInfo,
    pub(crate) clock: Clock,
    pub(crate) instrumentation: Instrumentation,
    /// Cancelled when the session begins to shut down: from then on, the plugin accepts no new HTTP connections.
    pub(crate) shutdown: CancellationToken,
}

impl Shared {
    /// Sends a request to the shell and waits for the answer, up to [`ANSWER_TIMEOUT`].
    pub(crate) async fn call<R: Request>(&self, request: &R) -> Result<R::Result, CallError> {
        self.peer.call(request, ANSWER_TIMEOUT).await
    }

    /// Calls a service that only later shells have; see [`call`](Self::call).
    pub(crate) async fn call_service<R: Request>(
        &self,
        service: Service,
        request: &R,
    ) -> Result<R::Result, ServiceError> {
        self.call_service_within(service, request, ANSWER_TIMEOUT)
            .await
    }

    /// Like [`call_service`](Self::call_service), with another timeout.
    pub(crate) async fn call_service_within<R: Request>(
        &self,
        service: Service,
        request: &R,
        timeout: Duration,
    ) -> Result<R::Result, ServiceError> {
        self.services.check(service)?;
        let answer = self.peer.call(request, timeout).await;
        answer.map_err(|source| ServiceError::Shell { service, source })
    }
}

/// Session over a connection in memory whose other end is returned too, and which nothing drives.
#[cfg(test)]
pub(crate) fn test_shared() -> (std::sync::Arc<Shared>, stratos_transport::PeerDriver) {
    use std::path::PathBuf;
    use std::sync::Arc;

    use stratos_protocol::handshake::Identity;
    use stratos_protocol::limits::FRAME_BYTES;
    use stratos_transport::stream::memory_pair;
    use stratos_transport::{Connection, PluginFolders};

    let (stream, _) = memory_pair();
    let (peer, driver) = Peer::new(Connection::new(Box::new(stream), FRAME_BYTES));
    let (logger, _) = Logger::new();
    let identity = Identity {
        id: "test".to_owned(),
        version: "1.0.0".to_owned(),
    };
    let folders = PluginFolders {
        plugin: PathBuf::new(),
        data: PathBuf::new(),
    };
    let shared = Shared {
        peer,
        settings: &[],
        services: ShellServices::default(),
        reports_config_changes: true,
        limits: Limits::default(),
        logger,
        plugin: PluginInfo::new(identity, folders),
        clock: Clock::default(),
        instrumentation: Instrumentation::default(),
        shutdown: CancellationToken::new(),
    };
    (Arc::new(shared), driver)
}
