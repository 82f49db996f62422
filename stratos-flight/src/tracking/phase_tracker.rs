//! Derives the phases of a flight.

use std::time::Duration;

use stratos_protocol::flight_data::FlightData;
use stratos_protocol::flight_state::Phase;

use crate::tracking::condition_timer::ConditionTimer;

/// Ground speeds in knots: above which an aircraft moves, taxies, takes off, and below which it has left the runway.
const MOVING: f64 = 0.5;
const TAXIING: f64 = 5.0;
const TAKING_OFF: f64 = 40.0;
const VACATED: f64 = 30.5;
/// Knots below the highest ground speed of a take-off run at which it is rejected.
const REJECTED: f64 = 15.0;
/// Heights in feet: end of the take-off, start of the approach, start of the final, lowest cruise.
const CLIMB_HEIGHT: f64 = 1500.0;
const APPROACH_HEIGHT: f64 = 6000.0;
const FINAL_HEIGHT: f64 = 2000.0;
const CRUISE_HEIGHT: f64 = 5000.0;
/// Height in feet above which a landing that leaves the runway again is a go-around.
const BOUNCE_HEIGHT: f64 = 200.0;
/// Vertical speed in feet per minute within which flight is level.
const LEVEL: f64 = 300.0;
/// Times for which a trend must hold.
const LEVEL_TIME: Duration = Duration::from_secs(20);
const TREND_TIME: Duration = Duration::from_secs(10);
const GO_AROUND_TIME: Duration = Duration::from_secs(5);
/// Time at the stand after which the passengers leave.
const ARRIVED_TIME: Duration = Duration::from_secs(60);

/// Derives the phase from simulator data, frame by frame.
///
/// The rules are the mocked shell's, for recordings without phases; those of the real shell are not public. One frame
/// changes the phase at most once.
///
/// | phase | begins |
/// |---|---|
/// | boarding | at the start, with engines off |
/// | push_back | when the aircraft moves or an engine runs |
/// | taxi | above 5 kt, or at the start with engines on |
/// | take_off | above 40 kt on the ground |
/// | rejected_take_off | 15 kt below the highest speed of the take-off run |
/// | taxi again | below 30 kt after a rejected take-off |
/// | climb | 1,500 ft above the ground; from cruise or descent, after 10 s of climb |
/// | cruise | after 20 s of level flight, 5,000 ft above the ground or higher, in climb or descent |
/// | descent | after 10 s of descent, in climb or cruise |
/// | approach | below 6,000 ft above the ground in descent; level for 10 s after a go-around |
/// | final | below 2,000 ft above the ground with gear down in the approach |
/// | landed | on the ground after flight |
/// | go_around | after 5 s of climb in approach or final; 200 ft above the ground after a touchdown |
/// | taxi_in | below 30 kt after the landing |
/// | arrived | when it stands with engines off |
/// | deboarding | 60 s later |
///
/// A start in the air gives climb, cruise, descent, approach or final by vertical speed and height. Where a value is
/// missing, the rules that need it do not apply.
#[derive(Debug, Clone, Default)]
pub struct PhaseTracker {
    phase: Option<Phase>,
    /// Highest ground speed of the take-off run in knots.
    fastest: f64,
    level: ConditionTimer,
    climbing: ConditionTimer,
    descending: ConditionTimer,
    arrived: ConditionTimer,
}

impl PhaseTracker {
    /// A tracker before its first frame.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The phase; `None` before the first frame that says whether the aircraft is on the ground.
    #[must_use]
    pub fn phase(&self) -> Option<&Phase> {
        self.phase.as_ref()
    }

    /// Takes the next frame, whose time must not be before that of the last one. Returns the new phase if it changes.
    pub fn update(&mut self, now: Duration, data: &FlightData) -> Option<Phase> {
        let is_on_ground = data.plane_on_ground?;
        let frame = Frame {
            speed: data.ground_speed.unwrap_or_default(),
            height: data.altitude_agl,
            rate: data.vertical_speed.unwrap_or_default(),
            is_gear_down: data.gear_control.unwrap_or(true),
            has_engines: [
                data.engine_1_on,
                data.engine_2_on,
                data.engine_3_on,
                data.engine_4_on,
            ]
            .contains(&Some(true)),
        };
        let next = match is_on_ground {
            true => self.on_ground(now, &frame),
            false => self.in_the_air(now, &frame),
        }?;
        if self.phase.as_ref() == Some(&next) {
            return None;
        }
        self.phase = Some(next.clone());
        self.arrived = ConditionTimer::default();
        Some(next)
    }

