//! A segment of a profile: a span in which speeds change linearly.

/// Figures of the aircraft that change linearly within a segment.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Controls {
    /// Ground speed in knots.
    pub(crate) ground_speed: f64,
    /// Vertical speed in feet per minute.
    pub(crate) vertical_speed: f64,
    /// Pitch in degrees, nose up positive.
    pub(crate) pitch: f64,
    /// Speed of the low-pressure spools in percent.
    pub(crate) n1: f64,
    /// Fuel flow of all engines in pounds per hour.
    pub(crate) fuel_flow: f64,
    /// Load factor in g that a touchdown adds.
    pub(crate) impact: f64,
}

/// States of the aircraft that are constant within a segment.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Switches {
    pub(crate) is_on_ground: bool,
    pub(crate) is_gear_down: bool,
    pub(crate) flaps_index: u32,
    pub(crate) has_strobes: bool,
    pub(crate) has_landing_lights: bool,
    pub(crate) has_engines: bool,
}

/// A span in which the controls change linearly, so that way, climb and fuel are quadratic in time.
#[derive(Debug, Clone)]
pub(super) struct Segment {
    /// Start in milliseconds of the profile.
    pub(super) start: u64,
    /// Length in milliseconds.
    pub(super) millis: u64,
    pub(super) from: Controls,
    pub(super) to: Controls,
    pub(super) switches: Switches,
    /// Totals at the start.
    pub(super) totals: Totals,
}

/// Sums of the controls over the time.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Totals {
    /// Distance along the path in nautical miles.
    pub(super) distance: f64,
    /// Altitude in feet.
    pub(super) altitude: f64,
    /// Fuel that is burnt in pounds.
    pub(super) fuel: f64,
}

impl Segment {
    /// Controls, totals and the change of the vertical speed in feet per minute and second, at a time in seconds of the
    /// profile.
    pub(super) fn at(&self, seconds: f64) -> (Controls, Totals, f64) {
        let length = seconds_of(self.millis);
        let into = (seconds - seconds_of(self.start)).clamp(0.0, length);
        let share = match self.millis {
            0 => 1.0,
            _ => into / length,
        };
        let now = |value: fn(&Controls) -> f64| {
            let (from, to) = (value(&self.from), value(&self.to));
            from + (to - from) * share
        };
        // The mean of a linear change up to now, times its length.
        let sum = |value: fn(&Controls) -> f64| (value(&self.from) + now(value)) / 2.0 * into;
        let controls = Controls {
            ground_speed: now(|it| it.ground_speed),
            vertical_speed: now(|it| it.vertical_speed),
            pitch: now(|it| it.pitch),
            n1: now(|it| it.n1),
            fuel_flow: now(|it| it.fuel_flow),
            impact: now(|it| it.impact),
        };
        let climb = match self.switches.is_on_ground {
            true => 0.0,
            false => sum(|it| it.vertical_speed) / 60.0,
        };
        let totals = Totals {
            distance: self.totals.distance + sum(|it| it.ground_speed) / 3600.0,
            altitude: self.totals.altitude + climb,
            fuel: self.totals.fuel + sum(|it| it.fuel_flow) / 3600.0,
        };
        let change = match self.switches.is_on_ground || self.millis == 0 {
            true => 0.0,
            false => (self.to.vertical_speed - self.from.vertical_speed) / length,
        };
        (controls, totals, change)
    }

    /// End in milliseconds of the profile.
    pub(super) fn end(&self) -> u64 {
        self.start + self.millis
    }
}

/// Milliseconds in seconds.
#[expect(clippy::cast_precision_loss, reason = "flights take no 285,000 years")]
pub(super) fn seconds_of(millis: u64) -> f64 {
    millis as f64 / 1000.0
}

/// Seconds in milliseconds, rounded; negative ones are 0.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the cast saturates"
)]
pub(super) fn millis_of(seconds: f64) -> u64 {
    (seconds * 1000.0).round() as u64
}
