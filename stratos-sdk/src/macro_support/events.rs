//! Handlers of flight events, and start guards.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures_util::{FutureExt as _, Stream, StreamExt as _};
use stratos_protocol::flight_state::{FlightState, PhaseSnapshot};
use stratos_protocol::landing::LandingEvent;

use super::HandlerRegistrar;
use crate::context::{PluginContext, ServiceError, SimFrame, StartVerdict};
use crate::error::{BoxError, Result};

/// Methods that subscribe to one topic each. Events are handled one after the other, so that they keep their order.
///
/// With a shell that has no flights, the handler is never called, and a warning says so.
macro_rules! events {
    ($($on:ident: $event:ty = $subscribe:ident;)+) => {
        impl<P: Send + Sync + 'static> HandlerRegistrar<P> {
            $(pub async fn $on<F, Fut>(&mut self, function: &'static str, handler: F) -> Result
            where
                F: Fn(Arc<P>, PluginContext, $event) -> Fut + Send + Sync + 'static,
                Fut: Future<Output = Result> + Send + 'static,
            {
                let events = self.ctx.flight.$subscribe().await;
                if let Some(events) = self.if_supported(function, events)? {
                    self.handle_events(function, events, handler);
                }
                Ok(())
            })+
        }
    };
}

events! {
    on_phase_change: PhaseSnapshot = phase_changes;
    on_update: FlightState = updates;
    on_landing: LandingEvent = landings;
    on_sim_data: SimFrame = sim_data;
}

impl<P: Send + Sync + 'static> HandlerRegistrar<P> {
    /// Registers a function as a start guard; see [`events!`] about shells without them.
    pub async fn start_guard<F, Fut>(&mut self, function: &'static str, guard: F) -> Result
    where
        F: Fn(Arc<P>, PluginContext) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<StartVerdict>> + Send + 'static,
    {
        let (plugin, ctx) = (Arc::clone(&self.plugin), self.ctx.clone());
        let guard = move || guard(Arc::clone(&plugin), ctx.clone());
        let registered = self.ctx.flight.start_guard(guard).await;
        self.if_supported(function, registered)?;
        Ok(())
    }

    fn if_supported<T>(
        &self,
        function: &'static str,
        registered: Result<T, ServiceError>,
    ) -> Result<Option<T>> {
        match registered {
            Ok(registered) => Ok(Some(registered)),
            Err(error @ ServiceError::NotSupported { .. }) => {
                let message = format_args!("`{function}` is never called: {error}");
                self.ctx.logger.warn("stratos", message);
                Ok(None)
            }
            Err(error) => Err(error.into()),
        }
    }

    fn handle_events<E, F, Fut>(
        &self,
        function: &'static str,
        events: impl Stream<Item = E> + Send + 'static,
        handler: F,
    ) where
        E: Send,
        F: Fn(Arc<P>, PluginContext, E) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result> + Send + 'static,
    {
        let (plugin, ctx) = (Arc::clone(&self.plugin), self.ctx.clone());
        self.ctx.spawn(function, async move {
            let mut events = std::pin::pin!(events);
            while let Some(event) = events.next().await {
                let handled = handler(Arc::clone(&plugin), ctx.clone(), event);
                // A panic is logged by whoever logs those of tasks; the next event is handled nevertheless.
                match AssertUnwindSafe(handled).catch_unwind().await {
                    Ok(Ok(())) => {}
                    Ok(Err(error)) => {
                        let message = "the handler of an event failed";
                        ctx.logger.error_from(function, message, &*error);
                    }
                    Err(_) if ctx.logs_panics() => {}
                    Err(_) => ctx
                        .logger
                        .error(function, "the handler of an event panicked"),
                }
            }
        });
    }
}

/// Output of a function with `#[start_guard]`.
#[diagnostic::on_unimplemented(
    message = "a start guard cannot return `{Self}`",
    label = "expected `StartVerdict` or `Result<StartVerdict, E>`",
    note = "return `StartVerdict::Allow` or `StartVerdict::veto(\"the reason\")` of `stratos::flight`"
)]
pub trait GuardOutput {
    fn into_verdict(self) -> Result<StartVerdict>;
}

impl GuardOutput for StartVerdict {
    fn into_verdict(self) -> Result<StartVerdict> {
        Ok(self)
    }
}

#[diagnostic::do_not_recommend]
impl<E: Into<BoxError>> GuardOutput for Result<StartVerdict, E> {
    fn into_verdict(self) -> Result<StartVerdict> {
        self.map_err(Into::into)
    }
}

/// Converts the output of a start guard.
pub fn start_verdict<O: GuardOutput>(output: O) -> Result<StartVerdict> {
    output.into_verdict()
}
