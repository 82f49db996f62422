//! The simulator: flies a [`FlightSetup`], and carries out [`Command`]s.

use std::time::{Duration, SystemTime};

use stratos_protocol::flight_data::{FlightData, SimDataSnapshot};
use stratos_protocol::flight_state::Phase;
use stratos_protocol::landing::{
    BounceData, CapturePoint, LandingEvent, LandingKind, LandingReport,
};

use crate::frame::{self, Fuel, round};
use crate::profile::{AircraftState, FlightProfile, PlannedFlight, ProfileEvent};
use crate::setup::{FlightSetup, LandingWishes, SetupError};
use crate::source::{Command, CommandError, FlightEvent, FlightSource, Moment};
use crate::source_clock::SourceClock;

/// Name of the simulator in the data: that of a real one, since plugins compare it.
const SIMULATOR: &str = "msfs";
/// Milliseconds before the touchdown at which [`Command::Land`] begins.
const SHORT_FINAL: u64 = 30_000;

/// A simulated flight.
///
/// The flight is a function of its time, see the crate's documentation.
///
/// ```
/// use std::time::{Duration, UNIX_EPOCH};
///
/// use stratos_flight::{FlightSetup, FlightSource, Simulator};
///
/// let mut simulator = Simulator::new(&FlightSetup::new("EDDF", "LGIR"), UNIX_EPOCH)?;
/// let moments = simulator.advance(Duration::from_secs(4 * 60 * 60));
/// assert!(simulator.is_over() && moments.len() > 12);
/// # Ok::<(), stratos_flight::SetupError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Simulator {
    flight: PlannedFlight,
    /// The flight as planned, to which jumps lead.
    planned: FlightProfile,
    /// The flight as it is flown.
    profile: FlightProfile,
    /// Index of the next event of `profile`.
    next: usize,
    clock: SourceClock,
    started_at: SystemTime,
    phase: Phase,
    previous_phase: Option<Phase>,
    block_fuel: f64,
    /// Fuel in pounds that was burnt before a jump back, in addition to that of `profile`.
    extra_fuel: f64,
    is_crashed: bool,
    /// Captured points of the present approach.
    approach: Vec<CapturePoint>,
    report: Option<LandingReport>,
}

impl Simulator {
    /// A flight at the beginning of its boarding. The start is the time that landing events count from.
    ///
    /// # Errors
    ///
    /// If the setup cannot be flown.
    pub fn new(setup: &FlightSetup, started_at: SystemTime) -> Result<Self, SetupError> {
        let flight = PlannedFlight::new(setup)?;
        let planned = flight.profile();
        let end = planned.events.last().map_or(0, |(at, _)| *at);
        let mut simulator = Self {
            block_fuel: flight.block_fuel(planned.at_millis(end).fuel_burnt),
            profile: planned.clone(),
            flight,
            planned,
            next: 0,
            clock: SourceClock::new(),
            started_at,
            phase: Phase::Boarding,
            previous_phase: None,
            extra_fuel: 0.0,
            is_crashed: false,
            approach: Vec::new(),
            report: None,
        };
        simulator.enter(0);
        Ok(simulator)
    }

    fn data(&self, state: &AircraftState) -> FlightData {
        let fuel = Fuel {
            block: self.block_fuel,
            burnt: self.extra_fuel + state.fuel_burnt,
        };
        frame::data(&self.flight, state, fuel, self.is_crashed)
    }

    /// Goes to a time in milliseconds of the profile, and returns what happens at exactly that time.
    fn enter(&mut self, millis: u64) -> Vec<Moment> {
        self.clock.set_millis(millis);
        self.next = self.profile.events.partition_point(|(at, _)| *at < millis);
        let mut moments = Vec::new();
        self.handle_events_until_now(&mut moments);
        moments
    }

    fn handle_events_until_now(&mut self, moments: &mut Vec<Moment>) {
        while let Some((at, event)) = self.profile.events.get(self.next) {
            if *at > self.clock.millis() {
                break;
            }
            let (at, event) = (*at, event.clone());
            self.next += 1;
            let event = self.handle(at, event);
            moments.extend(event.map(|event| self.moment(event)));
        }
    }

