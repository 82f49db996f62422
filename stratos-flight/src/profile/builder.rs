//! Builds a profile segment by segment.

use stratos_protocol::flight_state::Phase;

use crate::aircraft::Performance;
use crate::atmosphere::{indicated_airspeed, speed_of_sound, true_airspeed};
use crate::profile::flight_profile::{FlightProfile, ProfileEvent};
use crate::profile::path::Path;
use crate::profile::segment::{Controls, Segment, Switches, Totals, millis_of, seconds_of};

/// Spool speeds in percent: idle, on the glide, in cruise, in climb, at the take-off.
pub(super) const IDLE: f64 = 20.0;
pub(super) const GLIDE: f64 = 52.0;
pub(super) const CRUISE: f64 = 84.0;
pub(super) const CLIMB: f64 = 90.0;
pub(super) const TAKE_OFF: f64 = 95.0;

/// Altitude in feet below which 250 kt are not exceeded and landing lights are on.
pub(super) const LOW: f64 = 10_000.0;
/// Indicated airspeed in knots below that altitude.
const LOW_SPEED: f64 = 245.0;
/// Altitude in feet at which climb and descent have their full speed.
const FULL_SPEED: f64 = 12_000.0;

/// A profile that is being built, and the aircraft at its end.
#[derive(Debug, Clone)]
pub(super) struct ProfileBuilder {
    pub(super) performance: &'static Performance,
    pub(super) path: Path,
    segments: Vec<Segment>,
    events: Vec<(u64, ProfileEvent)>,
    /// End in milliseconds.
    pub(super) now: u64,
    pub(super) controls: Controls,
    pub(super) switches: Switches,
    pub(super) totals: Totals,
}

impl ProfileBuilder {
    pub(super) fn new(
        performance: &'static Performance,
        path: Path,
        now: u64,
        (controls, switches, totals): (Controls, Switches, Totals),
    ) -> Self {
        Self {
            performance,
            path,
            segments: Vec::new(),
            events: Vec::new(),
            now,
            controls,
            switches,
            totals,
        }
    }

    /// The finished profile, which ends now.
    pub(super) fn finish(mut self) -> FlightProfile {
        self.event(ProfileEvent::End);
        self.hold(0.0);
        self.into_profile()
    }

    /// A profile that goes on for ever as it is now.
    pub(super) fn into_profile(mut self) -> FlightProfile {
        self.events.sort_by_key(|(at, _)| *at);
        FlightProfile {
            path: self.path,
            segments: self.segments,
            events: self.events,
        }
    }

    pub(super) fn phase(&mut self, phase: Phase) {
        self.event(ProfileEvent::Phase(phase));
    }

    pub(super) fn event(&mut self, event: ProfileEvent) {
        self.events.push((self.now, event));
    }

    pub(super) fn event_at(&mut self, millis: u64, event: ProfileEvent) {
        self.events.push((millis, event));
    }

    /// Adds a segment of a length in seconds, at whose end the controls are these.
    pub(super) fn change(&mut self, seconds: f64, to: Controls) {
        let segment = Segment {
            start: self.now,
            millis: millis_of(seconds),
            from: self.controls,
            to,
            switches: self.switches,
            totals: self.totals,
        };
        self.now = segment.end();
        self.totals = segment.at(seconds_of(self.now)).1;
        self.controls = to;
        self.segments.push(segment);
    }

    /// Adds a segment in which nothing changes.
    pub(super) fn hold(&mut self, seconds: f64) {
        self.change(seconds, self.controls);
    }

    /// Controls with a spool speed, and the fuel flow that belongs to it.
    pub(super) fn with_n1(&self, n1: f64) -> Controls {
        Controls {
            n1,
            fuel_flow: self.fuel_flow(n1),
            ..self.controls
        }
    }

    /// Fuel flow in pounds per hour: linear, with the cruise flow in cruise and a tenth of it at idle.
    fn fuel_flow(&self, n1: f64) -> f64 {
        let share = 0.1 + 0.9 * (n1 - IDLE) / (CRUISE - IDLE);
        self.performance.cruise_flow * share.max(0.0)
    }

