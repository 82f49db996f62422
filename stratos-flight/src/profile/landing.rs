//! The landing, and the way to the stand.

use stratos_protocol::flight_state::Phase;

use crate::profile::builder::{IDLE, ProfileBuilder};
use crate::profile::departure::TAXI_SPEED;
use crate::profile::flight_profile::ProfileEvent;
use crate::profile::segment::Controls;
use crate::random::SplitMix64;
use crate::setup::LandingWishes;

/// Milliseconds on the ground after the last touchdown, after which the aircraft has settled.
pub(crate) const SETTLED_AFTER: u64 = 3000;
/// Ground speed in knots at which the aircraft leaves the runway.
pub(crate) const VACATE_SPEED: f64 = 30.0;
/// Share of rate and impact that each touchdown has of the one before.
const DAMPING: f64 = 0.6;
/// Time in seconds on the ground between two bounces.
const CONTACT: f64 = 0.25;

/// A landing.
#[derive(Debug, Clone, Copy)]
pub(super) struct Landing {
    /// Vertical speed at the first touchdown in feet per minute.
    pub(super) rate: f64,
    /// Load factor at the first touchdown in g.
    pub(super) g_force: f64,
    pub(super) bounces: u32,
}

impl Landing {
    pub(super) fn new(wishes: &LandingWishes, random: &mut SplitMix64) -> Self {
        let usual = random.between(-280.0, -90.0).round();
        let rate = wishes.rate.unwrap_or(usual);
        // A usual landing at -180 ft/min has 1.3 g, a hard one at -600 ft/min has 2 g.
        let g_force = wishes.g_force.unwrap_or((1.0 - rate / 600.0).min(5.0));
        Self {
            rate,
            g_force,
            bounces: wishes.bounces,
        }
    }
}

/// Touches down, bounces, and brakes to the speed at which the aircraft leaves the runway.
pub(super) fn land(builder: &mut ProfileBuilder, landing: &Landing) {
    let (mut rate, mut impact) = (landing.rate, landing.g_force - 1.0);
    builder.phase(Phase::Landed);
    builder.event(ProfileEvent::Touchdown {
        rate,
        g_force: landing.g_force,
    });
    for number in 1..=landing.bounces {
        touch(builder, impact, CONTACT);
        rate *= DAMPING;
        impact *= DAMPING;
        let ground = builder.totals.altitude;
        builder.switches.is_on_ground = false;
        builder.controls.impact = 0.0;
        builder.controls.vertical_speed = -rate;
        let start = builder.now;
        let falling = Controls {
            vertical_speed: rate,
            ..builder.controls
        };
        // The lift of the wings makes hops longer than those of a ball.
        let hop = 1.2 - rate / 600.0;
        builder.change(hop, falling);
        builder.totals.altitude = ground;
        builder.event(ProfileEvent::Bounce {
            number,
            height: -rate / 60.0 * hop / 4.0,
            millis: builder.now - start,
            rate,
            g_force: 1.0 + impact,
        });
    }
    let settled = builder.now + SETTLED_AFTER;
    builder.event_at(settled, ProfileEvent::Settled);
    touch(builder, impact, 0.4);
    let rolling = Controls {
        pitch: 0.0,
        impact: 0.0,
        ..builder.with_n1(IDLE)
    };
    builder.change(2.6, rolling);
    let braked = Controls {
        ground_speed: VACATE_SPEED,
        ..builder.controls
    };
    builder.change((builder.controls.ground_speed - VACATE_SPEED) / 3.5, braked);
}

/// Taxies to the stand at the end of the path, stops the engines, and lets the passengers out.
pub(super) fn taxi_in(builder: &mut ProfileBuilder, stand: f64) {
    builder.phase(Phase::TaxiIn);
    builder.switches.flaps_index = 0;
    builder.switches.has_strobes = false;
    builder.switches.has_landing_lights = false;
    builder.roll_to(stand, TAXI_SPEED, 0.0);
    builder.hold(15.0);
    builder.phase(Phase::Arrived);
    builder.switches.has_engines = false;
    let stopped = Controls {
        n1: 0.0,
        fuel_flow: 0.0,
        ..builder.controls
    };
    builder.controls.fuel_flow = 0.0;
    builder.change(30.0, stopped);
    builder.hold(30.0);
    builder.phase(Phase::Deboarding);
    builder.hold(300.0);
}

/// Is on the ground for a time in seconds after a touchdown: the vertical speed ends, the load stays.
fn touch(builder: &mut ProfileBuilder, impact: f64, seconds: f64) {
    builder.switches.is_on_ground = true;
    builder.controls.impact = impact;
    let touching = Controls {
        vertical_speed: 0.0,
        ..builder.controls
    };
    builder.change(seconds, touching);
}
