//! A profile as a function of time, with its events.

use stratos_protocol::flight_state::Phase;

use crate::great_circle::Position;
use crate::profile::path::Path;
use crate::profile::segment::{Controls, Segment, Switches, seconds_of};

/// A profile from its first segment to its end.
#[derive(Debug, Clone)]
pub(crate) struct FlightProfile {
    pub(super) path: Path,
    /// The segments, in order and without gaps.
    pub(super) segments: Vec<Segment>,
    /// Events by milliseconds of the profile, in order.
    pub(crate) events: Vec<(u64, ProfileEvent)>,
}

/// An event at a time of a profile.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum ProfileEvent {
    /// A phase begins.
    Phase(Phase),
    /// A point of the final approach is captured.
    ApproachPoint,
    /// The aircraft touches the runway for the first time, with a rate in feet per minute and a load factor in g.
    Touchdown { rate: f64, g_force: f64 },
    /// The aircraft touches the runway again.
    Bounce {
        number: u32,
        /// Largest height in feet.
        height: f64,
        /// Milliseconds in the air.
        millis: u64,
        rate: f64,
        g_force: f64,
    },
    /// The aircraft stays on the ground.
    Settled,
    /// The flight is over.
    End,
}

/// The aircraft at one moment.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AircraftState {
    pub(crate) position: Position,
    /// Heading in degrees.
    pub(crate) heading: f64,
    /// Turn in degrees per second, right positive.
    pub(crate) turn_rate: f64,
    /// Altitude above mean sea level in feet.
    pub(crate) altitude: f64,
    /// Load factor in g, without the turn.
    pub(crate) g_force: f64,
    /// Fuel that is burnt in pounds.
    pub(crate) fuel_burnt: f64,
    /// Progress from departure to arrival, from 0 to 1.
    pub(crate) progress: f64,
    pub(crate) controls: Controls,
    pub(crate) switches: Switches,
}

impl FlightProfile {
    /// The aircraft at a time in seconds. Before the start, it is as at the start; after the end, as at the end.
    pub(crate) fn at(&self, seconds: f64) -> AircraftState {
        let segment = self.segment(seconds);
        let (controls, totals, change) = segment.at(seconds);
        let point = self.path.at(totals.distance);
        let share = (totals.distance / self.path.length().max(1e-9)).clamp(0.0, 1.0);
        let start = self.path.start_progress;
        AircraftState {
            position: point.position,
            heading: point.heading,
            turn_rate: point.turn_rate * controls.ground_speed / 3600.0,
            altitude: totals.altitude,
            // One g changes the vertical speed by 1930 ft/min in a second.
            g_force: 1.0 + change / 1930.4 + controls.impact,
            fuel_burnt: totals.fuel,
            progress: start + (1.0 - start) * share,
            controls,
            switches: segment.switches,
        }
    }

    /// The aircraft at a time in milliseconds.
    pub(crate) fn at_millis(&self, millis: u64) -> AircraftState {
        self.at(seconds_of(millis))
    }

    /// Distance along the path in nautical miles at a time in milliseconds.
    pub(super) fn distance_at(&self, millis: u64) -> f64 {
        let seconds = seconds_of(millis);
        self.segment(seconds).at(seconds).1.distance
    }

    /// The last segment that has begun at a time in seconds.
    pub(super) fn segment(&self, seconds: f64) -> &Segment {
        let begun = |segment: &Segment| seconds_of(segment.start) <= seconds;
        let begun = self.segments.partition_point(begun);
        &self.segments[begun.saturating_sub(1)]
    }

    /// Time in milliseconds at which a phase begins for the first time.
    pub(crate) fn start_of(&self, phase: &Phase) -> Option<u64> {
        let mut events = self.events.iter();
        let found = events.find(|(_, event)| matches!(event, ProfileEvent::Phase(p) if p == phase));
        found.map(|(at, _)| *at)
    }

    /// Time in milliseconds of the first touchdown.
    pub(crate) fn touchdown(&self) -> Option<u64> {
        let mut events = self.events.iter();
        let found = events.find(|(_, event)| matches!(event, ProfileEvent::Touchdown { .. }));
        found.map(|(at, _)| *at)
    }
}