    fn on_ground(&mut self, now: Duration, frame: &Frame) -> Option<Phase> {
        self.fastest = match self.phase {
            Some(Phase::TakeOff) => self.fastest.max(frame.speed),
            _ => 0.0,
        };
        let is_waiting = self.phase == Some(Phase::Arrived);
        let waited = self.arrived.update(now, is_waiting);
        let is_ready = waited.is_some_and(|waited| waited >= ARRIVED_TIME);
        let phase = match self.phase.as_ref() {
            None if frame.speed >= TAKING_OFF => Phase::TakeOff,
            None if frame.has_engines => Phase::Taxi,
            None => Phase::Boarding,
            Some(Phase::Boarding | Phase::PushBack) if frame.speed >= TAXIING => Phase::Taxi,
            Some(Phase::Boarding) if frame.speed >= MOVING || frame.has_engines => Phase::PushBack,
            Some(Phase::Taxi) if frame.speed >= TAKING_OFF => Phase::TakeOff,
            Some(Phase::TakeOff) if frame.speed < self.fastest - REJECTED => Phase::RejectedTakeOff,
            Some(Phase::RejectedTakeOff) if frame.speed < VACATED => Phase::Taxi,
            Some(phase) if phase.is_airborne() => Phase::Landed,
            Some(Phase::Landed) if frame.speed < VACATED => Phase::TaxiIn,
            Some(Phase::TaxiIn) if frame.speed < MOVING && !frame.has_engines => Phase::Arrived,
            Some(Phase::Arrived) if is_ready => Phase::Deboarding,
            _ => return None,
        };
        Some(phase)
    }

    fn in_the_air(&mut self, now: Duration, frame: &Frame) -> Option<Phase> {
        let level = self.level.update(now, frame.rate.abs() < LEVEL);
        let climbing = self.climbing.update(now, frame.rate >= LEVEL);
        let descending = self.descending.update(now, frame.rate <= -LEVEL);
        let lasts = |time: Option<Duration>, least| time.is_some_and(|time| time >= least);
        let above = |height| frame.height.is_some_and(|it| it >= height);
        let below = |height| frame.height.is_some_and(|it| it < height);
        let phase = match self.phase.as_ref() {
            None => start_in_the_air(frame),
            Some(Phase::TakeOff) if above(CLIMB_HEIGHT) => Phase::Climb,
            Some(Phase::Boarding | Phase::PushBack | Phase::Taxi | Phase::RejectedTakeOff) => {
                Phase::TakeOff
            }
            Some(Phase::Climb | Phase::Descent)
                if lasts(level, LEVEL_TIME) && above(CRUISE_HEIGHT) =>
            {
                Phase::Cruise
            }
            Some(Phase::Climb | Phase::Cruise) if lasts(descending, TREND_TIME) => Phase::Descent,
            Some(Phase::Cruise | Phase::Descent) if lasts(climbing, TREND_TIME) => Phase::Climb,
            Some(Phase::Descent) if below(APPROACH_HEIGHT) => Phase::Approach,
            Some(Phase::Approach | Phase::Final) if lasts(climbing, GO_AROUND_TIME) => {
                Phase::GoAround
            }
            Some(Phase::Approach) if below(FINAL_HEIGHT) && frame.is_gear_down => Phase::Final,
            Some(Phase::Landed | Phase::TaxiIn) if above(BOUNCE_HEIGHT) => Phase::GoAround,
            Some(Phase::GoAround) if lasts(level, TREND_TIME) => Phase::Approach,
            _ => return None,
        };
        Some(phase)
    }
}

/// The values that the rules need.
struct Frame {
    speed: f64,
    height: Option<f64>,
    rate: f64,
    is_gear_down: bool,
    has_engines: bool,
}

fn start_in_the_air(frame: &Frame) -> Phase {
    let below = |height| frame.height.is_some_and(|it| it < height);
    match frame.rate {
        rate if rate >= LEVEL => Phase::Climb,
        _ if below(FINAL_HEIGHT) && frame.is_gear_down => Phase::Final,
        _ if below(APPROACH_HEIGHT) => Phase::Approach,
        rate if rate <= -LEVEL => Phase::Descent,
        _ => Phase::Cruise,
    }
}
