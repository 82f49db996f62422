//! Simulator data: what the simulator says of the aircraft at one moment.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde::ser::SerializeMap as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};

use crate::lenient::null_as_default;

/// Simulator data at one moment (V3, seen in plugins: `SimDataSnapshot`).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct SimDataSnapshot {
    /// Whether the shell is connected to a simulator.
    #[serde(deserialize_with = "null_as_default")]
    pub is_connected: bool,
    /// Name of the simulator, such as `msfs`.
    pub simulator_type: Option<String>,
    /// The aircraft; `None` before the first frame.
    pub data: Option<FlightData>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub other: BTreeMap<String, Value>,
}

/// Defines [`FlightData`] from its fields and their names in JSON.
macro_rules! flight_data {
    ($($(#[$doc:meta])+ $field:ident: $type:ty = $name:literal $(or $alias:literal)?,)+) => {
        /// The aircraft in the simulator (V3, seen in plugins).
        ///
        /// Every field may be missing, since simulators and aircraft differ. A field whose value is of an unexpected
        /// type stays in `other`, so that one odd value does not make the others unreadable.
        #[derive(Debug, Clone, Default, PartialEq)]
        pub struct FlightData {
            $($(#[$doc])+ pub $field: Option<$type>,)+
            /// Fields that this version does not know, by the platform's names.
            pub other: BTreeMap<String, Value>,
        }

        impl Serialize for FlightData {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let mut map = serializer.serialize_map(None)?;
                $(if let Some(value) = &self.$field {
                    map.serialize_entry($name, value)?;
                })+
                for (name, value) in &self.other {
                    map.serialize_entry(name, value)?;
                }
                map.end()
            }
        }

        impl<'de> Deserialize<'de> for FlightData {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let mut fields = Map::deserialize(deserializer)?;
                let data = Self {
                    $($field: take(&mut fields, &[$name, $($alias)?]),)+
                    other: BTreeMap::new(),
                };
                Ok(Self { other: fields.into_iter().collect(), ..data })
            }
        }

        /// Names of the fields in JSON, in the order in which they are written.
        #[cfg(test)]
        const NAMES: &[&str] = &[$($name),+];
    };
}

/// Takes a field out of an object by the first of its names that has a value of the type. `null` counts as missing.
fn take<T: DeserializeOwned>(fields: &mut Map<String, Value>, names: &[&str]) -> Option<T> {
    names.iter().find_map(|name| {
        let value = fields.get(*name)?;
        let taken = Option::<T>::deserialize(value).ok()?;
        fields.remove(*name);
        taken
    })
}

flight_data! {
    /// Latitude in degrees, north positive.
    latitude: f64 = "latitude",
    /// Longitude in degrees, east positive.
    longitude: f64 = "longitude",
    /// Heading in degrees from 0 to 360; whether true or magnetic is not stated.
    heading: f64 = "heading",
    /// Altitude above mean sea level in feet.
    altitude: f64 = "altitude",
    /// Altitude above the ground in feet.
    altitude_agl: f64 = "altitudeAgl",
    /// Vertical speed in feet per minute, up positive.
    vertical_speed: f64 = "verticalSpeed",
    /// Ground speed in knots.
    ground_speed: f64 = "groundSpeed",
    /// Indicated airspeed in knots.
    indicated_airspeed: f64 = "indicatedAirspeed",
    /// Pitch in degrees; the sign of nose up is not stated, the mocked shell has it positive.
    pitch: f64 = "pitch" or "pitchAngle",
    /// Bank in degrees; the sign of a right bank is not stated, the mocked shell has it positive.
    bank: f64 = "bank" or "bankAngle",
    /// Load factor in g, 1 in level flight.
    g_force: f64 = "gForce",
    /// Mach number.
    mach: f64 = "mach",
    /// Whether the aircraft is on the ground.
    plane_on_ground: bool = "planeOnground",
    /// Whether the gear lever is down.
    gear_control: bool = "gearControl",
    /// Flaps in percent of their full extension.
    flaps_control: f64 = "flapsControl",
    /// Position of the flaps lever, 0 for retracted.
    flaps_handle_index: u32 = "flapsHandleIndex",
    /// Whether the strobe lights are on.
    light_strobe: bool = "lightStrobe",
    /// Whether the landing lights are on.
    light_landing: bool = "lightLanding",
    /// Number of engines.
    engines_count: u32 = "enginesCount",
    /// Whether engine 1 runs.
    engine_1_on: bool = "engine1On",
    /// Whether engine 2 runs.
    engine_2_on: bool = "engine2On",
    /// Whether engine 3 runs.
    engine_3_on: bool = "engine3On",
    /// Whether engine 4 runs.
    engine_4_on: bool = "engine4On",
    /// Low-pressure spool speed of engine 1 in percent.
    engine_1_n1: f64 = "engine1N1",
    /// Low-pressure spool speed of engine 2 in percent.
    engine_2_n1: f64 = "engine2N1",
    /// Low-pressure spool speed of engine 3 in percent.
    engine_3_n1: f64 = "engine3N1",
    /// Low-pressure spool speed of engine 4 in percent.
    engine_4_n1: f64 = "engine4N1",
    /// High-pressure spool speed of engine 1 in percent.
    engine_1_n2: f64 = "engine1N2",
    /// High-pressure spool speed of engine 2 in percent.
    engine_2_n2: f64 = "engine2N2",
    /// High-pressure spool speed of engine 3 in percent.
    engine_3_n2: f64 = "engine3N2",
    /// High-pressure spool speed of engine 4 in percent.
    engine_4_n2: f64 = "engine4N2",
    /// Weight of the fuel on board in pounds.
    fuel_total_quantity_weight: f64 = "fuelTotalQuantityWeight",
    /// Zero-fuel weight with payload in pounds.
    zero_weight_plus_payload: f64 = "zeroWeightPlusPayload",
    /// Fuel on board in pounds.
    fuel_quantity: f64 = "fuelQuantity",
    /// Fuel used since the start in pounds.
    fuel_used: f64 = "fuelUsed",
    /// Direction that the wind comes from in degrees.
    wind_direction: f64 = "windDirection",
    /// Wind speed in knots.
    wind_speed: f64 = "windSpeed",
    /// Pressure at sea level in inches of mercury.
    pressure_qnh: f64 = "pressureQnh",
    /// Whether the simulator is paused.
    pause_flag: bool = "pauseFlag",
    /// Whether the simulator shows a menu.
    is_in_menu: bool = "isInMenu",
    /// Whether the aircraft is in slew mode, which moves it without flying.
    slew_mode: bool = "slewMode",
    /// Speed of the simulation, 1 for real time.
    simulation_rate: f64 = "simulationRate",
    /// Whether the simulator is X-Plane.
    is_xplane: bool = "isXplane",
    /// Whether the stall warning is active.
    stall_warning: bool = "stallWarning",
    /// Whether the overspeed warning is active.
    overspeed_warning: bool = "overspeedWarning",
    /// Whether the aircraft has crashed.
    crashed: bool = "crashed",
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn names_are_the_platforms() {
        let seen = "latitude longitude heading altitude altitudeAgl verticalSpeed groundSpeed indicatedAirspeed pitch \
                    bank gForce mach planeOnground gearControl flapsControl flapsHandleIndex lightStrobe lightLanding \
                    enginesCount engine1On engine2On engine3On engine4On engine1N1 engine2N1 engine3N1 engine4N1 \
                    engine1N2 engine2N2 engine3N2 engine4N2 fuelTotalQuantityWeight zeroWeightPlusPayload \
                    fuelQuantity fuelUsed windDirection windSpeed pressureQnh pauseFlag isInMenu slewMode \
                    simulationRate isXplane stallWarning overspeedWarning crashed";
        assert_eq!(NAMES.join(" "), seen);
    }

    #[test]
    fn unknown_and_odd_values_are_kept() {
        let json = json!({
            "altitude": 35_000.0,
            "pitchAngle": -2.5,
            "planeOnground": 0,
            "crashed": null,
            "engine1On": true,
            "cabinTemperature": 21,
        });
        let data: FlightData = serde_json::from_value(json).unwrap();
        assert_eq!(data.altitude, Some(35_000.0));
        assert_eq!(data.pitch, Some(-2.5));
        assert_eq!((data.plane_on_ground, data.crashed), (None, None));
        let written = serde_json::to_value(&data).unwrap();
        let expected = json!({
            "altitude": 35_000.0,
            "pitch": -2.5,
            "engine1On": true,
            "planeOnground": 0,
            "cabinTemperature": 21,
        });
        assert_eq!(written, expected);
        assert_eq!(serde_json::from_value::<FlightData>(written).unwrap(), data);
    }

    #[test]
    fn a_snapshot_may_be_empty() {
        let empty: SimDataSnapshot = serde_json::from_str("{}").unwrap();
        assert_eq!(empty, SimDataSnapshot::default());
    }
}
