//! The setup of a simulated flight.

use serde::{Deserialize, Serialize};
use stratos_protocol::flight_state::FlightPlan;
use thiserror::Error;

use crate::aircraft::AircraftClass;
use crate::airport::{Airport, UnknownAirport, find_airport};

/// A simulated flight, as a request of the control API or a scenario describes it.
///
/// ```
/// use stratos_flight::FlightSetup;
///
/// let setup = FlightSetup::new("EDDF", "LGIR");
/// assert!(setup.validate().is_ok());
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FlightSetup {
    /// Callsign, one to ten letters and digits.
    #[serde(default = "default_callsign")]
    pub callsign: String,
    /// ICAO code of the departure airport, in upper or lower case.
    pub departure: String,
    /// ICAO code of the arrival airport, in upper or lower case.
    pub arrival: String,
    /// Cruise level in hundreds of feet, a multiple of 10 from 100 on; by default, it depends on distance and aircraft.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cruise_level: Option<u32>,
    /// Class of the aircraft.
    #[serde(default)]
    pub aircraft: AircraftClass,
    /// Seed of wind, pressure, times at the stand and the landing. The same setup flies the same flight.
    #[serde(default)]
    pub seed: u64,
    /// The landing.
    #[serde(default)]
    pub landing: LandingWishes,
}

/// Wishes for a landing. What is left out depends on the seed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LandingWishes {
    /// Vertical speed at the first touchdown in feet per minute, from -2000 to -20.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate: Option<f64>,
    /// Load factor at the first touchdown in g, from 1 to 5; by default, it depends on the rate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub g_force: Option<f64>,
    /// Number of bounces, at most 5.
    #[serde(default)]
    pub bounces: u32,
}

/// Error of a setup that cannot be flown.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum SetupError {
    /// The callsign has another form.
    #[error("callsign `{}` is not one to ten letters and digits, such as SKV123", excerpt(.0))]
    Callsign(String),
    /// No airport has the code of the departure.
    #[error("no departure")]
    Departure(#[source] UnknownAirport),
    /// No airport has the code of the arrival.
    #[error("no arrival")]
    Arrival(#[source] UnknownAirport),
    /// Departure and arrival are the same.
    #[error("departure and arrival are both {0}: name two airports")]
    NoRoute(&'static str),
    /// The aircraft does not cruise at this level.
    #[error("cruise level {level} is none that a {} flies at: 100, 110 and so on to {max}, in hundreds of feet", aircraft.name())]
    CruiseLevel {
        /// The level.
        level: u32,
        /// The highest level of the class.
        max: u32,
        /// The class.
        aircraft: AircraftClass,
    },
    /// The route is too short to climb to the level.
    #[error(
        "cruise level {level} is too high for the {distance:.0} nm from {departure} to {arrival}: the highest is {max}"
    )]
    RouteTooShort {
        /// The level.
        level: u32,
        /// The highest level that the distance allows.
        max: u32,
        /// Code of the departure.
        departure: &'static str,
        /// Code of the arrival.
        arrival: &'static str,
        /// Distance in nautical miles.
        distance: f64,
    },
    /// The landing is out of range.
    #[error(transparent)]
    Landing(#[from] LandingError),
}

/// Error of wishes for a landing that are out of range.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum LandingError {
    /// The rate is out of range.
    #[error("landing rate {0} is out of range: -2000 to -20 ft/min")]
    Rate(f64),
    /// The load factor is out of range.
    #[error("load factor {0} is out of range: 1 to 5 g")]
    GForce(f64),
    /// The number of bounces is out of range.
    #[error("{0} bounces are too many: at most 5")]
    Bounces(u32),
}

impl FlightSetup {
    /// A flight with the defaults.
    #[must_use]
    pub fn new(departure: &str, arrival: &str) -> Self {
        Self {
            callsign: default_callsign(),
            departure: departure.to_owned(),
            arrival: arrival.to_owned(),
            cruise_level: None,
            aircraft: AircraftClass::default(),
            seed: 0,
            landing: LandingWishes::default(),
        }
    }

    /// The plan of the flight in the platform's form, with codes in upper case. Its source is `manual` (assumed).
    #[must_use]
    pub fn flight_plan(&self) -> FlightPlan {
        FlightPlan {
            callsign: Some(self.callsign.clone()),
            departure_icao: Some(self.departure.to_ascii_uppercase()),
            arrival_icao: Some(self.arrival.to_ascii_uppercase()),
            source: Some("manual".to_owned()),
            ..FlightPlan::default()
        }
    }

