//! The handle of the flight service.

use std::sync::Arc;

use serde_json::value::RawValue;
use stratos_protocol::flight::{
    GetLandingReport, GetPhase, GetSnapshot, GetState, Landed, PhaseChanged, SimData, Subscribe,
    Topic, Unsubscribe, Updated,
};
use stratos_protocol::flight_data::SimDataSnapshot;
use stratos_protocol::flight_state::{FlightState, PhaseSnapshot};
use stratos_protocol::landing::{LandingEvent, LandingReport};
use stratos_protocol::method::Empty;
use stratos_protocol::start_guard::{Ask, Register, Unregister};
use stratos_protocol::{Request, RpcError, Service};
use stratos_transport::rpc;
use tokio::sync::Mutex;

use super::events::{FlightEvents, Subscribers};
use super::flight_log::FlightLog;
use super::sim_frames::{SimFrames, SimSubscribers};
use super::start_guards::{StartGuards, StartVerdict};
use crate::context::service::ContextService;
use crate::context::shared::Shared;
use crate::context::shell_services::ServiceError;

/// The flight in the shell (V3). Cheap to clone.
///
/// Streams begin with the first event after they are opened; the accessors tell the state before, so a plugin that
/// starts during a flight reads it first.
///
/// ```no_run
/// # async fn f(ctx: stratos::PluginContext) -> stratos::Result {
/// let mut changes = ctx.flight.phase_changes().await?;
/// let now = ctx.flight.phase().await?;
/// ctx.logger.info("MyPlugin", format_args!("the flight is in {}", now.current_phase));
/// while let Some(change) = changes.next().await {
///     ctx.logger.info("MyPlugin", format_args!("now in {}", change.current_phase));
/// }
/// # Ok(()) }
/// ```
#[derive(Debug, Clone)]
pub struct Flight {
    /// Entries in the flight's log (V3: `ctx.flight.log`).
    pub log: FlightLog,
    updates: Subscribers<FlightState>,
    phase_changes: Subscribers<PhaseSnapshot>,
    landings: Subscribers<LandingEvent>,
    sim_data: SimSubscribers,
    /// Topics that the shell sends. Locked while one is subscribed to or unsubscribed from, so that the shell receives
    /// these requests in their order.
    subscribed: Arc<Mutex<Vec<Topic>>>,
    guards: StartGuards,
    /// Whether the shell asks the guards; locked like `subscribed`.
    is_guarding: Arc<Mutex<bool>>,
}

/// A registered start guard. It counts until it is removed, or the plugin ends.
#[derive(Debug)]
pub struct StartGuard {
    id: u64,
    flight: Flight,
}

/// A guard whose registration may fail or be given up.
struct RemoveOnDrop<'a> {
    guards: &'a StartGuards,
    id: u64,
}

impl Drop for RemoveOnDrop<'_> {
    fn drop(&mut self) {
        self.guards.remove(self.id);
    }
}

impl StartGuard {
    /// Removes the guard, so that it is asked no more.
    ///
    /// # Errors
    ///
    /// If the shell fails.
    pub async fn remove(self) -> Result<(), ServiceError> {
        self.flight.remove_guard(self.id).await
    }
}

impl Flight {
    /// The flight, or that there is none, and the connection to the simulator (V3: `getState`).
    ///
    /// # Errors
    ///
    /// If the shell has no flights, or fails.
    pub async fn state(&self) -> Result<FlightState, ServiceError> {
        self.call(&GetState {}).await
    }

    /// Phase of the flight; `unknown` if there is no flight (V3: `getPhase`).
    ///
    /// # Errors
    ///
    /// If the shell has no flights, or fails.
    pub async fn phase(&self) -> Result<PhaseSnapshot, ServiceError> {
        self.call(&GetPhase {}).await
    }

    /// The newest simulator data; `None` before the first (V3: `getSnapshot`).
    ///
    /// # Errors
    ///
    /// If the shell has no flights, or fails.
    pub async fn snapshot(&self) -> Result<Option<SimDataSnapshot>, ServiceError> {
        self.call(&GetSnapshot {}).await
    }

