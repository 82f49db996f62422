//! Follows the flight: fills the queue by phases, holds it during a pause, and clears it at the end.

use std::sync::Arc;
use std::time::SystemTime;

use stratos::PluginContext;
use stratos::context::ServiceError;
use stratos::flight::{FlightEvents, FlightState, FlightStatus};

use crate::queue::Queue;
use crate::script::Script;

/// Ways to join a flight that is under way when the plugin starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Attach {
    /// Makes the announcement of the present phase, but none of earlier ones.
    AnnouncePhase,
    /// An earlier version of the plugin has made it.
    Silently,
}

/// Fills the queue by phases. Made while the plugin starts, so that no phase is missed afterwards.
///
/// Updates of the flight's state are the only stream: they tell of phases, pauses and the end in their order.
#[derive(Debug)]
pub(crate) struct FlightWatch {
    queue: Arc<Queue>,
    updates: FlightEvents<FlightState>,
    /// Start of the present flight, which tells it from the next one; `None` without a flight.
    flight: Option<Option<SystemTime>>,
    script: Script,
}

impl FlightWatch {
    /// Subscribes to the flight, and joins one that is under way.
    pub(crate) async fn attach(
        ctx: &PluginContext,
        queue: Arc<Queue>,
        attach: Attach,
    ) -> Result<Self, ServiceError> {
        // Streams begin when they are opened. So the state is read afterwards: a change in between is seen twice, which
        // does no harm, and not missed.
        let updates = ctx.flight.updates().await?;
        let state = ctx.flight.state().await?;
        let flight = state.flight.as_ref();
        let mut script = Script::default();
        if let Some(phase) = flight.and_then(|flight| flight.current_phase.as_ref()) {
            script = Script::joining(phase);
            if attach == Attach::Silently {
                _ = script.enter(phase);
            }
        }
        let mut watch = Self {
            queue,
            updates,
            flight: flight.map(|flight| flight.started_at),
            script,
        };
        watch.update(ctx, &state);
        Ok(watch)
    }

    /// Follows the flight until the plugin ends.
    pub(crate) async fn follow(mut self, ctx: PluginContext) {
        while let Some(state) = self.updates.next().await {
            self.update(&ctx, &state);
        }
    }

    fn update(&mut self, ctx: &PluginContext, state: &FlightState) {
        let flight = state.flight.as_ref();
        let started_at = flight.map(|flight| flight.started_at);
        if started_at != self.flight {
            self.flight = started_at;
            self.script = Script::default();
            self.queue.end_flight();
        }
        let is_paused = flight.is_some_and(|flight| flight.status == FlightStatus::Paused);
        self.queue.set_paused(state.sim_disconnected || is_paused);
        if let Some(phase) = flight.and_then(|flight| flight.current_phase.as_ref())
            && let Some(announcement) = self.script.enter(phase)
            && let Err(error) = self.queue.push(announcement)
        {
            ctx.logger.error_from("flight", phase, &error);
        }
    }
}
