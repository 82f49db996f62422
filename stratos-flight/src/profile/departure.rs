//! From the stand into the air.

use stratos_protocol::flight_state::Phase;

use crate::profile::builder::{CLIMB, IDLE, ProfileBuilder, TAKE_OFF};
use crate::profile::segment::Controls;

/// Taxi speed in knots.
pub(super) const TAXI_SPEED: f64 = 15.0;
/// Height above the ground in feet at which the phase take-off ends.
const TAKE_OFF_HEIGHT: f64 = 1500.0;
/// Position of the flaps lever for the take-off.
const TAKE_OFF_FLAPS: u32 = 1;

/// Boards for a time in seconds, pushes back to a point of the path, and starts the engines.
pub(super) fn leave_stand(builder: &mut ProfileBuilder, boarding: f64, push_back: f64) {
    builder.phase(Phase::Boarding);
    builder.hold(boarding);
    builder.phase(Phase::PushBack);
    builder.roll_to(push_back, 2.5, 0.0);
    builder.switches.has_engines = true;
    let idle = builder.with_n1(IDLE);
    builder.change(40.0, idle);
    builder.hold(20.0);
}

/// Taxies to the runway, and waits on it.
pub(super) fn taxi_out(builder: &mut ProfileBuilder, threshold: f64) {
    builder.phase(Phase::Taxi);
    builder.switches.flaps_index = TAKE_OFF_FLAPS;
    builder.roll_to(threshold, TAXI_SPEED, 0.0);
    builder.hold(30.0);
}

/// Takes off, climbs to 1500 ft above the ground, and retracts gear and flaps.
pub(super) fn take_off(builder: &mut ProfileBuilder) {
    let performance = builder.performance;
    builder.phase(Phase::TakeOff);
    builder.switches.has_strobes = true;
    builder.switches.has_landing_lights = true;
    let ground = builder.totals.altitude;
    let thrust = Controls {
        ground_speed: 12.0,
        ..builder.with_n1(TAKE_OFF)
    };
    builder.change(8.0, thrust);
    let rotating = Controls {
        ground_speed: performance.rotation_speed,
        ..builder.controls
    };
    builder.change((performance.rotation_speed - 12.0) / 3.7, rotating);
    builder.switches.is_on_ground = false;
    let lift_off = Controls {
        ground_speed: performance.rotation_speed + 12.0,
        vertical_speed: performance.first_climb,
        pitch: 14.0,
        ..builder.controls
    };
    builder.change(8.0, lift_off);
    builder.switches.is_gear_down = false;
    let climb = ground + TAKE_OFF_HEIGHT - builder.totals.altitude;
    builder.hold(climb / performance.first_climb * 60.0);
    builder.totals.altitude = ground + TAKE_OFF_HEIGHT;
    builder.phase(Phase::Climb);
    let climbing = Controls {
        pitch: 9.0,
        ..builder.with_n1(CLIMB)
    };
    builder.change_rate(20.0, performance.first_climb, climbing);
    builder.switches.flaps_index = 0;
}
