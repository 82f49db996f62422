//! Derives landings.

use std::time::{Duration, SystemTime};

use stratos_protocol::flight_data::FlightData;
use stratos_protocol::landing::{
    BounceData, CapturePoint, LandingEvent, LandingKind, LandingReport,
};

use crate::frame::capture;

/// Height in feet that an aircraft must have had for a touchdown to be a landing, so that hops of a take-off are none.
const LEAST_HEIGHT: f64 = 50.0;
/// Height in feet above which a bounce is a go-around, which ends the landing without a report.
const BOUNCE_HEIGHT: f64 = 200.0;
/// Height in feet below which points of the final approach are captured.
const FINAL_HEIGHT: f64 = 2000.0;
/// Time between two captured points.
const CAPTURE_INTERVAL: Duration = Duration::from_secs(5);
/// Time on the ground after which the aircraft has settled.
const SETTLED_AFTER: Duration = Duration::from_secs(3);
/// Largest number of captured points and of bounces. Threat: a recording that never lands, or jumps for hours.
const MAX_POINTS: usize = 200;

/// Derives touchdown, bounces and report from simulator data, frame by frame.
///
/// The rules are the mocked shell's, for recordings; those of the real shell are not public:
///
/// - The *touchdown* is the first frame on the ground after flight at 50 ft or more above the ground. Its vertical speed
///   is that of the last frame in the air, its load factor the larger one of the two frames.
/// - A *bounce* is the next touchdown, if the aircraft leaves the ground before it has settled.
/// - The aircraft has *settled* after 3 s on the ground. Then the report is complete. An aircraft that climbs to 200 ft
///   before has gone around: the landing ends without a report.
/// - Points of the approach are captured every 5 s below 2,000 ft above the ground in descent.
#[derive(Debug, Clone, Default)]
pub struct LandingTracker {
    /// The last frame in the air, since the aircraft left the ground.
    in_the_air: Option<FlightData>,
    /// Whether the aircraft has been high enough for a landing.
    was_high: bool,
    approach: Vec<CapturePoint>,
    last_capture: Option<Duration>,
    landing: Option<Landing>,
    report: Option<LandingReport>,
}

/// A landing that has not settled.
#[derive(Debug, Clone)]
struct Landing {
    last_touch: Duration,
    /// Time at which the aircraft left the ground again.
    hop: Option<Duration>,
    /// Largest height of the hop in feet.
    height: f64,
}

impl LandingTracker {
    /// A tracker before its first frame.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The report about the latest landing, from its touchdown on.
    #[must_use]
    pub fn report(&self) -> Option<&LandingReport> {
        self.report.as_ref()
    }

    /// Takes the next frame, whose time must not be before that of the last one, and the time of day for the events.
    /// Frames that do not say whether the aircraft is on the ground are passed over.
    pub fn update(
        &mut self,
        now: Duration,
        time: Option<SystemTime>,
        data: &FlightData,
    ) -> Option<LandingEvent> {
        match data.plane_on_ground? {
            true => self.on_ground(now, time, data),
            false => {
                self.fly(now, time, data);
                None
            }
        }
    }

    fn on_ground(
        &mut self,
        now: Duration,
        time: Option<SystemTime>,
        data: &FlightData,
    ) -> Option<LandingEvent> {
        let Some(before) = self.in_the_air.take() else {
            let landing = self.landing.as_ref()?;
            if now.saturating_sub(landing.last_touch) < SETTLED_AFTER {
                return None;
            }
            self.landing = None;
            let report = self.report.clone();
            return Some(LandingEvent {
                report,
                ..event(LandingKind::Settled, time)
            });
        };
        let touchdown = CapturePoint {
            timestamp: time,
            vertical_speed: before.vertical_speed,
            g_force: larger(before.g_force, data.g_force),
            ..capture(data)
        };
        if let Some((landing, report)) = self.landing.as_mut().zip(self.report.as_mut()) {
            let hop = landing.hop.take().unwrap_or(now);
            let number = report.bounce_count.unwrap_or_default() + 1;
            let bounce = BounceData {
                bounce_number: number,
                timestamp: time,
                max_altitude_agl: Some(landing.height),
                touchdown_vertical_speed: touchdown.vertical_speed,
                touchdown_g_force: touchdown.g_force,
                duration: Some(now.saturating_sub(hop)),
                ..BounceData::default()
            };
            landing.last_touch = now;
            landing.height = 0.0;
            report.bounce_count = Some(number);
            if report.bounces.len() < MAX_POINTS {
                report.touchdowns.push(touchdown.clone());
                report.bounces.push(bounce.clone());
            }
            return Some(LandingEvent {
                touchdown: Some(touchdown),
                bounce: Some(bounce),
                ..event(LandingKind::Bounce, time)
            });
        }
        if !std::mem::take(&mut self.was_high) {
            return None;
        }
        self.landing = Some(Landing {
            last_touch: now,
            hop: None,
            height: 0.0,
        });
        self.report = Some(LandingReport {
            landing_rate: touchdown.vertical_speed,
            bounce_count: Some(0),
            touchdowns: vec![touchdown.clone()],
            approach_data: std::mem::take(&mut self.approach),
            is_on_ground: Some(true),
            ..LandingReport::default()
        });
        self.last_capture = None;
        Some(LandingEvent {
            touchdown: Some(touchdown),
            ..event(LandingKind::Touchdown, time)
        })
    }

    fn fly(&mut self, now: Duration, time: Option<SystemTime>, data: &FlightData) {
        let height = data.altitude_agl.unwrap_or_default();
        self.in_the_air = Some(data.clone());
        self.was_high |= height >= LEAST_HEIGHT;
        if let Some(landing) = &mut self.landing {
            landing.hop.get_or_insert(now);
            landing.height = landing.height.max(height);
            if height >= BOUNCE_HEIGHT {
                self.landing = None;
            }
        }
        let is_final = height < FINAL_HEIGHT && data.vertical_speed.is_some_and(|rate| rate < 0.0);
        if !is_final {
            self.approach.clear();
            self.last_capture = None;
            return;
        }
        let is_due = |last: Duration| now.saturating_sub(last) >= CAPTURE_INTERVAL;
        if self.last_capture.is_none_or(is_due) && self.landing.is_none() {
            self.last_capture = Some(now);
            if self.approach.len() < MAX_POINTS {
                self.approach.push(CapturePoint {
                    timestamp: time,
                    ..capture(data)
                });
            }
        }
    }
}

fn event(kind: LandingKind, timestamp: Option<SystemTime>) -> LandingEvent {
    LandingEvent {
        kind,
        timestamp,
        touchdown: None,
        bounce: None,
        report: None,
        other: Default::default(),
    }
}

fn larger(a: Option<f64>, b: Option<f64>) -> Option<f64> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.max(b)),
        (a, b) => a.or(b),
    }
}
