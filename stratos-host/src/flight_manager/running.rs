//! The flight that is flown now.

use std::time::{Duration, SystemTime};

use serde_json::Value;
use stratos_flight::FlightSource;
use stratos_protocol::flight_state::{Flight, FlightPlan, FlightStatus};
use tokio_util::task::AbortOnDropHandle;

use crate::services::FlightTime;

/// A flight, its source, and how fast it is flown.
#[derive(Debug)]
pub(super) struct Running {
    pub(super) source: Box<dyn FlightSource>,
    pub(super) flight: Flight,
    pub(super) started_at: SystemTime,
    /// How many times faster than real time.
    pub(super) speed: u32,
    /// Whether the flight stands still after a step.
    pub(super) is_held: bool,
    pub(super) is_disconnected: bool,
    /// Task that lets time pass.
    pub(super) _ticks: Option<AbortOnDropHandle<()>>,
}

impl Running {
    pub(super) fn new(
        source: Box<dyn FlightSource>,
        plan: FlightPlan,
        number: u64,
        started_at: SystemTime,
        speed: u32,
    ) -> Self {
        let flight = Flight {
            flight_plan: plan,
            status: FlightStatus::Starting,
            va_tracking_id: Some(format!("va-{number}")),
            stratos_flight_id: Some(Value::from(format!("flight-{number}"))),
            started_at: Some(started_at),
            current_phase: Some(source.phase().clone()),
            other: Default::default(),
        };
        Self {
            source,
            flight,
            started_at,
            speed,
            is_held: false,
            is_disconnected: false,
            _ticks: None,
        }
    }

    pub(super) fn callsign(&self) -> String {
        self.flight.flight_plan.callsign.clone().unwrap_or_default()
    }

    pub(super) fn time(&self, elapsed: Duration) -> FlightTime {
        FlightTime {
            started_at: self.started_at,
            elapsed,
        }
    }
}
