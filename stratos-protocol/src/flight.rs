//! The flight service: the flight, its phases, simulator data and landings.
//!
//! A plugin that has subscribed to a [topic](Topic) is sent its events. The host sends the next event when the plugin has
//! answered the one before, in one order for all topics but simulator data. An answer says that the plugin has received the
//! event, and not that it has handled it.

use serde::{Deserialize, Serialize};

use crate::flight_data::SimDataSnapshot;
use crate::flight_state::{FlightState, PhaseSnapshot};
use crate::landing::{LandingEvent, LandingReport};
use crate::method::{Empty, methods};

/// `flight/state`, from the plugin (V3: `getState`): the flight, or that there is none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GetState {}

/// `flight/phase`, from the plugin (V3: `getPhase`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GetPhase {}

/// `flight/snapshot`, from the plugin (V3: `getSnapshot`): the newest simulator data, `null` before the first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GetSnapshot {}

/// `flight/landing_report`, from the plugin (V3: `getLandingReport`): the report about the latest landing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GetLandingReport {}

/// `flight/subscribe`, from the plugin: has the host send the events of a topic.
///
/// A second subscription to a topic changes nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subscribe {
    /// The topic.
    pub topic: Topic,
}

/// `flight/unsubscribe`, from the plugin: undoes [`Subscribe`]. The end of the connection does so, too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unsubscribe {
    /// The topic.
    pub topic: Topic,
}

/// A kind of event that plugins subscribe to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Topic {
    /// [`Updated`] (V3: `onUpdate`).
    Updates,
    /// [`PhaseChanged`] (V3: `onPhaseChange`).
    PhaseChanges,
    /// [`SimData`] (V3: `onSimData`).
    SimData,
    /// [`Landed`] (V3: `onLanding`).
    Landings,
}

/// `flight/updated`, from the host: the flight or its connection to the simulator has changed. None is left out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Updated {
    /// The new state.
    pub state: FlightState,
}

/// `flight/phase_changed`, from the host: the flight is in another phase. None is left out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PhaseChanged {
    /// The new phase.
    pub phase: PhaseSnapshot,
}

/// `flight/sim_data`, from the host: the newest simulator data.
///
/// Frames that are replaced while the plugin has not answered are left out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SimData {
    /// Number of the frame. A gap says how many were left out.
    pub number: u64,
    /// The simulator data.
    pub snapshot: SimDataSnapshot,
}

/// `flight/landed`, from the host: a landing event. None is left out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Landed {
    /// The event.
    pub event: LandingEvent,
}

methods! {
    request GetState = "flight/state" -> FlightState;
    request GetPhase = "flight/phase" -> PhaseSnapshot;
    request GetSnapshot = "flight/snapshot" -> Option<SimDataSnapshot>;
    request GetLandingReport = "flight/landing_report" -> Option<LandingReport>;
    request Subscribe = "flight/subscribe" -> Empty;
    request Unsubscribe = "flight/unsubscribe" -> Empty;
    request Updated = "flight/updated" -> Empty;
    request PhaseChanged = "flight/phase_changed" -> Empty;
    request SimData = "flight/sim_data" -> Empty;
    request Landed = "flight/landed" -> Empty;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flight_data::FlightData;
    use crate::flight_state::Phase;
    use crate::golden::{self, GoldenLine};
    use crate::landing::LandingKind;

    pub(super) fn golden_lines() -> Vec<GoldenLine> {
        let snapshot = || SimDataSnapshot {
            is_connected: true,
            simulator_type: Some("msfs".to_owned()),
            data: Some(FlightData {
                altitude: Some(35_000.5),
                plane_on_ground: Some(false),
                ..FlightData::default()
            }),
            ..SimDataSnapshot::default()
        };
        let phase = PhaseSnapshot {
            current_phase: Phase::TakeOff,
            previous_phase: Some(Phase::Taxi),
            is_tracking: true,
            ..PhaseSnapshot::default()
        };
        let event = LandingEvent {
            kind: LandingKind::Settled,
            timestamp: None,
            touchdown: None,
            bounce: None,
            report: None,
            other: Default::default(),
        };
        vec![
            golden::request(
                &GetState {},
                r#"{"jsonrpc":"2.0","id":1,"method":"flight/state","params":{}}"#,
            ),
            golden::request(
                &GetPhase {},
                r#"{"jsonrpc":"2.0","id":1,"method":"flight/phase","params":{}}"#,
            ),
            golden::response::<GetPhase>(
                &phase,
                r#"{"jsonrpc":"2.0","id":1,"result":{"currentPhase":"take_off","previousPhase":"taxi","pendingTransition":null,"trends":null,"isTracking":true}}"#,
            ),
            golden::request(
                &GetSnapshot {},
                r#"{"jsonrpc":"2.0","id":1,"method":"flight/snapshot","params":{}}"#,
            ),
            golden::response::<GetSnapshot>(&None, r#"{"jsonrpc":"2.0","id":1,"result":null}"#),
            golden::request(
                &GetLandingReport {},
                r#"{"jsonrpc":"2.0","id":1,"method":"flight/landing_report","params":{}}"#,
            ),
            golden::request(
                &Subscribe {
                    topic: Topic::PhaseChanges,
                },
                r#"{"jsonrpc":"2.0","id":1,"method":"flight/subscribe","params":{"topic":"phase_changes"}}"#,
            ),
            golden::request(
                &Unsubscribe {
                    topic: Topic::SimData,
                },
                r#"{"jsonrpc":"2.0","id":1,"method":"flight/unsubscribe","params":{"topic":"sim_data"}}"#,
            ),
            golden::request(
                &Updated {
                    state: FlightState::default(),
                },
                r#"{"jsonrpc":"2.0","id":1,"method":"flight/updated","params":{"state":{"flight":null,"pendingRecovery":null,"simDisconnected":false,"reconnecting":false,"timestamp":null}}}"#,
            ),
            golden::request(
                &PhaseChanged { phase },
                r#"{"jsonrpc":"2.0","id":1,"method":"flight/phase_changed","params":{"phase":{"currentPhase":"take_off","previousPhase":"taxi","pendingTransition":null,"trends":null,"isTracking":true}}}"#,
            ),
            golden::request(
                &SimData {
                    number: 7,
                    snapshot: snapshot(),
                },
                r#"{"jsonrpc":"2.0","id":1,"method":"flight/sim_data","params":{"number":7,"snapshot":{"isConnected":true,"simulatorType":"msfs","data":{"altitude":35000.5,"planeOnground":false}}}}"#,
            ),
            golden::request(
                &Landed { event },
                r#"{"jsonrpc":"2.0","id":1,"method":"flight/landed","params":{"event":{"type":"settled","timestamp":null,"touchdown":null,"bounce":null,"report":null}}}"#,
            ),
        ]
    }
}
