//! The flight: start with its guards, commands, state.

use std::sync::Arc;

use futures_util::future::join_all;
use stratos_flight::RecordedFrame;
use stratos_protocol::flight_log::FlightLogEvent;
use stratos_protocol::landing::LandingReport;
use stratos_protocol::start_guard::Verdict;
use tokio::sync::broadcast;
use tokio::task::spawn_blocking;

use crate::control::{Control, ControlError};
use crate::event::Event;
use crate::flight::{FlightCommand, FlightInfo, FlightRequest};
use crate::flight_manager::{FlightError, Veto};

impl Control {
    /// Starts a flight, unless a plugin's start guard refuses it.
    ///
    /// # Errors
    ///
    /// [`FlightError::Vetoed`] with the plugins and their reasons; or if there is a flight already, or this one cannot be
    /// flown.
    pub async fn start_flight(&self, request: FlightRequest) -> Result<FlightInfo, ControlError> {
        let anyway = request.anyway;
        let flights = Arc::clone(&self.runtime().flights);
        // A recording may be large.
        let prepared = spawn_blocking(move || flights.prepare(request));
        let prepared = prepared.await.expect("`prepare` does not panic")?;
        if !anyway {
            let vetoes = self.ask_start_guards().await;
            if !vetoes.is_empty() {
                return Err(FlightError::Vetoed { vetoes }.into());
            }
        }
        self.runtime().flights.start(prepared)?;
        Ok(self.flight())
    }

    /// Carries out a command of the pilot.
    ///
    /// # Errors
    ///
    /// If there is no flight, or the command makes no sense at present.
    pub fn command_flight(&self, command: FlightCommand) -> Result<FlightInfo, ControlError> {
        self.runtime().flights.command(command)?;
        Ok(self.flight())
    }

    /// The flight, or that there is none.
    #[must_use]
    pub fn flight(&self) -> FlightInfo {
        let runtime = self.runtime();
        let sessions = self
            .0
            .plugins
            .keys()
            .filter_map(|id| runtime.routing.current(id));
        let guards = sessions.filter(|session| session.caller.has_start_guard());
        FlightInfo {
            guards: guards
                .map(|session| session.caller.plugin.clone())
                .collect(),
            ..runtime.flights.info()
        }
    }

    /// Subscribes to the frames of the flight from now on, for a recording.
    pub(crate) fn flight_frames(&self) -> broadcast::Receiver<Option<Arc<RecordedFrame>>> {
        self.runtime().flights.frames()
    }

    /// Entries of the flight log, the oldest first.
    #[must_use]
    pub fn flight_log(&self) -> Vec<FlightLogEvent> {
        self.runtime().services.flight_log.entries()
    }

    /// Report about the latest landing.
    #[must_use]
    pub fn landing_report(&self) -> Option<LandingReport> {
        self.runtime().services.flight.hub.landing_report()
    }

    /// Asks the start guards of all plugins at the same time. A plugin that fails or does not answer in time allows the
    /// start, with a warning (V3).
    async fn ask_start_guards(&self) -> Vec<Veto> {
        let runtime = self.runtime();
        let sessions = self
            .0
            .plugins
            .keys()
            .filter_map(|id| runtime.routing.current(id));
        let asked = sessions
            .filter(|session| session.caller.has_start_guard())
            .map(|session| async move {
                let plugin = session.caller.plugin.clone();
                let reason = match session.ask_start_guards().await {
                    Ok(Verdict { allow: true, .. }) => None,
                    Ok(Verdict { reason, .. }) => Some(reason.unwrap_or_default()),
                    Err(reason) => {
                        let text = format!("its start guards {reason}; the flight may start");
                        runtime.flights.warn(&plugin, &text);
                        None
                    }
                };
                self.emit(Event::StartGuard {
                    plugin: plugin.clone(),
                    veto: reason.clone(),
                });
                Some(Veto {
                    plugin,
                    reason: reason?,
                })
            });
        join_all(asked).await.into_iter().flatten().collect()
    }
}
