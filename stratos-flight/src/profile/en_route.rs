//! Climb, cruise and descent.

use stratos_protocol::flight_state::Phase;

use crate::profile::builder::{CLIMB, CRUISE, IDLE, LOW, ProfileBuilder};
use crate::profile::segment::Controls;

/// Time in seconds in which the aircraft levels off or begins to descend.
const LEVEL_OFF: f64 = 20.0;
/// Lowest rate of climb in feet per minute.
const LEAST_CLIMB: f64 = 600.0;

/// Climbs to an altitude in feet, and levels off. The phase climb has begun.
pub(super) fn climb(builder: &mut ProfileBuilder, altitude: f64) {
    let (performance, scheduled) = (builder.performance, builder.clone());
    let ceiling = f64::from(performance.max_level) * 100.0;
    // Thin air takes three quarters of the rate at the highest level.
    let rate = |at: f64| (performance.climb * (1.0 - 0.75 * at / ceiling)).max(LEAST_CLIMB);
    let rest = rate(altitude) / 2.0 * LEVEL_OFF / 60.0;
    builder.controls = Controls {
        pitch: builder.controls.pitch,
        ..builder.with_n1(CLIMB)
    };
    builder.fly_to_altitude(altitude - rest, rate, |at| scheduled.schedule(at));
    let level = Controls {
        pitch: 2.5,
        ..builder.with_n1(CRUISE)
    };
    builder.level_off(altitude, level);
}

/// Cruises for a distance in nautical miles.
pub(super) fn cruise(builder: &mut ProfileBuilder, distance: f64) {
    builder.phase(Phase::Cruise);
    let end = builder.totals.distance + distance;
    builder.hold(distance / builder.controls.ground_speed * 3600.0);
    builder.totals.distance = end;
}

/// Descends to an altitude in feet, at which the descent goes on.
pub(super) fn descend(builder: &mut ProfileBuilder, altitude: f64) {
    let (performance, scheduled) = (builder.performance, builder.clone());
    let rate = |at: f64| match at > LOW {
        true => -performance.descent,
        false => -performance.low_descent,
    };
    builder.phase(Phase::Descent);
    let first = rate(builder.totals.altitude);
    let descending = Controls {
        pitch: -1.5,
        ..builder.with_n1(IDLE)
    };
    builder.change_rate(LEVEL_OFF, first, descending);
    builder.fly_to_altitude(altitude, rate, |at| scheduled.schedule(at));
}
