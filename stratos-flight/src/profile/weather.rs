//! Wind and pressure of a flight.

use crate::great_circle::{degrees_of_circle, turn};
use crate::random::SplitMix64;

/// Wind and pressure on the ground.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Weather {
    /// Direction that the wind comes from in degrees.
    pub(crate) wind_direction: f64,
    /// Wind speed in knots.
    pub(crate) wind_speed: f64,
    /// Pressure at sea level in inches of mercury.
    pub(crate) qnh: f64,
}

impl Weather {
    pub(super) fn random(random: &mut SplitMix64) -> Self {
        Self {
            wind_direction: random.between(0.0, 360.0),
            wind_speed: random.between(2.0, 14.0),
            qnh: random.between(29.5, 30.4),
        }
    }

    /// The direction of a runway that has a headwind, for the heading of either direction.
    pub(super) fn runway_into_wind(&self, heading: f64) -> f64 {
        match turn(heading, self.wind_direction).abs() > 90.0 {
            true => degrees_of_circle(heading + 180.0),
            false => heading,
        }
    }

    /// The weather on the way to another place, at an altitude in feet: there is more wind above.
    pub(super) fn between(&self, other: &Self, progress: f64, altitude: f64) -> Self {
        let along = |from: f64, to: f64| from + (to - from) * progress;
        let veer = turn(self.wind_direction, other.wind_direction) * progress;
        Self {
            wind_direction: degrees_of_circle(self.wind_direction + veer),
            wind_speed: along(self.wind_speed, other.wind_speed)
                * (1.0 + altitude.max(0.0) / 12_000.0),
            qnh: along(self.qnh, other.qnh),
        }
    }
}
