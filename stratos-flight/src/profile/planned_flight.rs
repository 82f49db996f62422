//! A flight with everything that its profiles are built from.

use stratos_protocol::flight_state::Phase;

use crate::aircraft::Performance;
use crate::airport::Airport;
use crate::great_circle::Position;
use crate::profile::approach::{APPROACH_HEIGHT, descend_to_platform, fly_final};
use crate::profile::builder::ProfileBuilder;
use crate::profile::departure::{leave_stand, take_off, taxi_out};
use crate::profile::en_route::{climb, cruise, descend};
use crate::profile::flight_profile::FlightProfile;
use crate::profile::landing::{Landing, land, taxi_in};
use crate::profile::path::Path;
use crate::profile::segment::{Controls, Switches, Totals};
use crate::profile::weather::Weather;
use crate::random::SplitMix64;
use crate::setup::{FlightSetup, LandingWishes, SetupError};

/// Distances in nautical miles: of the push-back, of the line-up before the take-off, from the threshold to the end of
/// the departure, from the start of the last straight to the touchdown, and between stands and runways.
const PUSH_BACK: f64 = 0.04;
const LINE_UP: f64 = 0.1;
const DEPARTURE: f64 = 6.0;
const STRAIGHT_IN: f64 = 14.0;
const STAND_TO_RUNWAY: f64 = 0.9;
/// Least distance of the cruise in nautical miles.
const LEAST_CRUISE: f64 = 15.0;

/// A flight with everything that its profiles are built from.
#[derive(Debug, Clone)]
pub(crate) struct PlannedFlight {
    pub(crate) performance: &'static Performance,
    departure: &'static Airport,
    arrival: &'static Airport,
    /// Cruise altitude in feet.
    cruise_altitude: f64,
    pub(super) landing: Landing,
    departure_weather: Weather,
    arrival_weather: Weather,
    /// Headings of the runways in degrees.
    departure_runway: f64,
    pub(super) arrival_runway: f64,
    /// Time of the boarding in seconds.
    boarding: f64,
    seed: u64,
}

impl PlannedFlight {
    /// Plans a flight.
    pub(crate) fn new(setup: &FlightSetup) -> Result<Self, SetupError> {
        let (departure, arrival) = setup.route()?;
        let mut random = SplitMix64::new(setup.seed);
        let departure_weather = Weather::random(&mut random);
        let arrival_weather = Weather::random(&mut random);
        let boarding = random.between(480.0, 720.0).round();
        let mut flight = Self {
            performance: setup.aircraft.performance(),
            departure,
            arrival,
            cruise_altitude: 0.0,
            landing: Landing::new(&setup.landing, &mut random),
            departure_weather,
            arrival_weather,
            departure_runway: departure_weather.runway_into_wind(departure.runway_heading),
            arrival_runway: arrival_weather.runway_into_wind(arrival.runway_heading),
            boarding,
            seed: setup.seed,
        };
        let distance = position(departure).distance(position(arrival));
        let usual = default_level(flight.performance, distance);
        let wished = setup.cruise_level.unwrap_or(usual);
        let highest = flight.highest_level(wished);
        if let Some(level) = setup.cruise_level.filter(|level| *level > highest) {
            return Err(SetupError::RouteTooShort {
                level,
                max: highest,
                departure: departure.icao,
                arrival: arrival.icao,
                distance,
            });
        }
        flight.cruise_altitude = f64::from(highest) * 100.0;
        Ok(flight)
    }

    /// Replaces the landing.
    pub(crate) fn set_landing(&mut self, wishes: &LandingWishes) {
        self.landing = Landing::new(wishes, &mut SplitMix64::new(self.seed));
    }

    /// The whole flight, without unplanned maneuvers.
    pub(crate) fn profile(&self) -> FlightProfile {
        let mut path = Path::new(position(self.departure), 0.0);
        path.extend_backwards(self.departure_runway + 90.0, PUSH_BACK);
        let push_back = path.length();
        let at_stand = Switches {
            is_on_ground: true,
            is_gear_down: true,
            ..Switches::default()
        };
        let totals = Totals {
            altitude: self.departure.elevation,
            ..Totals::default()
        };
        let start = (Controls::default(), at_stand, totals);
        let mut builder = ProfileBuilder::new(self.performance, path, 0, start);
        leave_stand(&mut builder, self.boarding, push_back);
        self.depart(builder)
    }

    /// Taxies from the end of the path to the runway, and flies to the destination.
    pub(super) fn depart(&self, mut builder: ProfileBuilder) -> FlightProfile {
        let threshold = self.threshold();
        let holding_point = threshold.destination(self.departure_runway + 180.0, LINE_UP);
        builder.path.extend_to(holding_point);
        builder.path.extend_to(threshold);
        let runway = builder.path.length();
        taxi_out(&mut builder, runway);
        builder.path.extend_by(self.departure_runway, DEPARTURE);
        take_off(&mut builder);
        climb(&mut builder, self.cruise_altitude);
        builder.path.extend_to(self.straight_in(STRAIGHT_IN));
        builder.path.extend_to(self.touchdown());
        let touchdown = builder.path.length();
        let rest = touchdown - builder.totals.distance - self.descent_distance(&builder);
        cruise(&mut builder, rest);
        descend(&mut builder, self.arrival.elevation + APPROACH_HEIGHT);
        builder.phase(Phase::Approach);
        descend_to_platform(&mut builder, self.arrival.elevation);
        self.arrive(builder, touchdown)
    }

