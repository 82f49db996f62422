//! Unplanned maneuvers: from the present state, they lead to a new profile for the rest of the flight.

use stratos_protocol::flight_state::Phase;

use crate::profile::approach::{PLATFORM_HEIGHT, descend_to_platform};
use crate::profile::builder::{CRUISE, GLIDE, IDLE, ProfileBuilder, TAKE_OFF};
use crate::profile::flight_profile::FlightProfile;
use crate::profile::path::Path;
use crate::profile::planned_flight::PlannedFlight;
use crate::profile::segment::{Controls, Totals, seconds_of};

/// Distances in nautical miles: to the side of the runway after a rejected take-off, straight on after a go-around, and
/// of the level flight between the last turn and the glide.
const TURN_OFF: f64 = 0.25;
const STRAIGHT_ON: f64 = 2.0;
const LEVEL: f64 = 2.0;

impl PlannedFlight {
    /// Brakes on the runway at a time in milliseconds of a profile, taxies back, and flies as planned.
    pub(crate) fn reject_take_off(&self, profile: &FlightProfile, now: u64) -> FlightProfile {
        let mut builder = self.resume(profile, now, 0.0);
        builder.phase(Phase::RejectedTakeOff);
        let braking = Controls {
            ground_speed: 0.0,
            pitch: 0.0,
            ..builder.with_n1(IDLE)
        };
        let course = profile.at(seconds_of(now)).heading;
        builder.change((builder.controls.ground_speed / 6.0).max(2.0), braking);
        builder.hold(20.0);
        builder.switches.has_strobes = false;
        builder.switches.has_landing_lights = false;
        let stopped = builder.totals.distance;
        builder.path.extend_by(course, stopped + LEAST_ROLL);
        builder.path.extend_by(course + 90.0, TURN_OFF);
        self.depart(builder)
    }

    /// Climbs away at a time in milliseconds of a profile, and flies another approach.
    pub(crate) fn go_around(&self, profile: &FlightProfile, now: u64) -> FlightProfile {
        let performance = self.performance;
        let mut builder = self.resume(profile, now, 1.0);
        let course = profile.at(seconds_of(now)).heading;
        builder.phase(Phase::GoAround);
        let climb = performance.first_climb;
        let climbing = Controls {
            pitch: 12.0,
            ..builder.with_n1(TAKE_OFF)
        };
        builder.switches.flaps_index = 2;
        builder.change_rate(8.0, climb, climbing);
        builder.switches.is_gear_down = false;
        let platform = self.arrival_elevation() + PLATFORM_HEIGHT;
        let target = platform.max(builder.totals.altitude + climb / 60.0 * 15.0);
        let speed = performance.approach_speed;
        let rest = climb / 2.0 * 15.0 / 60.0;
        builder.fly_to_altitude(target - rest, |_| climb, |_| speed);
        builder.switches.flaps_index = 1;
        let level = Controls {
            pitch: 3.0,
            ..builder.with_n1(CRUISE)
        };
        builder.level_off(target, level);
        builder.hold(20.0);
        let away = builder.totals.distance + STRAIGHT_ON;
        builder.path.extend_by(course, away);
        let mut trial = builder.clone();
        self.descend_again(&mut trial, target, platform);
        let needed = trial.totals.distance - builder.totals.distance + self.final_distance(&trial);
        builder.path.extend_to(self.straight_in(needed + LEVEL));
        builder.path.extend_to(self.touchdown());
        let touchdown = builder.path.length();
        let level = touchdown - needed - builder.totals.distance;
        builder.phase(Phase::Approach);
        builder.controls = builder.with_n1(GLIDE);
        builder.hold(level / builder.controls.ground_speed * 3600.0);
        builder.totals.distance = touchdown - needed;
        self.descend_again(&mut builder, target, platform);
        self.arrive(builder, touchdown)
    }

    /// Descends from the altitude at which the go-around ended, if that is above the start of the glide.
    fn descend_again(&self, builder: &mut ProfileBuilder, altitude: f64, platform: f64) {
        if altitude > platform + 1.0 {
            let rate = -self.performance.low_descent;
            builder.change_rate(15.0, rate, builder.controls);
            descend_to_platform(builder, self.arrival_elevation());
        }
    }

    /// Stands on the ground for ever, from a time in milliseconds of a profile.
    pub(crate) fn crash(&self, profile: &FlightProfile, now: u64) -> FlightProfile {
        let progress = profile.at(seconds_of(now)).progress;
        let mut builder = self.resume(profile, now, progress);
        let heading = profile.at(seconds_of(now)).heading;
        builder.path.extend_by(heading, LEAST_ROLL);
        builder.controls = Controls::default();
        builder.switches.is_on_ground = true;
        builder.switches.has_engines = false;
        builder.totals.altitude = self.ground(progress);
        builder.hold(0.0);
        builder.into_profile()
    }

    /// A builder that goes on at a time in milliseconds of a profile.
    fn resume(&self, profile: &FlightProfile, now: u64, progress: f64) -> ProfileBuilder {
        let seconds = seconds_of(now);
        let state = profile.at(seconds);
        let path = Path::new(state.position, progress);
        let totals = Totals {
            distance: 0.0,
            altitude: state.altitude,
            fuel: state.fuel_burnt,
        };
        let start = (state.controls, state.switches, totals);
        ProfileBuilder::new(self.performance, path, now, start)
    }
}

/// Least distance on the runway after a rejected take-off, in nautical miles, so that the path has a direction.
const LEAST_ROLL: f64 = 0.05;
