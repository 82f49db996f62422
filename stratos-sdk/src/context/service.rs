//! Interface between a session and the services of its context.

use std::sync::Arc;
use std::time::Duration;

use serde_json::value::RawValue;
use stratos_protocol::RpcError;
use stratos_transport::rpc::method_not_found;

use crate::context::shared::Shared;

/// One service of a [`PluginContext`](crate::PluginContext): the handle that plugin authors use, and the part of a
/// session that belongs to it.
///
/// Implementations are listed in the `services!` table of the parent module.
pub(crate) trait ContextService {
    /// Methods of the protocol that [`handle_request`](Self::handle_request) implements.
    const METHODS: &'static [&'static str] = &[];

    fn new(shared: &Arc<Shared>) -> Self;

    /// Answers a request of the shell. Called with one of [`METHODS`](Self::METHODS); requests run concurrently.
    fn handle_request(
        &self,
        method: &str,
        _params: &RawValue,
    ) -> impl Future<Output = Result<Box<RawValue>, RpcError>> + Send {
        let error = method_not_found("plugin", method);
        async { Err(error) }
    }

    /// Waits up to `timeout` for requests in flight, and returns descriptions of those that are not finished by then.
    fn drain(&self, _timeout: Duration) -> impl Future<Output = Vec<String>> + Send {
        async { Vec::new() }
    }

    /// Drops what the plugin has registered. Called once, when the session has ended.
    fn close(&self) {}
}
