//! The server service: route prefixes of plugins on the shell's HTTP server.

use std::sync::Arc;

use serde_json::value::RawValue;
use stratos_protocol::method::Empty;
use stratos_protocol::server::{Register, check_prefix};
use stratos_protocol::{ErrorCode, Request as _, RpcError};
use stratos_transport::rpc;

use crate::routing::{ClaimError, PrefixRegistry};
use crate::services::service::{Caller, Resources, RpcResult, Service};

/// Registers route prefixes. The [routing table](crate::routing) frees them when a generation is replaced or stops.
#[derive(Debug)]
pub(crate) struct ServerService {
    prefixes: Arc<dyn PrefixRegistry>,
}

impl Service for ServerService {
    const METHODS: &'static [&'static str] = &[Register::METHOD];

    fn new(resources: &Resources) -> Self {
        Self {
            prefixes: Arc::clone(&resources.prefixes),
        }
    }

    async fn handle_request(
        &self,
        caller: &Arc<Caller>,
        _method: &str,
        params: &RawValue,
    ) -> RpcResult<Box<RawValue>> {
        rpc::respond(params, async |register| self.register(caller, register)).await
    }
}

impl ServerService {
    fn register(&self, caller: &Caller, register: Register) -> RpcResult<Empty> {
        let Register { prefix, routes } = register;
        caller.check_may_write()?;
        check_prefix(&prefix).map_err(|error| rpc::invalid_params(&error))?;
        let claimed = self
            .prefixes
            .claim(&caller.plugin, caller.generation, &prefix, routes);
        claimed.map_err(|error| {
            let code = match error {
                ClaimError::Taken { .. } => ErrorCode::PrefixTaken,
                ClaimError::TooMany => ErrorCode::TooLarge,
            };
            RpcError::new(code, error.to_string())
        })?;
        Ok(Empty {})
    }
}
