//! The start guard service: which generations want to be asked before a flight starts.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::value::RawValue;
use stratos_protocol::Request as _;
use stratos_protocol::method::Empty;
use stratos_protocol::start_guard::{Register, Unregister};
use stratos_transport::rpc;

use crate::services::service::{Caller, Resources, RpcResult, Service};

/// The generations that have start guards, as plugin id and number.
#[derive(Debug)]
pub(crate) struct StartGuardService {
    registered: Mutex<HashSet<(String, u64)>>,
}

impl Service for StartGuardService {
    const METHODS: &'static [&'static str] = &[Register::METHOD, Unregister::METHOD];
    const LATER: &'static [stratos_protocol::Service] = &[stratos_protocol::Service::StartGuards];

    fn new(_resources: &Resources) -> Self {
        Self {
            registered: Mutex::default(),
        }
    }

    async fn handle_request(
        &self,
        caller: &Arc<Caller>,
        method: &str,
        params: &RawValue,
    ) -> RpcResult<Box<RawValue>> {
        let key = (caller.plugin.clone(), caller.generation);
        match method {
            Register::METHOD => {
                rpc::respond(params, async |Register {}| {
                    self.lock().insert(key);
                    Ok(Empty {})
                })
                .await
            }
            _ => {
                rpc::respond(params, async |Unregister {}| {
                    self.lock().remove(&key);
                    Ok(Empty {})
                })
                .await
            }
        }
    }

    fn session_ended(&self, caller: &Caller) {
        self.lock()
            .remove(&(caller.plugin.clone(), caller.generation));
    }
}

impl StartGuardService {
    /// Whether this generation has start guards.
    pub(crate) fn has(&self, caller: &Caller) -> bool {
        self.lock()
            .contains(&(caller.plugin.clone(), caller.generation))
    }

    fn lock(&self) -> MutexGuard<'_, HashSet<(String, u64)>> {
        self.registered
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}
