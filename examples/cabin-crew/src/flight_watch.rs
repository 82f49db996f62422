//! Follows the flight: fills the queue by phases, holds it during a pause, and clears it at the end.

use std::sync::Arc;
use std::time::SystemTime;

use stratos::PluginContext;
use stratos::context::ServiceError;
use stratos::flight::{FlightEvents, FlightState, FlightStatus, Phase, PhaseSnapshot};
use stratos::tokio::select;

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
#[derive(Debug)]
pub(crate) struct FlightWatch {
    queue: Arc<Queue>,
    updates: FlightEvents<FlightState>,
    phases: FlightEvents<PhaseSnapshot>,
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
        let mut watch = Self {
            queue,
            updates: ctx.flight.updates().await?,
            phases: ctx.flight.phase_changes().await?,
            flight: None,
            script: Script::default(),
        };
        watch.update(&ctx.flight.state().await?);
        let phase = ctx.flight.phase().await?.current_phase;
        match attach {
            Attach::AnnouncePhase => watch.enter(ctx, &phase),
            Attach::Silently => _ = watch.script.enter(&phase),
        }
        Ok(watch)
    }

    /// Follows the flight until the plugin ends.
    pub(crate) async fn follow(mut self, ctx: PluginContext) {
        loop {
            select! {
                // A flight begins before its first phase.
                biased;
                Some(state) = self.updates.next() => self.update(&state),
                Some(change) = self.phases.next() => self.enter(&ctx, &change.current_phase),
                else => return,
            }
        }
    }

    fn update(&mut self, state: &FlightState) {
        let flight = state.flight.as_ref().map(|flight| flight.started_at);
        if flight != self.flight {
            self.flight = flight;
            self.script = Script::default();
            self.queue.clear();
        }
        let status = state.flight.as_ref().map(|flight| &flight.status);
        self.queue
            .set_paused(state.sim_disconnected || status == Some(&FlightStatus::Paused));
    }

    fn enter(&mut self, ctx: &PluginContext, phase: &Phase) {
        if self.flight.is_none() {
            return;
        }
        if let Some(announcement) = self.script.enter(phase)
            && let Err(error) = self.queue.push(announcement)
        {
            ctx.logger.error_from("flight", phase, &error);
        }
    }
}
