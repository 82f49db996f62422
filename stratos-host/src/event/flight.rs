//! Events about the flight.

use std::fmt;

use serde::{Deserialize, Serialize};
use stratos_protocol::flight_log::FlightLogEvent;
use stratos_protocol::flight_state::{FlightStatus, Phase};
use stratos_protocol::landing::LandingKind;

/// A change of the flight.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "name", rename_all = "kebab-case")]
pub enum FlightChange {
    /// A flight was created.
    Started {
        /// Callsign; the file's name for a recording.
        callsign: String,
        /// ICAO code of the departure; empty if a recording does not say it.
        departure: String,
        /// ICAO code of the arrival; empty if a recording does not say it.
        arrival: String,
    },
    /// The flight has another status.
    Status {
        /// Status from now on.
        status: FlightStatus,
    },
    /// The flight is in another phase.
    Phase {
        /// Phase from now on.
        phase: Phase,
    },
    /// A touchdown, a bounce, or the end of a landing.
    Landing {
        /// Kind of the event.
        kind: LandingKind,
        /// Vertical speed at the touchdown in feet per minute.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        rate: Option<f64>,
    },
    /// The connection to the simulator was lost, or is there again.
    Simulator {
        /// Whether the simulator is connected from now on.
        connected: bool,
    },
    /// The aircraft has crashed.
    Crashed,
    /// The flight was removed.
    Ended,
}

/// A change of the flight log by a plugin.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "name", content = "entry", rename_all = "kebab-case")]
pub enum FlightLogChange {
    /// A new entry.
    Added(FlightLogEvent),
    /// An entry with a new message.
    Updated(FlightLogEvent),
    /// An entry that was removed.
    Removed(FlightLogEvent),
}

/// The change as a phrase, which may have texts of a recording: escape it before it is displayed.
impl fmt::Display for FlightChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Started {
                callsign,
                departure,
                arrival,
            } => match departure.is_empty() && arrival.is_empty() {
                true => write!(f, "{callsign} started"),
                false => write!(f, "{callsign} started from {departure} to {arrival}"),
            },
            Self::Status { status } => write!(f, "{status}"),
            Self::Phase { phase } => write!(f, "phase {phase}"),
            Self::Landing { kind, rate: None } => write!(f, "{kind}"),
            Self::Landing {
                kind,
                rate: Some(rate),
            } => write!(f, "{kind} at {rate:.0} ft/min"),
            Self::Simulator { connected: true } => write!(f, "the simulator is connected again"),
            Self::Simulator { connected: false } => write!(f, "the simulator is gone"),
            Self::Crashed => write!(f, "crashed"),
            Self::Ended => write!(f, "ended"),
        }
    }
}

/// The change as a phrase, with the plugin's texts: escape it before it is displayed.
impl fmt::Display for FlightLogChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (verb, entry) = match self {
            Self::Added(entry) => ("added", entry),
            Self::Updated(entry) => ("updated", entry),
            Self::Removed(entry) => ("removed", entry),
        };
        let FlightLogEvent {
            event_id,
            event_condition,
            category,
            message,
            ..
        } = entry;
        write!(
            f,
            "{verb} {event_id}: {category} {event_condition}: {message}"
        )
    }
}