    /// Report about the latest landing; `None` before the first touchdown (V3: `getLandingReport`; that it may be absent
    /// is assumed).
    ///
    /// # Errors
    ///
    /// If the shell has no flights, or fails.
    pub async fn landing_report(&self) -> Result<Option<LandingReport>, ServiceError> {
        self.call(&GetLandingReport {}).await
    }

    /// Subscribes to changes of the [`state`](Self::state) from now on (V3: `onUpdate`).
    ///
    /// # Errors
    ///
    /// If the shell has no flights, or fails.
    pub async fn updates(&self) -> Result<FlightEvents<FlightState>, ServiceError> {
        let stream = self.updates.add();
        self.subscribe(Topic::Updates).await?;
        Ok(stream)
    }

    /// Subscribes to changes of the [`phase`](Self::phase) from now on (V3: `onPhaseChange`).
    ///
    /// # Errors
    ///
    /// If the shell has no flights, or fails.
    pub async fn phase_changes(&self) -> Result<FlightEvents<PhaseSnapshot>, ServiceError> {
        let stream = self.phase_changes.add();
        self.subscribe(Topic::PhaseChanges).await?;
        Ok(stream)
    }

    /// Subscribes to simulator data from now on (V3: `onSimData`).
    ///
    /// ```no_run
    /// # async fn f(ctx: stratos::PluginContext) -> stratos::Result {
    /// let mut frames = ctx.flight.sim_data().await?;
    /// while let Some(frame) = frames.next().await {
    ///     if let Some(altitude) = frame.data.as_ref().and_then(|data| data.altitude) {
    ///         ctx.logger.debug("MyPlugin", format_args!("{altitude:.0} ft, {} missed", frame.missed));
    ///     }
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// If the shell has no flights, or fails.
    pub async fn sim_data(&self) -> Result<SimFrames, ServiceError> {
        let stream = self.sim_data.add();
        self.subscribe(Topic::SimData).await?;
        Ok(stream)
    }

    /// Subscribes to touchdowns, bounces and the end of landings from now on (V3: `onLanding`).
    ///
    /// # Errors
    ///
    /// If the shell has no flights, or fails.
    pub async fn landings(&self) -> Result<FlightEvents<LandingEvent>, ServiceError> {
        let stream = self.landings.add();
        self.subscribe(Topic::Landings).await?;
        Ok(stream)
    }

    /// Registers a check that is asked before a flight is created (V3: `registerStartGuard`).
    ///
    /// The pilot sees a veto with the plugin's name, and can start the flight anyway. A guard that fails, panics or does
    /// not answer within 4.5 seconds lets the flight start, with a warning in the log.
    ///
    /// ```no_run
    /// use stratos::flight::StartVerdict;
    ///
    /// # async fn f(ctx: stratos::PluginContext) -> stratos::Result {
    /// let config = ctx.config.clone();
    /// ctx.flight.start_guard(move || {
    ///     let config = config.clone();
    ///     async move {
    ///         Ok(match config.get("inspected", false).await? {
    ///             true => StartVerdict::Allow,
    ///             false => StartVerdict::veto("The aircraft has not been inspected."),
    ///         })
    ///     }
    /// })
    /// .await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// If the shell has no start guards, or fails.
    pub async fn start_guard<F, Fut>(&self, guard: F) -> Result<StartGuard, ServiceError>
    where
        F: Fn() -> Fut + Send + Sync + 'static,
        Fut: Future<Output = crate::Result<StartVerdict>> + Send + 'static,
    {
        let shared = self.shared();
        shared.services.check(Service::StartGuards)?;
        let guard = Arc::new(guard);
        let id = self.guards.add(Arc::new(move || {
            let guard = Arc::clone(&guard);
            Box::pin(async move { guard().await })
        }));
        let added = RemoveOnDrop {
            guards: &self.guards,
            id,
        };
        let mut is_guarding = self.is_guarding.lock().await;
        if !*is_guarding {
            let registered = shared
                .call_service(Service::StartGuards, &Register {})
                .await;
            registered?;
            *is_guarding = true;
        }
        // It stays from now on.
        std::mem::forget(added);
        Ok(StartGuard {
            id,
            flight: self.clone(),
        })
    }

