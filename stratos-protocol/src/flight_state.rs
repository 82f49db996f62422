//! The state of a flight, and its phases.

use std::collections::BTreeMap;
use std::time::SystemTime;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::lenient::null_as_default;
use crate::text_enum::text_enum;
use crate::time::epoch_millis;

text_enum! {
    /// Phase of a flight (V3).
    pub enum Phase {
        /// Passengers come on board.
        Boarding = "boarding",
        /// The aircraft is pushed back from its stand.
        PushBack = "push_back",
        /// Taxi to the runway.
        Taxi = "taxi",
        /// Take-off run and first climb.
        TakeOff = "take_off",
        /// The take-off was rejected.
        RejectedTakeOff = "rejected_take_off",
        /// Climb to the cruise level.
        Climb = "climb",
        /// Cruise.
        Cruise = "cruise",
        /// Descent from the cruise level.
        Descent = "descent",
        /// Approach to the destination.
        Approach = "approach",
        /// Final approach.
        Final = "final",
        /// The aircraft has touched down.
        Landed = "landed",
        /// The approach was broken off.
        GoAround = "go_around",
        /// Taxi to the stand.
        TaxiIn = "taxi_in",
        /// The aircraft is at its stand.
        Arrived = "arrived",
        /// Passengers leave.
        Deboarding = "deboarding",
    }
}

text_enum! {
    /// Status of a flight in the shell (V3, seen in plugins).
    pub enum FlightStatus {
        /// The flight is being created.
        Starting = "starting",
        /// The flight is tracked.
        Active = "active",
        /// Tracking is paused.
        Paused = "paused",
        /// The flight is being submitted.
        Completing = "completing",
        /// The flight is complete.
        Completed = "completed",
    }
}

/// The shell's flight, and its connection to the simulator (V3, seen in plugins: `FlightManagerPayload`).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct FlightState {
    /// The flight; `None` if there is none.
    pub flight: Option<Flight>,
    /// A flight of an earlier run that the pilot can continue; its form is not known.
    pub pending_recovery: Option<Value>,
    /// Whether the simulator is gone during the flight.
    #[serde(deserialize_with = "null_as_default")]
    pub sim_disconnected: bool,
    /// Whether the shell tries to reach the simulator again.
    #[serde(deserialize_with = "null_as_default")]
    pub reconnecting: bool,
    /// Time of this state.
    #[serde(with = "epoch_millis")]
    pub timestamp: Option<SystemTime>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub other: BTreeMap<String, Value>,
}

/// A flight that the shell tracks (V3, seen in plugins).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Flight {
    /// The plan of the flight.
    #[serde(default, deserialize_with = "null_as_default")]
    pub flight_plan: FlightPlan,
    /// Status of the flight.
    #[serde(default, deserialize_with = "null_as_default")]
    pub status: FlightStatus,
    /// Id at the airline.
    #[serde(default)]
    pub va_tracking_id: Option<String>,
    /// Id at the platform; a text in the mocked shell, its type is not stated.
    #[serde(default)]
    pub stratos_flight_id: Option<Value>,
    /// Time at which the flight was started.
    #[serde(default, with = "epoch_millis")]
    pub started_at: Option<SystemTime>,
    /// Phase of the flight.
    #[serde(default)]
    pub current_phase: Option<Phase>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub other: BTreeMap<String, Value>,
}

/// Plan of a flight (V3, seen in plugins).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct FlightPlan {
    /// Callsign, such as `SKV123`.
    pub callsign: Option<String>,
    /// ICAO code of the departure airport.
    pub departure_icao: Option<String>,
    /// ICAO code of the arrival airport.
    pub arrival_icao: Option<String>,
    /// Origin of the plan, such as `simbrief`.
    pub source: Option<String>,
    /// Id of the plan at its source; a text in the mocked shell, its type is not stated.
    pub source_id: Option<Value>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub other: BTreeMap<String, Value>,
}

/// Phase of the flight, with the one before (V3, seen in plugins: `FlightPhaseSnapshot`).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PhaseSnapshot {
    /// The phase now. `unknown` without a flight.
    #[serde(deserialize_with = "null_as_default")]
    pub current_phase: Phase,
    /// The phase before.
    pub previous_phase: Option<Phase>,
    /// A change that is not confirmed yet; its form is not known.
    pub pending_transition: Option<Value>,
    /// Trends of the simulator data; their form is not known.
    pub trends: Option<Value>,
    /// Whether the shell tracks a flight.
    #[serde(deserialize_with = "null_as_default")]
    pub is_tracking: bool,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub other: BTreeMap<String, Value>,
}

impl Phase {
    /// Whether the aircraft flies in this phase; false for unknown phases.
    #[must_use]
    pub fn is_airborne(&self) -> bool {
        matches!(
            self,
            Self::Climb
                | Self::Cruise
                | Self::Descent
                | Self::Approach
                | Self::Final
                | Self::GoAround
        )
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn phases_are_the_platforms_and_unknown_ones_are_kept() {
        let names: Vec<_> = Phase::ALL.iter().map(Phase::as_str).collect();
        let stated = "boarding push_back taxi take_off rejected_take_off climb cruise descent approach final landed \
                      go_around taxi_in arrived deboarding";
        assert_eq!(names.join(" "), stated);
        for name in names.into_iter().chain(["unknown", "holding"]) {
            let phase: Phase = serde_json::from_value(json!(name)).unwrap();
            assert_eq!(phase.as_str(), name);
            assert_eq!(serde_json::to_value(&phase).unwrap(), json!(name));
        }
    }

    #[test]
    fn a_state_is_written_as_it_was_read() {
        let json = json!({
            "flight": {
                "flightPlan": {
                    "callsign": "SKV123",
                    "departureIcao": "EDDF",
                    "arrivalIcao": "LGIR",
                    "source": null,
                    "sourceId": 7,
                    "cruise": 350,
                },
                "status": "diverting",
                "vaTrackingId": "a1",
                "stratosFlightId": null,
                "startedAt": 1_700_000_000_123_u64,
                "currentPhase": "cruise",
            },
            "pendingRecovery": null,
            "simDisconnected": false,
            "reconnecting": false,
            "timestamp": 1_700_000_060_000_u64,
            "later": [1],
        });
        let state: FlightState = serde_json::from_value(json.clone()).unwrap();
        let flight = state.flight.as_ref().unwrap();
        assert_eq!(flight.status, FlightStatus::Unknown("diverting".to_owned()));
        assert_eq!(flight.flight_plan.other["cruise"], 350);
        assert_eq!(serde_json::to_value(&state).unwrap(), json);
    }
}
