//! The flight log service: entries of plugins in the log of the flight, which the airline receives.

use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};

use crate::method::{Empty, methods};
use crate::text_enum::text_enum;
use crate::time::{iso_8601, millis};

text_enum! {
    /// Category of an entry (V3; the shell has more).
    pub enum EventCategory {
        /// About the system.
        System = "SYSTEM",
        /// A warning.
        Warning = "WARNING",
        /// About a landing.
        Landing = "LANDING",
    }
}

/// An entry of the flight log (V3).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FlightLogEvent {
    /// Id of the entry.
    pub event_id: String,
    /// Time of the entry; ISO 8601 in JSON.
    #[serde(with = "iso_8601")]
    pub event_timestamp: SystemTime,
    /// Time since the start of the flight; milliseconds in JSON.
    #[serde(default, with = "millis")]
    pub event_elapsed_time: Option<Duration>,
    /// Event for programs, such as `HARD_LANDING`.
    pub event_condition: String,
    /// Category of the entry.
    pub category: EventCategory,
    /// Event for people.
    pub message: String,
}

/// `flight_log/add`, from the plugin (V3): adds an entry. The answer is `null` without a flight (assumed).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Add {
    /// Category of the entry.
    pub category: EventCategory,
    /// Event for programs.
    pub condition: String,
    /// Event for people.
    pub message: String,
}

/// `flight_log/update`, from the plugin (V3): replaces the message of an entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Update {
    /// Id of the entry.
    pub event_id: String,
    /// The new message.
    pub message: String,
}

/// `flight_log/remove`, from the plugin (V3): removes an entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remove {
    /// Id of the entry.
    pub event_id: String,
}

methods! {
    request Add = "flight_log/add" -> Option<FlightLogEvent>;
    request Update = "flight_log/update" -> Empty;
    request Remove = "flight_log/remove" -> Empty;
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use super::*;
    use crate::golden::{self, GoldenLine};

    pub(super) fn golden_lines() -> Vec<GoldenLine> {
        let event = FlightLogEvent {
            event_id: "e1".to_owned(),
            event_timestamp: UNIX_EPOCH + Duration::from_millis(1_700_000_000_123),
            event_elapsed_time: Some(Duration::from_secs(60)),
            event_condition: "HARD_LANDING".to_owned(),
            category: EventCategory::Landing,
            message: "Hard landing".to_owned(),
        };
        vec![
            golden::request(
                &Add {
                    category: EventCategory::Warning,
                    condition: "HARD_LANDING".to_owned(),
                    message: "Hard landing".to_owned(),
                },
                r#"{"jsonrpc":"2.0","id":1,"method":"flight_log/add","params":{"category":"WARNING","condition":"HARD_LANDING","message":"Hard landing"}}"#,
            ),
            golden::response::<Add>(
                &Some(event),
                r#"{"jsonrpc":"2.0","id":1,"result":{"eventId":"e1","eventTimestamp":"2023-11-14T22:13:20.123Z","eventElapsedTime":60000,"eventCondition":"HARD_LANDING","category":"LANDING","message":"Hard landing"}}"#,
            ),
            golden::request(
                &Update {
                    event_id: "e1".to_owned(),
                    message: "Firm landing".to_owned(),
                },
                r#"{"jsonrpc":"2.0","id":1,"method":"flight_log/update","params":{"event_id":"e1","message":"Firm landing"}}"#,
            ),
            golden::request(
                &Remove {
                    event_id: "e1".to_owned(),
                },
                r#"{"jsonrpc":"2.0","id":1,"method":"flight_log/remove","params":{"event_id":"e1"}}"#,
            ),
        ]
    }
}