    async fn remove_guard(&self, id: u64) -> Result<(), ServiceError> {
        self.guards.remove(id);
        let mut is_guarding = self.is_guarding.lock().await;
        if *is_guarding && self.guards.is_empty() {
            *is_guarding = false;
            let unregister = Unregister {};
            self.shared()
                .call_service(Service::StartGuards, &unregister)
                .await?;
        }
        Ok(())
    }

    /// Has the shell send a topic. Called when the stream is open, so that no event is lost.
    async fn subscribe(&self, topic: Topic) -> Result<(), ServiceError> {
        let mut subscribed = self.subscribed.lock().await;
        if !subscribed.contains(&topic) {
            self.call(&Subscribe { topic }).await?;
            subscribed.push(topic);
        }
        Ok(())
    }

    /// Acknowledges an event, and unsubscribes from its topic if no stream is open any more.
    async fn received(&self, topic: Topic, are_open: impl Fn() -> bool) -> Result<Empty, RpcError> {
        if are_open() {
            return Ok(Empty {});
        }
        let mut subscribed = self.subscribed.lock().await;
        if !are_open() {
            subscribed.retain(|subscribed| *subscribed != topic);
            // A failure costs nothing but messages.
            let _ = self.call(&Unsubscribe { topic }).await;
        }
        Ok(Empty {})
    }

    async fn call<R: Request>(&self, request: &R) -> Result<R::Result, ServiceError> {
        self.shared().call_service(Service::Flight, request).await
    }

    fn shared(&self) -> &Arc<Shared> {
        &self.log.shared
    }
}

impl ContextService for Flight {
    const METHODS: &'static [&'static str] = &[
        Updated::METHOD,
        PhaseChanged::METHOD,
        SimData::METHOD,
        Landed::METHOD,
        Ask::METHOD,
    ];

    fn new(shared: &Arc<Shared>) -> Self {
        Self {
            log: FlightLog {
                shared: Arc::clone(shared),
            },
            updates: Subscribers::default(),
            phase_changes: Subscribers::default(),
            landings: Subscribers::default(),
            sim_data: SimSubscribers::default(),
            subscribed: Arc::default(),
            guards: StartGuards::default(),
            is_guarding: Arc::default(),
        }
    }

    async fn handle_request(
        &self,
        method: &str,
        params: &RawValue,
    ) -> Result<Box<RawValue>, RpcError> {
        match method {
            Updated::METHOD => {
                rpc::respond(params, async |Updated { state }| {
                    self.updates.send(&state);
                    self.received(Topic::Updates, || self.updates.are_open())
                        .await
                })
                .await
            }
            PhaseChanged::METHOD => {
                rpc::respond(params, async |PhaseChanged { phase }| {
                    self.phase_changes.send(&phase);
                    let are_open = || self.phase_changes.are_open();
                    self.received(Topic::PhaseChanges, are_open).await
                })
                .await
            }
            Landed::METHOD => {
                rpc::respond(params, async |Landed { event }| {
                    self.landings.send(&event);
                    self.received(Topic::Landings, || self.landings.are_open())
                        .await
                })
                .await
            }
            SimData::METHOD => {
                rpc::respond(params, async |SimData { number, snapshot }| {
                    self.sim_data.send(number, &snapshot);
                    self.received(Topic::SimData, || self.sim_data.are_open())
                        .await
                })
                .await
            }
            _ => {
                rpc::respond(params, async |Ask {}| {
                    let logger = &self.shared().logger;
                    let verdict = self.guards.ask(logger).await;
                    // The warnings come before the flight.
                    logger.flush().await;
                    Ok(verdict)
                })
                .await
            }
        }
    }

    fn close(&self) {
        self.updates.close();
        self.phase_changes.close();
        self.landings.close();
        self.sim_data.close();
        self.guards.close();
    }
}
