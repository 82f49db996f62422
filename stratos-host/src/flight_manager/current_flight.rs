//! A flight with its source, and how fast it is flown.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::Value;
use stratos_flight::{FlightSetup, FlightSource, Recording, Simulator};
use stratos_protocol::flight_state::{Flight, FlightPlan, FlightStatus};
use tokio_util::task::AbortOnDropHandle;

use super::error::FlightError;
use super::recovery::Recovery;
use crate::event::millis;
use crate::flight::FlightSourceRequest;
use crate::services::FlightTime;

/// A flight that is prepared or has begun. Time passes for it once the [`FlightManager`](super::FlightManager) begins it.
#[derive(Debug)]
pub(crate) struct CurrentFlight {
    pub(super) source: Box<dyn FlightSource>,
    pub(super) flight: Flight,
    pub(super) started_at: SystemTime,
    /// Multiple of real time.
    pub(super) speed: u32,
    /// Whether the flight stands still after a step.
    pub(super) is_held: bool,
    pub(super) is_disconnected: bool,
    /// Whether the data has changed since the last frame.
    pub(super) has_new_data: bool,
    /// Number of holes in a recording.
    pub(super) holes: usize,
    /// The setup of a simulated flight, for a later run of the shell.
    setup: Option<FlightSetup>,
    /// Task that lets time pass.
    pub(super) _ticks: Option<AbortOnDropHandle<()>>,
}

impl CurrentFlight {
    pub(super) fn new(
        request: FlightSourceRequest,
        started_at: SystemTime,
        speed: u32,
    ) -> Result<Self, FlightError> {
        let mut holes = 0;
        let (source, flight_plan, setup): (Box<dyn FlightSource>, _, _) = match request {
            FlightSourceRequest::Simulated(setup) => {
                let simulator = Simulator::new(&setup, started_at)?;
                (Box::new(simulator), setup.flight_plan(), Some(setup))
            }
            FlightSourceRequest::Recorded { file, text } => {
                let recording = Recording::parse(&file, &text)?;
                holes = recording.gaps().len();
                let plan = FlightPlan {
                    source: Some("recording".to_owned()),
                    source_id: Some(file.into()),
                    ..FlightPlan::default()
                };
                (Box::new(recording.play(started_at)), plan, None)
            }
        };
        // The same after a restart of the shell, and no other flight's.
        let since = started_at.duration_since(UNIX_EPOCH).unwrap_or_default();
        let id = millis(since);
        let flight = Flight {
            flight_plan,
            status: FlightStatus::Starting,
            va_tracking_id: Some(format!("va-{id}")),
            stratos_flight_id: Some(Value::from(format!("flight-{id}"))),
            started_at: Some(started_at),
            current_phase: None,
            other: Default::default(),
        };
        Ok(Self {
            source,
            flight,
            started_at,
            speed,
            is_held: false,
            is_disconnected: false,
            has_new_data: false,
            holes,
            setup,
            _ticks: None,
        })
    }

    /// State with which a later run of the shell goes on with the flight; `None` for a recording.
    pub(super) fn recovery(&self) -> Option<Recovery> {
        Some(Recovery {
            setup: self.setup.clone()?,
            phase: self.source.phase().clone(),
            position_ms: millis(self.source.position()),
            speed: self.speed,
            started_at: Some(self.started_at),
        })
    }

    /// Callsign; the file's name for a recording.
    pub(super) fn callsign(&self) -> String {
        let plan = &self.flight.flight_plan;
        match (&plan.callsign, &plan.source_id) {
            (Some(callsign), _) => callsign.clone(),
            (None, Some(Value::String(file))) => file.clone(),
            (None, _) => String::new(),
        }
    }

    pub(super) fn time(&self, elapsed: Duration) -> FlightTime {
        FlightTime {
            started_at: self.started_at,
            elapsed,
        }
    }
}
