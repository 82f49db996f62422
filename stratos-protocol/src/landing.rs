//! Landings: touchdowns, bounces, and the report about them.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::lenient::null_as_default;
use crate::text_enum::text_enum;
use crate::time::{epoch_millis, millis};

text_enum! {
    /// Kind of a landing event (V3).
    pub enum LandingKind {
        /// The aircraft has touched the runway for the first time.
        Touchdown = "touchdown",
        /// The aircraft left the runway again, and has come back to it.
        Bounce = "bounce",
        /// The aircraft stays on the ground; the report is complete.
        Settled = "settled",
    }
}

/// A landing event (V3). Its form is assumed: only the kinds and the parts are documented.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LandingEvent {
    /// Kind of the event.
    #[serde(rename = "type", default, deserialize_with = "null_as_default")]
    pub kind: LandingKind,
    /// Time of the event.
    #[serde(default, with = "epoch_millis")]
    pub timestamp: Option<SystemTime>,
    /// The aircraft at a touchdown.
    #[serde(default)]
    pub touchdown: Option<CapturePoint>,
    /// The bounce.
    #[serde(default)]
    pub bounce: Option<BounceData>,
    /// The report, once the aircraft has settled.
    #[serde(default)]
    pub report: Option<LandingReport>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub other: BTreeMap<String, Value>,
}

/// Report about the latest landing (V3: `LandingAnalysisSnapshot`). Its form is assumed: it has the names of the UI's
/// hook.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct LandingReport {
    /// Vertical speed at the first touchdown in feet per minute, negative.
    pub landing_rate: Option<f64>,
    /// Number of bounces.
    pub bounce_count: Option<u32>,
    /// The aircraft at each touchdown, the first one first.
    #[serde(deserialize_with = "null_as_default")]
    pub touchdowns: Vec<CapturePoint>,
    /// The bounces, in order.
    #[serde(deserialize_with = "null_as_default")]
    pub bounces: Vec<BounceData>,
    /// The aircraft during the final approach.
    #[serde(deserialize_with = "null_as_default")]
    pub approach_data: Vec<CapturePoint>,
    /// Whether the aircraft is on the ground.
    pub is_on_ground: Option<bool>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub other: BTreeMap<String, Value>,
}

/// A bounce: from leaving the runway to touching it again (V3).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct BounceData {
    /// Number of the bounce in this landing, counted from 1.
    #[serde(deserialize_with = "null_as_default")]
    pub bounce_number: u32,
    /// Time of the touchdown after the bounce; which end of the bounce it is is assumed.
    #[serde(with = "epoch_millis")]
    pub timestamp: Option<SystemTime>,
    /// Largest height above the ground in feet.
    pub max_altitude_agl: Option<f64>,
    /// Vertical speed at the touchdown after the bounce in feet per minute, negative.
    pub touchdown_vertical_speed: Option<f64>,
    /// Load factor at the touchdown after the bounce in g.
    pub touchdown_g_force: Option<f64>,
    /// Time in the air; milliseconds in JSON.
    #[serde(rename = "durationMs", with = "millis")]
    pub duration: Option<Duration>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub other: BTreeMap<String, Value>,
}

/// The aircraft at one moment of an approach or a landing (V3).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct CapturePoint {
    /// Time of the point.
    #[serde(with = "epoch_millis")]
    pub timestamp: Option<SystemTime>,
    /// Altitude above mean sea level in feet.
    pub altitude: Option<f64>,
    /// Altitude above the ground in feet.
    pub altitude_agl: Option<f64>,
    /// Vertical speed in feet per minute, up positive.
    pub vertical_speed: Option<f64>,
    /// Ground speed in knots.
    pub ground_speed: Option<f64>,
    /// Indicated airspeed in knots.
    pub indicated_airspeed: Option<f64>,
    /// Latitude in degrees, north positive.
    pub latitude: Option<f64>,
    /// Longitude in degrees, east positive.
    pub longitude: Option<f64>,
    /// Pitch in degrees.
    pub pitch: Option<f64>,
    /// Bank in degrees.
    pub bank: Option<f64>,
    /// Load factor in g.
    pub g_force: Option<f64>,
    /// Heading in degrees.
    pub heading: Option<f64>,
    /// Flaps in percent of their full extension.
    pub flaps_control: Option<f64>,
    /// Direction that the wind comes from in degrees.
    pub wind_direction: Option<f64>,
    /// Wind speed in knots.
    pub wind_speed: Option<f64>,
    /// Fuel on board in pounds.
    pub total_fuel_lbs: Option<f64>,
    /// Deviation from the glideslope; its unit is not stated.
    pub glideslope_deviation: Option<f64>,
    /// Deviation from the localizer; its unit is not stated.
    pub localizer_deviation: Option<f64>,
    /// Position of the flaps lever, 0 for retracted.
    pub flaps_handle_index: Option<u32>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub other: BTreeMap<String, Value>,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_bounce_is_written_with_the_platforms_names() {
        let json = json!({
            "bounceNumber": 1,
            "timestamp": 1_700_000_000_000_u64,
            "maxAltitudeAgl": 3.5,
            "touchdownVerticalSpeed": -180.0,
            "touchdownGForce": 1.4,
            "durationMs": 850,
        });
        let bounce: BounceData = serde_json::from_value(json.clone()).unwrap();
        assert_eq!(bounce.duration, Some(Duration::from_millis(850)));
        assert_eq!(serde_json::to_value(&bounce).unwrap(), json);
    }

    #[test]
    fn a_report_may_be_empty() {
        for json in [
            "{}",
            r#"{"touchdowns":null,"bounces":null,"approachData":null}"#,
        ] {
            let report: LandingReport = serde_json::from_str(json).unwrap();
            assert_eq!(report, LandingReport::default());
        }
        let event: LandingEvent = serde_json::from_str("{}").unwrap();
        assert_eq!(event.kind, LandingKind::default());
    }
}