    /// Departure and arrival, after checks of everything that needs no profile.
    pub(crate) fn route(&self) -> Result<(&'static Airport, &'static Airport), SetupError> {
        let is_form = (1..=10).contains(&self.callsign.len())
            && self
                .callsign
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric());
        if !is_form {
            return Err(SetupError::Callsign(self.callsign.clone()));
        }
        let departure = find_airport(&self.departure).map_err(SetupError::Departure)?;
        let arrival = find_airport(&self.arrival).map_err(SetupError::Arrival)?;
        if departure.icao == arrival.icao {
            return Err(SetupError::NoRoute(departure.icao));
        }
        let max = self.aircraft.max_cruise_level();
        let is_flown = |level: &u32| (100..=max).contains(level) && level.is_multiple_of(10);
        if let Some(level) = self.cruise_level.filter(|level| !is_flown(level)) {
            let aircraft = self.aircraft;
            return Err(SetupError::CruiseLevel {
                level,
                max,
                aircraft,
            });
        }
        self.landing.validate()?;
        Ok((departure, arrival))
    }
}

impl LandingWishes {
    /// Checks the ranges.
    ///
    /// # Errors
    ///
    /// If a number is out of range.
    pub fn validate(&self) -> Result<(), LandingError> {
        if let Some(rate) = self.rate.filter(|rate| !(-2000.0..=-20.0).contains(rate)) {
            return Err(LandingError::Rate(rate));
        }
        if let Some(g_force) = self.g_force.filter(|g| !(1.0..=5.0).contains(g)) {
            return Err(LandingError::GForce(g_force));
        }
        match self.bounces {
            0..=5 => Ok(()),
            more => Err(LandingError::Bounces(more)),
        }
    }
}

fn default_callsign() -> String {
    "SKV123".to_owned()
}

fn excerpt(text: &str) -> String {
    text.escape_debug().take(20).collect()
}

#[cfg(test)]
mod tests {
    use std::error::Error as _;

    use super::*;

    #[test]
    fn a_setup_is_read_from_toml_and_json() {
        let toml = "callsign = 'DLH4CY'\ndeparture = 'eddf'\narrival = 'LGIR'\ncruise_level = 350\n\
                    aircraft = 'wide-body'\nseed = 7\nlanding = { rate = -350, bounces = 1 }";
        let setup: FlightSetup = toml::from_str(toml).unwrap();
        assert_eq!(setup.aircraft, AircraftClass::WideBody);
        assert_eq!(setup.landing.rate, Some(-350.0));
        assert_eq!(setup.flight_plan().departure_icao.as_deref(), Some("EDDF"));
        let json = serde_json::to_string(&setup).unwrap();
        assert_eq!(serde_json::from_str::<FlightSetup>(&json).unwrap(), setup);
        let least = serde_json::from_str(r#"{"departure":"EDDF","arrival":"LGIR"}"#);
        assert_eq!(least.ok(), Some(FlightSetup::new("EDDF", "LGIR")));
        let wrong: Result<FlightSetup, _> = toml::from_str("departure = 'EDDF'\narrivl = 'LGIR'");
        assert!(
            wrong
                .unwrap_err()
                .to_string()
                .contains("unknown field `arrivl`")
        );
    }

    #[test]
    fn wrong_setups_are_refused() {
        let wrong = |change: fn(&mut FlightSetup)| {
            let mut setup = FlightSetup::new("EDDM", "LSZH");
            change(&mut setup);
            let error = setup.validate().unwrap_err();
            let source = error.source().map(|source| format!(": {source}"));
            format!("{error}{}", source.unwrap_or_default())
        };
        for (found, expected) in [
            (
                wrong(|it| it.departure = "EDMM".to_owned()),
                "no departure: unknown airport `EDMM`: did you mean `EDDM`?",
            ),
            (
                wrong(|it| it.arrival = "LSZ".to_owned()),
                "no arrival: unknown airport `LSZ`: did you mean `LSZH`?",
            ),
            (
                wrong(|it| it.arrival = "eddm".to_owned()),
                "departure and arrival are both EDDM: name two airports",
            ),
            (
                wrong(|it| it.cruise_level = Some(35_000)),
                "cruise level 35000 is none that a narrow-body flies at: 100, 110 and so on to 390, in hundreds of feet",
            ),
            (
                wrong(|it| it.cruise_level = Some(390)),
                "cruise level 390 is too high for the 141 nm from EDDM to LSZH: the highest is 250",
            ),
            (
                wrong(|it| it.callsign = "DLH 1".to_owned()),
                "callsign `DLH 1` is not one to ten letters and digits, such as SKV123",
            ),
            (
                wrong(|it| it.landing.rate = Some(350.0)),
                "landing rate 350 is out of range: -2000 to -20 ft/min",
            ),
            (
                wrong(|it| it.landing.g_force = Some(f64::NAN)),
                "load factor NaN is out of range: 1 to 5 g",
            ),
            (
                wrong(|it| it.landing.bounces = 6),
                "6 bounces are too many: at most 5",
            ),
        ] {
            assert_eq!(found, expected);
        }
    }
}