    fn handle(&mut self, at: u64, event: ProfileEvent) -> Option<FlightEvent> {
        match event {
            ProfileEvent::Phase(phase) => self.change_phase(phase),
            ProfileEvent::ApproachPoint => {
                let point = self.capture(at);
                self.approach.push(point);
                None
            }
            ProfileEvent::Touchdown { rate, g_force } => {
                let touchdown = self.capture_touchdown(at, rate, g_force);
                self.report = Some(LandingReport {
                    landing_rate: Some(rate),
                    bounce_count: Some(0),
                    touchdowns: vec![touchdown.clone()],
                    approach_data: std::mem::take(&mut self.approach),
                    is_on_ground: Some(true),
                    ..LandingReport::default()
                });
                Some(self.landing(LandingKind::Touchdown, |event| {
                    event.touchdown = Some(touchdown);
                }))
            }
            ProfileEvent::Bounce {
                number,
                height,
                millis,
                rate,
                g_force,
            } => {
                let touchdown = self.capture_touchdown(at, rate, g_force);
                let bounce = BounceData {
                    bounce_number: number,
                    timestamp: touchdown.timestamp,
                    max_altitude_agl: Some(round(height, 1)),
                    touchdown_vertical_speed: Some(round(rate, 1)),
                    touchdown_g_force: Some(round(g_force, 3)),
                    duration: Some(Duration::from_millis(millis)),
                    ..BounceData::default()
                };
                // Without a report, the flight was entered between two touchdowns.
                let report = self.report.as_mut()?;
                report.bounce_count = Some(number);
                report.touchdowns.push(touchdown.clone());
                report.bounces.push(bounce.clone());
                Some(self.landing(LandingKind::Bounce, |event| {
                    event.touchdown = Some(touchdown);
                    event.bounce = Some(bounce);
                }))
            }
            ProfileEvent::Settled => {
                let report = self.report.clone()?;
                Some(self.landing(LandingKind::Settled, |event| event.report = Some(report)))
            }
            ProfileEvent::End => {
                self.clock.end();
                Some(FlightEvent::Ended)
            }
        }
    }

    fn change_phase(&mut self, to: Phase) -> Option<FlightEvent> {
        if to == self.phase {
            return None;
        }
        let from = std::mem::replace(&mut self.phase, to.clone());
        self.previous_phase = Some(from.clone());
        Some(FlightEvent::PhaseChanged { from, to })
    }

    fn landing(&self, kind: LandingKind, fill: impl FnOnce(&mut LandingEvent)) -> FlightEvent {
        let mut event = LandingEvent {
            kind,
            timestamp: self.time(),
            touchdown: None,
            bounce: None,
            report: None,
            other: Default::default(),
        };
        fill(&mut event);
        FlightEvent::Landing(Box::new(event))
    }

    /// The aircraft at a time in milliseconds of the profile, as a point of now.
    fn capture(&self, millis: u64) -> CapturePoint {
        CapturePoint {
            timestamp: self.time(),
            ..frame::capture(&self.data(&self.profile.at_millis(millis)))
        }
    }

    /// The aircraft in the last millisecond in the air, with the impact.
    fn capture_touchdown(&self, millis: u64, rate: f64, g_force: f64) -> CapturePoint {
        CapturePoint {
            vertical_speed: Some(round(rate, 1)),
            altitude_agl: Some(0.0),
            g_force: Some(round(g_force, 3)),
            ..self.capture(millis.saturating_sub(1))
        }
    }

    fn time(&self) -> Option<SystemTime> {
        self.started_at.checked_add(self.clock.elapsed())
    }

    fn moment(&self, event: FlightEvent) -> Moment {
        Moment {
            at: self.clock.elapsed(),
            event,
        }
    }

    /// Flies another profile from a time in milliseconds on. Fuel that is burnt stays burnt.
    fn switch_to(&mut self, profile: FlightProfile, millis: u64) -> Vec<Moment> {
        let burnt = self.extra_fuel + self.profile.at(self.clock.seconds()).fuel_burnt;
        self.extra_fuel = (burnt - profile.at_millis(millis).fuel_burnt).max(0.0);
        self.profile = profile;
        self.enter(millis)
    }

    fn jump_to(&mut self, phase: &Phase) -> Result<Vec<Moment>, CommandError> {
        let Some(start) = self.planned.start_of(phase) else {
            let phases = self
                .planned
                .events
                .iter()
                .filter_map(|(_, event)| match event {
                    ProfileEvent::Phase(phase) => Some(phase.to_string()),
                    _ => None,
                });
            return Err(CommandError::NoSuchPhase {
                phase: phase.clone(),
                phases: phases.collect(),
            });
        };
        self.is_crashed = false;
        self.approach.clear();
        Ok(self.switch_to(self.planned.clone(), start))
    }

