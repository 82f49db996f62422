//! The flight service: what plugins ask about the flight, and what they subscribe to.

use std::sync::Arc;

use serde_json::value::RawValue;
use stratos_protocol::Request as _;
use stratos_protocol::flight::{
    GetLandingReport, GetPhase, GetSnapshot, GetState, Subscribe, Unsubscribe,
};
use stratos_protocol::method::Empty;
use stratos_transport::rpc;

use crate::flight::FlightHub;
use crate::services::service::{Caller, Resources, RpcResult, Service};

/// The state of the flight, for plugins and for whoever flies it.
#[derive(Debug)]
pub(crate) struct FlightService {
    pub(crate) hub: FlightHub,
}

impl Service for FlightService {
    const METHODS: &'static [&'static str] = &[
        GetState::METHOD,
        GetPhase::METHOD,
        GetSnapshot::METHOD,
        GetLandingReport::METHOD,
        Subscribe::METHOD,
        Unsubscribe::METHOD,
    ];
    const LATER: &'static [stratos_protocol::Service] = &[stratos_protocol::Service::Flight];

    fn new(_resources: &Resources) -> Self {
        Self {
            hub: FlightHub::default(),
        }
    }

    async fn handle_request(
        &self,
        caller: &Arc<Caller>,
        method: &str,
        params: &RawValue,
    ) -> RpcResult<Box<RawValue>> {
        let Caller {
            plugin, generation, ..
        } = &**caller;
        match method {
            GetState::METHOD => {
                rpc::respond(params, async |GetState {}| Ok(self.hub.state())).await
            }
            GetPhase::METHOD => {
                rpc::respond(params, async |GetPhase {}| Ok(self.hub.phase())).await
            }
            GetSnapshot::METHOD => {
                rpc::respond(params, async |GetSnapshot {}| Ok(self.hub.snapshot())).await
            }
            GetLandingReport::METHOD => {
                rpc::respond(params, async |GetLandingReport {}| {
                    Ok(self.hub.landing_report())
                })
                .await
            }
            Subscribe::METHOD => {
                rpc::respond(params, async |Subscribe { topic }| {
                    self.hub.subscribe(plugin, *generation, topic);
                    Ok(Empty {})
                })
                .await
            }
            _ => {
                rpc::respond(params, async |Unsubscribe { topic }| {
                    self.hub.unsubscribe(plugin, *generation, topic);
                    Ok(Empty {})
                })
                .await
            }
        }
    }

    fn session_ended(&self, caller: &Caller) {
        self.hub.detach(&caller.plugin, caller.generation);
    }
}
