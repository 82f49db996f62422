//! Dispatch of a plugin's requests and notifications to the services.

use std::sync::Arc;

use serde_json::value::RawValue;
use stratos_protocol::RpcError;
use stratos_protocol::limits::{FRAME_BYTES, LOG_LINE_BYTES};
use stratos_protocol::logger::Level;
use stratos_transport::{Handler, PERMITS};
use tracing::trace;

use crate::event::cut;
use crate::services::{Caller, RpcResult};
use crate::session::SessionContext;

/// Bytes per permit: with all permits taken, the shell holds 1 MiB for requests of one plugin.
const PERMIT_BYTES: usize = FRAME_BYTES / PERMITS as usize;

/// Handles the messages of one session.
pub(super) struct ServiceHandler {
    pub(super) caller: Arc<Caller>,
    pub(super) context: SessionContext,
}

impl Handler for ServiceHandler {
    fn permits(&self, method: &str, params: &RawValue) -> u32 {
        let bytes = self.context.services.request_bytes(method, params);
        u32::try_from(bytes.div_ceil(PERMIT_BYTES)).map_or(PERMITS, |permits| permits.min(PERMITS))
    }

    fn keeps_order(&self, method: &str) -> bool {
        self.context.services.keeps_order(method)
    }

    async fn handle_request(&self, method: &str, params: &RawValue) -> RpcResult<Box<RawValue>> {
        trace!(plugin = self.caller.plugin, method, "request of a plugin");
        let services = &self.context.services;
        services.handle_request(&self.caller, method, params).await
    }

    async fn handle_notification(&self, method: &str, params: &RawValue) {
        let SessionContext {
            services, events, ..
        } = &self.context;
        let handled = services.handle_notification(&self.caller, method, params);
        if let Err(RpcError { message, .. }) = handled {
            let text = format!("a `{method}` of the plugin was dropped: {message}");
            let text = cut(text, LOG_LINE_BYTES);
            events.log(&self.caller.plugin, Level::Warn, "shell", text, None);
        }
    }
}