    fn land(&mut self, wishes: &LandingWishes) -> Result<Vec<Moment>, CommandError> {
        wishes.validate()?;
        let has_landed = [
            Phase::Landed,
            Phase::TaxiIn,
            Phase::Arrived,
            Phase::Deboarding,
        ];
        if has_landed.contains(&self.phase) {
            return Err(self.wrong_phase("another landing", "jump to a phase before it first"));
        }
        self.flight.set_landing(wishes);
        self.planned = self.flight.profile();
        let touchdown = self.planned.touchdown().unwrap_or_default();
        self.approach.clear();
        let phase = self.change_phase(Phase::Final);
        let mut moments: Vec<_> = phase.map(|event| self.moment(event)).into_iter().collect();
        moments.extend(self.switch_to(self.planned.clone(), touchdown.saturating_sub(SHORT_FINAL)));
        Ok(moments)
    }

    fn maneuver(&mut self, command: &Command) -> Result<Vec<Moment>, CommandError> {
        let now = self.clock.millis();
        let state = self.profile.at(self.clock.seconds());
        let profile = match command {
            Command::RejectTakeOff => {
                if self.phase != Phase::TakeOff || !state.switches.is_on_ground {
                    let hint = "it is from the start of the take-off run to the lift-off";
                    return Err(self.wrong_phase("a rejected take-off", hint));
                }
                self.flight.reject_take_off(&self.profile, now)
            }
            _ => {
                if ![Phase::Approach, Phase::Final].contains(&self.phase) {
                    let hint = "it is in `approach` and `final`";
                    return Err(self.wrong_phase("a go-around", hint));
                }
                self.approach.clear();
                self.flight.go_around(&self.profile, now)
            }
        };
        Ok(self.switch_to(profile, now))
    }

    fn crash(&mut self) -> Vec<Moment> {
        let now = self.clock.millis();
        let profile = self.flight.crash(&self.profile, now);
        let moments = self.switch_to(profile, now);
        self.is_crashed = true;
        let crashed = self.moment(FlightEvent::Crashed);
        moments.into_iter().chain([crashed]).collect()
    }

    fn wrong_phase(&self, maneuver: &'static str, hint: &'static str) -> CommandError {
        CommandError::WrongPhase {
            maneuver,
            phase: self.phase.clone(),
            hint,
        }
    }
}

impl FlightSource for Simulator {
    fn advance(&mut self, by: Duration) -> Vec<Moment> {
        let mut moments = Vec::new();
        let mut rest = by;
        loop {
            let next = self.profile.events.get(self.next).map(|(at, _)| *at);
            let Some(left) = self.clock.advance(rest, next) else {
                return moments;
            };
            rest = left;
            self.handle_events_until_now(&mut moments);
        }
    }

    fn command(&mut self, command: &Command) -> Result<Vec<Moment>, CommandError> {
        let ends_crash = matches!(command, Command::JumpTo { .. } | Command::End);
        if self.is_crashed && !ends_crash && !self.is_over() {
            return Err(CommandError::Crashed);
        }
        if let Some(events) = self.clock.command(command)? {
            let moments = events.into_iter().map(|event| self.moment(event));
            return Ok(moments.collect());
        }
        match command {
            Command::JumpTo { phase } => self.jump_to(phase),
            Command::Land(wishes) => self.land(wishes),
            Command::Crash => Ok(self.crash()),
            other => self.maneuver(other),
        }
    }

    fn snapshot(&self) -> SimDataSnapshot {
        let state = self.profile.at(self.clock.seconds());
        let mut snapshot = SimDataSnapshot {
            is_connected: true,
            simulator_type: Some(SIMULATOR.to_owned()),
            data: Some(self.data(&state)),
            ..SimDataSnapshot::default()
        };
        self.clock.mark(&mut snapshot);
        snapshot
    }

    fn phase(&self) -> &Phase {
        &self.phase
    }

    fn previous_phase(&self) -> Option<&Phase> {
        self.previous_phase.as_ref()
    }

    fn elapsed(&self) -> Duration {
        self.clock.elapsed()
    }

    fn position(&self) -> Duration {
        Duration::from_millis(self.clock.millis())
    }

    fn landing_report(&self) -> Option<&LandingReport> {
        self.report.as_ref()
    }

    fn is_over(&self) -> bool {
        self.clock.is_over()
    }
}
