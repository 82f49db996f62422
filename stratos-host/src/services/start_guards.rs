//! The start guard service: generations that want to be asked before a flight starts.

use std::sync::Arc;

use serde_json::value::RawValue;
use stratos_protocol::Request as _;
use stratos_protocol::method::Empty;
use stratos_protocol::start_guard::{Register, Unregister};
use stratos_transport::rpc;

use crate::services::service::{Caller, Resources, RpcResult, Service};

/// Keeps in each [`Caller`] whether it has start guards.
#[derive(Debug)]
pub(crate) struct StartGuardService;

impl Service for StartGuardService {
    const METHODS: &'static [&'static str] = &[Register::METHOD, Unregister::METHOD];
    const LATER: &'static [stratos_protocol::Service] = &[stratos_protocol::Service::StartGuards];

    fn new(_resources: &Resources) -> Self {
        Self
    }

    async fn handle_request(
        &self,
        caller: &Arc<Caller>,
        method: &str,
        params: &RawValue,
    ) -> RpcResult<Box<RawValue>> {
        match method {
            Register::METHOD => {
                rpc::respond(params, async |Register {}| {
                    caller.set_start_guard(true);
                    Ok(Empty {})
                })
                .await
            }
            _ => {
                rpc::respond(params, async |Unregister {}| {
                    caller.set_start_guard(false);
                    Ok(Empty {})
                })
                .await
            }
        }
    }
}