    /// Moves on the ground to a point of the path: speeds up by 1 kt a second, and slows down by 1.5 kt a second.
    pub(super) fn roll_to(&mut self, distance: f64, speed: f64, end_speed: f64) {
        let from = self.controls.ground_speed;
        let (up, down) = ((speed - from).abs(), ((speed - end_speed) / 1.5).abs());
        let used = (from + speed) / 2.0 * up + (speed + end_speed) / 2.0 * down;
        let rest = (distance - self.totals.distance) * 3600.0 - used;
        let rolling = Controls {
            ground_speed: speed,
            ..self.controls
        };
        self.change(up, rolling);
        self.hold((rest / speed).max(0.0));
        let ending = Controls {
            ground_speed: end_speed,
            ..self.controls
        };
        self.change(down, ending);
        self.totals.distance = distance;
    }

    /// Climbs or descends to an altitude in feet, in steps of at most 1000 ft.
    ///
    /// The vertical speed in feet per minute depends on the altitude, and so does the airspeed, which is approached by
    /// one knot a second.
    pub(super) fn fly_to_altitude(
        &mut self,
        altitude: f64,
        vertical_speed: impl Fn(f64) -> f64,
        airspeed: impl Fn(f64) -> f64,
    ) {
        let is_climb = altitude > self.totals.altitude;
        // Ends where rounded milliseconds would give an empty step.
        while (altitude - self.totals.altitude).abs() > 1.0 {
            let start = self.totals.altitude;
            let next = match is_climb {
                true => ((start + 1.0) / 1000.0).floor() * 1000.0 + 1000.0,
                false => ((start - 1.0) / 1000.0).ceil() * 1000.0 - 1000.0,
            };
            let next = match is_climb {
                true => next.min(altitude),
                false => next.max(altitude),
            };
            let end_rate = vertical_speed(next);
            let mean = (self.controls.vertical_speed + end_rate) / 2.0;
            let seconds = (next - start) / mean * 60.0;
            let now = indicated_airspeed(self.controls.ground_speed, start);
            let speed = airspeed(next).clamp(now - seconds, now + seconds);
            self.switches.has_landing_lights = start.min(next) < LOW - 0.5;
            self.change(
                seconds,
                Controls {
                    ground_speed: true_airspeed(speed, next),
                    vertical_speed: end_rate,
                    ..self.controls
                },
            );
            self.totals.altitude = next;
        }
    }

    /// Changes the vertical speed in a time in seconds, without a change of the airspeed.
    pub(super) fn change_rate(&mut self, seconds: f64, vertical_speed: f64, to: Controls) {
        let climbed = (self.controls.vertical_speed + vertical_speed) / 2.0 * seconds / 60.0;
        let altitude = self.totals.altitude;
        let speed = indicated_airspeed(self.controls.ground_speed, altitude);
        self.change(
            seconds,
            Controls {
                vertical_speed,
                ground_speed: true_airspeed(speed, altitude + climbed),
                ..to
            },
        );
    }

    /// Levels off at an altitude in feet, in the time that the vertical speed and the way to it need.
    pub(super) fn level_off(&mut self, altitude: f64, to: Controls) {
        let mean = self.controls.vertical_speed / 2.0;
        let seconds = (altitude - self.totals.altitude) / mean * 60.0;
        self.change_rate(seconds, 0.0, to);
        self.totals.altitude = altitude;
    }

    /// Indicated airspeed of climb and descent at an altitude in feet.
    pub(super) fn schedule(&self, altitude: f64) -> f64 {
        let full = self.performance.climb_speed;
        let low = full.min(LOW_SPEED);
        let share = ((altitude - LOW) / (FULL_SPEED - LOW)).clamp(0.0, 1.0);
        let mach = self.performance.cruise_mach * speed_of_sound(altitude);
        (low + (full - low) * share).min(indicated_airspeed(mach, altitude))
    }
}
