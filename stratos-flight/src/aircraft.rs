//! Classes of aircraft, and the figures of each that the simulator flies with.

use serde::{Deserialize, Serialize};

/// A class of aircraft.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AircraftClass {
    /// A turboprop for about 70 passengers, with two engines.
    Turboprop,
    /// A jet for about 180 passengers, with two engines.
    #[default]
    NarrowBody,
    /// A jet for about 400 passengers, with four engines.
    WideBody,
}

impl AircraftClass {
    /// All classes, from the smallest to the largest.
    pub const ALL: [Self; 3] = [Self::Turboprop, Self::NarrowBody, Self::WideBody];

    /// Name of the class, as it is written in files.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Turboprop => "turboprop",
            Self::NarrowBody => "narrow-body",
            Self::WideBody => "wide-body",
        }
    }

    /// The highest flight level, in hundreds of feet.
    #[must_use]
    pub fn max_cruise_level(self) -> u32 {
        self.performance().max_level
    }

    pub(crate) fn performance(self) -> &'static Performance {
        match self {
            Self::Turboprop => &TURBOPROP,
            Self::NarrowBody => &NARROW_BODY,
            Self::WideBody => &WIDE_BODY,
        }
    }
}

/// Figures of a class: speeds in knots of indicated airspeed, rates in feet per minute, weights in pounds.
#[derive(Debug)]
pub(crate) struct Performance {
    pub(crate) engines: u32,
    /// Highest flight level, and the one that long flights have by default.
    pub(crate) max_level: u32,
    pub(crate) usual_level: u32,
    pub(crate) rotation_speed: f64,
    pub(crate) climb_speed: f64,
    pub(crate) cruise_mach: f64,
    /// Speeds with the first and the second position of the flaps, and that of the final approach.
    pub(crate) approach_speed: f64,
    pub(crate) intermediate_speed: f64,
    pub(crate) final_speed: f64,
    /// Rate of climb after the take-off, and near sea level without flaps.
    pub(crate) first_climb: f64,
    pub(crate) climb: f64,
    /// Rates of descent above and below 10,000 ft.
    pub(crate) descent: f64,
    pub(crate) low_descent: f64,
    /// Fuel flow of all engines in cruise, in pounds per hour.
    pub(crate) cruise_flow: f64,
    pub(crate) zero_fuel_weight: f64,
}

const TURBOPROP: Performance = Performance {
    engines: 2,
    max_level: 250,
    usual_level: 210,
    rotation_speed: 105.0,
    climb_speed: 190.0,
    cruise_mach: 0.45,
    approach_speed: 170.0,
    intermediate_speed: 140.0,
    final_speed: 110.0,
    first_climb: 1300.0,
    climb: 1500.0,
    descent: 1500.0,
    low_descent: 1200.0,
    cruise_flow: 1700.0,
    zero_fuel_weight: 43_500.0,
};

const NARROW_BODY: Performance = Performance {
    engines: 2,
    max_level: 390,
    usual_level: 370,
    rotation_speed: 143.0,
    climb_speed: 290.0,
    cruise_mach: 0.8,
    approach_speed: 200.0,
    intermediate_speed: 175.0,
    final_speed: 137.0,
    first_climb: 2200.0,
    climb: 2800.0,
    descent: 2200.0,
    low_descent: 1500.0,
    cruise_flow: 5300.0,
    zero_fuel_weight: 128_000.0,
};

const WIDE_BODY: Performance = Performance {
    engines: 4,
    max_level: 430,
    usual_level: 370,
    rotation_speed: 160.0,
    climb_speed: 305.0,
    cruise_mach: 0.85,
    approach_speed: 215.0,
    intermediate_speed: 185.0,
    final_speed: 148.0,
    first_climb: 1900.0,
    climb: 2500.0,
    descent: 2200.0,
    low_descent: 1500.0,
    cruise_flow: 21_500.0,
    zero_fuel_weight: 480_000.0,
};