    /// Flies down the glide to a point of the path, lands, and taxies to the stand.
    pub(super) fn arrive(&self, mut builder: ProfileBuilder, touchdown: f64) -> FlightProfile {
        fly_final(&mut builder, self.arrival.elevation, &self.landing);
        builder.totals.distance = touchdown;
        land(&mut builder, &self.landing);
        let rolled = builder.totals.distance - builder.path.length();
        builder
            .path
            .extend_by(self.arrival_runway, rolled + LINE_UP);
        builder.path.extend_to(position(self.arrival));
        let stand = builder.path.length();
        taxi_in(&mut builder, stand);
        builder.finish()
    }

    /// Distance in nautical miles of the final approach from the level flight before the glide.
    pub(super) fn final_distance(&self, builder: &ProfileBuilder) -> f64 {
        let mut trial = builder.clone();
        fly_final(&mut trial, self.arrival.elevation, &self.landing);
        trial.totals.distance - builder.totals.distance
    }

    /// The point before the touchdown at a distance in nautical miles, in the direction of the runway.
    pub(super) fn straight_in(&self, distance: f64) -> Position {
        self.touchdown()
            .destination(self.arrival_runway + 180.0, distance)
    }

    /// The point of the touchdown.
    pub(super) fn touchdown(&self) -> Position {
        position(self.arrival).destination(self.arrival_runway + 160.0, STAND_TO_RUNWAY)
    }

    /// Elevation of the arrival in feet.
    pub(super) fn arrival_elevation(&self) -> f64 {
        self.arrival.elevation
    }

    /// Elevation of the ground in feet, for a progress from 0 to 1: flat around the airports, and a slope between.
    pub(crate) fn ground(&self, progress: f64) -> f64 {
        let share = ((progress - 0.3) / 0.4).clamp(0.0, 1.0);
        self.departure.elevation + (self.arrival.elevation - self.departure.elevation) * share
    }

    /// Wind and pressure for a progress from 0 to 1, at an altitude in feet.
    pub(crate) fn weather(&self, progress: f64, altitude: f64) -> Weather {
        let height = altitude - self.ground(progress);
        self.departure_weather
            .between(&self.arrival_weather, progress, height)
    }

    /// Fuel on board at the start in pounds, for the fuel that a profile burns: with 5 % and 45 minutes more.
    pub(crate) fn block_fuel(&self, burnt: f64) -> f64 {
        (burnt * 1.05 + self.performance.cruise_flow * 0.75).round()
    }

    fn threshold(&self) -> Position {
        position(self.departure).destination(self.departure_runway + 200.0, STAND_TO_RUNWAY)
    }

    /// The highest level up to a wished one that leaves a cruise between climb and descent; at least 100.
    fn highest_level(&self, wished: u32) -> u32 {
        let levels = (100..=wished).rev().step_by(10);
        let fits = |level: &u32| {
            let mut flight = self.clone();
            flight.cruise_altitude = f64::from(*level) * 100.0;
            flight.cruise_distance() >= LEAST_CRUISE
        };
        levels.into_iter().find(fits).unwrap_or(100)
    }

    /// Distance in nautical miles that is left for the cruise; negative if the route is too short for the level.
    fn cruise_distance(&self) -> f64 {
        let profile = self.profile();
        let at = |phase| profile.start_of(&phase).map(|at| profile.distance_at(at));
        let (start, end) = (at(Phase::Cruise), at(Phase::Descent));
        end.zip(start).map_or(0.0, |(end, start)| end - start)
    }

    /// Distance in nautical miles from the start of the descent to the touchdown.
    fn descent_distance(&self, builder: &ProfileBuilder) -> f64 {
        let mut trial = builder.clone();
        descend(&mut trial, self.arrival.elevation + APPROACH_HEIGHT);
        descend_to_platform(&mut trial, self.arrival.elevation);
        let descent = trial.totals.distance - builder.totals.distance;
        descent + self.final_distance(&trial)
    }
}

impl FlightSetup {
    /// Checks the setup, as [`Simulator::new`](crate::Simulator::new) does.
    ///
    /// # Errors
    ///
    /// If the setup cannot be flown.
    pub fn validate(&self) -> Result<(), SetupError> {
        PlannedFlight::new(self).map(drop)
    }
}

/// Level for a distance in nautical miles: higher for longer flights, up to the usual one.
fn default_level(performance: &Performance, distance: f64) -> u32 {
    let levels = (100..=performance.usual_level).step_by(10);
    let high = |level: &u32| f64::from(*level) <= 100.0 + distance * 0.45;
    levels.into_iter().filter(high).max().unwrap_or(100)
}

fn position(airport: &Airport) -> Position {
    Position {
        latitude: airport.latitude,
        longitude: airport.longitude,
    }
}
