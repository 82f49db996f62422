//! The approach to a runway, down to the touchdown.

use stratos_protocol::flight_state::Phase;

use crate::atmosphere::true_airspeed;
use crate::profile::builder::{GLIDE, IDLE, ProfileBuilder};
use crate::profile::flight_profile::ProfileEvent;
use crate::profile::landing::Landing;
use crate::profile::segment::Controls;

/// Height above the runway in feet at which the approach begins.
pub(super) const APPROACH_HEIGHT: f64 = 6000.0;
/// Height in feet of the level flight before the glide.
pub(super) const PLATFORM_HEIGHT: f64 = 3000.0;
/// Heights in feet on the glide: gear, phase final, landing speed.
const GEAR_HEIGHT: f64 = 2200.0;
const FINAL_HEIGHT: f64 = 2000.0;
const STABLE_HEIGHT: f64 = 1200.0;
/// Feet per minute of the glide of three degrees, for each knot.
const GLIDE_SLOPE: f64 = 5.307;
/// Times in seconds: the flare, and the float at the landing rate before the touchdown.
const FLARE: f64 = 5.0;
const FLOAT: f64 = 1.0;
/// Milliseconds between the captured points of the final approach.
const CAPTURE_INTERVAL: u64 = 5000;

/// Descends to the level flight before the glide.
pub(super) fn descend_to_platform(builder: &mut ProfileBuilder, ground: f64) {
    let performance = builder.performance;
    builder.switches.flaps_index = 1;
    let rate = -performance.low_descent;
    let rest = -rate / 2.0 * 15.0 / 60.0;
    let (platform, speed) = (ground + PLATFORM_HEIGHT, performance.approach_speed);
    builder.fly_to_altitude(platform + rest, |_| rate, |_| speed);
    let level = Controls {
        pitch: 3.0,
        ..builder.with_n1(GLIDE)
    };
    builder.level_off(platform, level);
}

/// Flies down the glide from the level flight, and touches down on the ground at an elevation in feet.
pub(super) fn fly_final(builder: &mut ProfileBuilder, ground: f64, landing: &Landing) {
    let performance = builder.performance;
    builder.switches.flaps_index = 2;
    let platform = builder.totals.altitude;
    let slower = Controls {
        ground_speed: true_airspeed(performance.intermediate_speed, platform),
        ..builder.controls
    };
    builder.change(45.0, slower);
    let rate = -GLIDE_SLOPE * builder.controls.ground_speed;
    let gliding = Controls {
        vertical_speed: rate,
        pitch: 1.0,
        ..builder.controls
    };
    builder.change(10.0, gliding);
    glide_to(
        builder,
        ground + GEAR_HEIGHT,
        performance.intermediate_speed,
    );
    builder.switches.is_gear_down = true;
    builder.switches.flaps_index = 3;
    let slowing = (performance.intermediate_speed + performance.final_speed) / 2.0;
    glide_to(builder, ground + FINAL_HEIGHT, slowing);
    builder.phase(Phase::Final);
    let start = builder.now;
    builder.switches.flaps_index = 4;
    glide_to(builder, ground + STABLE_HEIGHT, performance.final_speed);
    let flaring = flare_height(builder.controls.vertical_speed, landing.rate);
    glide_to(builder, ground + flaring, performance.final_speed);
    let flare = Controls {
        ground_speed: performance.final_speed - 4.0,
        vertical_speed: landing.rate,
        pitch: 4.5,
        ..builder.with_n1(IDLE + 8.0)
    };
    builder.change(FLARE, flare);
    builder.hold(FLOAT);
    builder.totals.altitude = ground;
    let mut at = start + CAPTURE_INTERVAL;
    while at < builder.now {
        builder.event_at(at, ProfileEvent::ApproachPoint);
        at += CAPTURE_INTERVAL;
    }
}

/// Descends on the glide to an altitude in feet, and has an indicated airspeed in knots there.
fn glide_to(builder: &mut ProfileBuilder, altitude: f64, airspeed: f64) {
    let speed = true_airspeed(airspeed, altitude);
    let rate = -GLIDE_SLOPE * speed;
    let mean = (builder.controls.vertical_speed + rate) / 2.0;
    let seconds = (altitude - builder.totals.altitude) / mean * 60.0;
    let gliding = Controls {
        ground_speed: speed,
        vertical_speed: rate,
        ..builder.controls
    };
    builder.change(seconds, gliding);
    builder.totals.altitude = altitude;
}

/// Height in feet at which the flare begins, for the rates on the glide and at the touchdown.
fn flare_height(glide: f64, touchdown: f64) -> f64 {
    -((glide + touchdown) / 2.0 * FLARE + touchdown * FLOAT) / 60.0
}
