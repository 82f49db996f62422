//! What is flown: the wishes for a simulated flight.

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
    /// Cruise level in hundreds of feet; by default, it depends on distance and aircraft.
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
    #[error("cruise level {level} is out of range: a {} flies at 100 to {max}, in hundreds of feet", aircraft.name())]
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

    /// Checks the setup.
    ///
    /// # Errors
    ///
    /// If it cannot be flown.
    pub fn validate(&self) -> Result<(), SetupError> {
        crate::profile::PlannedFlight::new(self).map(drop)
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
        if let Some(level) = self
            .cruise_level
            .filter(|level| !(100..=max).contains(level))
        {
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
