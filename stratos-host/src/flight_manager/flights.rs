//! The manager of the flight: the only place that changes its state.

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, SystemTime};

use stratos_flight::{Command, FlightEvent, Moment, RecordedFrame};
use stratos_protocol::flight_state::{FlightState, FlightStatus, Phase, PhaseSnapshot};
use stratos_protocol::logger::Level;
use tokio::sync::broadcast;
use tokio::time::{Instant, MissedTickBehavior, interval_at};
use tokio_util::task::AbortOnDropHandle;

use super::current_flight::CurrentFlight;
use super::error::FlightError;
use super::recovery::{Recovery, RecoveryFile};
use crate::event::{Event, EventBus, FlightChange, millis};
use crate::flight::{
    FlightCommand, FlightHub, FlightInfo, FlightRequest, FlightSourceRequest, MAX_SPEED,
};
use crate::services::{FlightLogService, Services};

/// Frames that a slow reader of recorded frames may be late.
const FRAME_BACKLOG: usize = 1024;
/// Time between two frames of a recording of a fast flight.
const RECORDED_STEP: Duration = Duration::from_secs(1);
/// Frames of a recording that one advance adds at most, so that its reader keeps up.
const RECORDED_FRAMES: u32 = 512;
/// Longest step.
const MAX_STEP: Duration = Duration::from_secs(24 * 60 * 60);
/// Frames between two writes of the file for a later run: ten seconds in real time.
const FRAMES_PER_RECOVERY: u64 = 200;

/// Settings of flights.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FlightOptions {
    /// Real time between two frames of simulator data.
    pub(crate) frame_interval: Duration,
    /// Time of day at the start of the shell; `None` for the system's.
    pub(crate) time: Option<SystemTime>,
}

/// Creates, flies and ends the flight.
#[derive(Debug)]
pub(crate) struct FlightManager {
    services: Arc<Services>,
    events: EventBus,
    options: FlightOptions,
    begun: Instant,
    current: Mutex<Option<CurrentFlight>>,
    /// A flight of an earlier run, until it is resumed or another one is started.
    pending: Mutex<Option<Recovery>>,
    recovery: RecoveryFile,
    /// Frames for recordings; `None` at the end of the flight.
    frames: broadcast::Sender<Option<Arc<RecordedFrame>>>,
}

impl FlightManager {
    /// `folder` is the state folder; absent for state in memory.
    pub(crate) fn new(
        services: Arc<Services>,
        events: EventBus,
        options: FlightOptions,
        folder: Option<&Path>,
    ) -> Arc<Self> {
        let recovery = RecoveryFile::new(folder);
        let manager = Arc::new(Self {
            services,
            events,
            options,
            begun: Instant::now(),
            current: Mutex::default(),
            pending: Mutex::new(recovery.read()),
            recovery,
            frames: broadcast::channel(FRAME_BACKLOG).0,
        });
        manager.publish_state(None);
        manager
    }

    /// Reads what is to be flown, before the start guards are asked.
    ///
    /// # Errors
    ///
    /// If there is a flight already, or this one cannot be flown.
    pub(crate) fn prepare(&self, request: FlightRequest) -> Result<CurrentFlight, FlightError> {
        check_speed(request.speed)?;
        check_free(self.lock().as_ref())?;
        let mut current = CurrentFlight::new(request.source, self.now(), request.speed)?;
        if let Some(phase) = request.phase {
            current.source.command(&Command::JumpTo { phase })?;
        }
        Ok(current)
    }

    /// Starts a flight that no start guard has refused.
    ///
    /// # Errors
    ///
    /// If another one was started meanwhile.
    pub(crate) fn start(self: &Arc<Self>, current: CurrentFlight) -> Result<(), FlightError> {
        let mut slot = self.lock();
        check_free(slot.as_ref())?;
        self.begin(&mut slot, current);
        Ok(())
    }

    fn begin(self: &Arc<Self>, slot: &mut Option<CurrentFlight>, mut current: CurrentFlight) {
        *self.pending.lock().unwrap_or_else(PoisonError::into_inner) = None;
        current.flight.current_phase = Some(current.source.phase().clone());
        self.hub().begin(current.source.landing_report().cloned());
        self.log().begin(current.time(current.source.elapsed()));
        let plan = &current.flight.flight_plan;
        self.emit(FlightChange::Started {
            callsign: current.callsign(),
            departure: plan.departure_icao.clone().unwrap_or_default(),
            arrival: plan.arrival_icao.clone().unwrap_or_default(),
        });
        self.publish_state(Some(&current));
        current.flight.status = FlightStatus::Active;
        let phase = current.source.phase().clone();
        self.publish_phase(&phase, current.source.previous_phase().cloned());
        self.publish_state(Some(&current));
        self.record_frame(&current);
        self.show_data(&mut current);
        self.hub().publish_frame();
        current._ticks = Some(self.tick());
        self.keep(&current);
        *slot = Some(current);
    }

    /// Lets time pass until the flight is over.
    fn tick(self: &Arc<Self>) -> AbortOnDropHandle<()> {
        let (manager, every) = (Arc::downgrade(self), self.options.frame_interval);
        let ticks = async move {
            let mut ticks = interval_at(Instant::now() + every, every);
            // A shell that was suspended goes on from where it was.
            ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            for frame in 1_u64.. {
                ticks.tick().await;
                let Some(manager) = Weak::upgrade(&manager) else {
                    return;
                };
                let keeps = frame.is_multiple_of(FRAMES_PER_RECOVERY);
                if !manager.frame(every, keeps) {
                    return;
                }
            }
        };
        AbortOnDropHandle::new(tokio::spawn(ticks))
    }

    /// Keeps the flight for a later run.
    fn keep(&self, current: &CurrentFlight) {
        self.recovery.keep(current.recovery());
    }

    /// Advances the flight by one frame. Returns whether it goes on.
    fn frame(&self, every: Duration, keeps: bool) -> bool {
        let mut slot = self.lock();
        if let Some(current) = &mut *slot
            && !current.is_held
        {
            let by = every * current.speed;
            self.advance(&mut slot, by);
        }
        let Some(current) = &mut *slot else {
            return false;
        };
        if std::mem::take(&mut current.has_new_data) {
            self.hub().publish_frame();
        }
        if keeps {
            self.keep(current);
        }
        true
    }

    fn advance(&self, slot: &mut Option<CurrentFlight>, by: Duration) {
        // A fast flight is recorded as finely as a slow one is watched.
        let step = match self.frames.receiver_count() {
            0 => by,
            _ => RECORDED_STEP.max(by / RECORDED_FRAMES),
        };
        let mut left = by;
        while let Some(current) = slot
            && !left.is_zero()
        {
            let moments = current.source.advance(step.min(left));
            left = left.saturating_sub(step);
            self.publish_moments(slot, moments);
            if let Some(current) = slot {
                self.log().set_time(current.time(current.source.elapsed()));
                self.record_frame(current);
            }
        }
        if let Some(current) = slot {
            self.show_data(current);
        }
    }

    /// Shows the data of the flight to those who ask. Subscribers get it with the next frame: a frame at once could replace
    /// one that they had no time to read.
    fn show_data(&self, current: &mut CurrentFlight) {
        self.hub().set_snapshot(current.source.snapshot());
        current.has_new_data = true;
    }

    fn publish_moments(&self, slot: &mut Option<CurrentFlight>, moments: Vec<Moment>) {
        for Moment { at, event } in moments {
            let Some(current) = slot else { return };
            self.log().set_time(current.time(at));
            match event {
                FlightEvent::PhaseChanged { from, to } => {
                    current.flight.current_phase = Some(to.clone());
                    self.publish_phase(&to, Some(from));
                    self.publish_state(Some(current));
                    self.keep(current);
                }
                FlightEvent::Landing(landing) => {
                    let touchdown = landing.touchdown.as_ref();
                    let rate = touchdown.and_then(|point| point.vertical_speed);
                    let bounce = landing.bounce.as_ref();
                    self.emit(FlightChange::Landing {
                        kind: landing.kind.clone(),
                        rate: rate.or_else(|| bounce?.touchdown_vertical_speed),
                    });
                    let report = current.source.landing_report().cloned();
                    self.hub().publish_landing(*landing, report);
                }
                FlightEvent::ConnectionLost => self.connection(current, false),
                FlightEvent::ConnectionFound => self.connection(current, true),
                FlightEvent::Crashed => self.emit(FlightChange::Crashed),
                FlightEvent::Ended => {
                    for status in [FlightStatus::Completing, FlightStatus::Completed] {
                        self.set_status(current, status);
                    }
                    *slot = None;
                    self.end();
                }
            }
        }
    }

    fn connection(&self, current: &mut CurrentFlight, connected: bool) {
        current.is_disconnected = !connected;
        self.emit(FlightChange::Simulator { connected });
        self.publish_state(Some(current));
    }

    fn set_status(&self, current: &mut CurrentFlight, status: FlightStatus) {
        current.flight.status = status.clone();
        self.emit(FlightChange::Status { status });
        self.publish_state(Some(current));
    }

    fn end(&self) {
        // Nobody records if this fails.
        let _ = self.frames.send(None);
        self.recovery.keep(None);
        self.log().end();
        self.emit(FlightChange::Ended);
        self.publish_state(None);
        self.hub().publish_phase(PhaseSnapshot::default());
    }

    /// Carries out a command.
    ///
    /// # Errors
    ///
    /// If there is no flight, or the command makes no sense at present.
    pub(crate) fn command(self: &Arc<Self>, command: FlightCommand) -> Result<(), FlightError> {
        let mut slot = self.lock();
        if slot.is_none() && command == FlightCommand::Resume {
            return self.recover(&mut slot);
        }
        if slot.is_none() && command == FlightCommand::Simulator(Command::End) {
            return self.discard();
        }
        let current = slot.as_mut().ok_or(FlightError::NoFlight)?;
        match command {
            FlightCommand::Speed(speed) => {
                check_speed(speed)?;
                current.speed = speed;
            }
            FlightCommand::Step(by) => {
                let by = Duration::from_millis(by);
                if by > MAX_STEP {
                    return Err(FlightError::Step);
                }
                current.is_held = true;
                self.advance(&mut slot, by);
            }
            FlightCommand::Resume if current.is_held => current.is_held = false,
            FlightCommand::Resume => {
                let is_paused = current.flight.status == FlightStatus::Paused;
                let resume = is_paused.then_some(Command::Resume);
                let resume = resume.ok_or(FlightError::NothingToResume)?;
                self.simulate(&mut slot, &resume)?;
            }
            FlightCommand::Simulator(command) => self.simulate(&mut slot, &command)?,
        }
        if let Some(current) = &*slot {
            self.keep(current);
        }
        Ok(())
    }

    fn simulate(
        &self,
        slot: &mut Option<CurrentFlight>,
        command: &Command,
    ) -> Result<(), FlightError> {
        let current = slot.as_mut().ok_or(FlightError::NoFlight)?;
        let moments = current.source.command(command)?;
        match command {
            Command::Pause => self.set_status(current, FlightStatus::Paused),
            Command::Resume => self.set_status(current, FlightStatus::Active),
            _ => {}
        }
        self.publish_moments(slot, moments);
        if let Some(current) = slot {
            self.record_frame(current);
            self.show_data(current);
        }
        Ok(())
    }

    /// Goes on with the flight of an earlier run, without the events that it had then.
    fn recover(self: &Arc<Self>, slot: &mut Option<CurrentFlight>) -> Result<(), FlightError> {
        let pending = self
            .pending
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        let Recovery {
            setup,
            phase,
            position_ms,
            speed,
            started_at,
        } = pending.ok_or(FlightError::NoFlight)?;
        check_speed(speed)?;
        let started_at = started_at.unwrap_or_else(|| self.now());
        let request = FlightSourceRequest::Simulated(setup);
        let mut current = CurrentFlight::new(request.clone(), started_at, speed)?;
        current.source.advance(Duration::from_millis(position_ms));
        if current.source.is_over() || *current.source.phase() != phase {
            // The pilot has flown otherwise than planned: the flight goes on at the start of its phase.
            let phase = match phase {
                Phase::RejectedTakeOff => Phase::Taxi,
                Phase::GoAround => Phase::Approach,
                planned => planned,
            };
            current = CurrentFlight::new(request, started_at, speed)?;
            current.source.command(&Command::JumpTo { phase })?;
        }
        self.begin(slot, current);
        Ok(())
    }

    /// Forgets the flight of an earlier run.
    fn discard(&self) -> Result<(), FlightError> {
        let pending = self
            .pending
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        pending.ok_or(FlightError::NoFlight)?;
        self.recovery.keep(None);
        self.publish_state(None);
        Ok(())
    }

    /// The flight, for people. The guards are left to the caller.
    pub(crate) fn info(&self) -> FlightInfo {
        let slot = self.lock();
        FlightInfo {
            state: self.hub().state(),
            phase: self.hub().phase().current_phase,
            snapshot: self.hub().snapshot(),
            elapsed_ms: slot
                .as_ref()
                .map_or(0, |current| millis(current.source.elapsed())),
            speed: slot.as_ref().map_or(1, |current| current.speed),
            is_held: slot.as_ref().is_some_and(|current| current.is_held),
            holes: slot.as_ref().map_or(0, |current| current.holes),
            guards: Vec::new(),
        }
    }

    /// Subscribes to the frames of the flight, for a recording.
    pub(crate) fn frames(&self) -> broadcast::Receiver<Option<Arc<RecordedFrame>>> {
        self.frames.subscribe()
    }

    fn publish_phase(&self, phase: &Phase, previous_phase: Option<Phase>) {
        self.emit(FlightChange::Phase {
            phase: phase.clone(),
        });
        self.hub().publish_phase(PhaseSnapshot {
            current_phase: phase.clone(),
            previous_phase,
            is_tracking: true,
            ..PhaseSnapshot::default()
        });
    }

    fn publish_state(&self, current: Option<&CurrentFlight>) {
        let pending = self.pending.lock().unwrap_or_else(PoisonError::into_inner);
        let is_disconnected = current.is_some_and(|current| current.is_disconnected);
        self.hub().publish_state(FlightState {
            flight: current.map(|current| current.flight.clone()),
            pending_recovery: pending.as_ref().map(Recovery::pending),
            sim_disconnected: is_disconnected,
            reconnecting: is_disconnected,
            timestamp: Some(self.now()),
            other: Default::default(),
        });
    }

    fn record_frame(&self, current: &CurrentFlight) {
        if self.frames.receiver_count() > 0 {
            // Nobody records any more if this fails.
            let _ = self.frames.send(Some(Arc::new(RecordedFrame {
                elapsed_ms: millis(current.source.elapsed()),
                phase: Some(current.source.phase().clone()),
                snapshot: current.source.snapshot(),
            })));
        }
    }

    fn emit(&self, change: FlightChange) {
        self.events.emit(Event::Flight { change });
    }

    /// Warns in the log of a plugin.
    pub(crate) fn warn(&self, plugin: &str, text: &str) {
        self.events.log_from_shell(plugin, Level::Warn, text);
    }

    fn hub(&self) -> &FlightHub {
        &self.services.flight.hub
    }

    fn log(&self) -> &FlightLogService {
        &self.services.flight_log
    }

    /// Time of day; that of a test if time is virtual.
    fn now(&self) -> SystemTime {
        match self.options.time {
            Some(start) => start + self.begun.elapsed(),
            None => SystemTime::now(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<CurrentFlight>> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn check_speed(speed: u32) -> Result<(), FlightError> {
    match (1..=MAX_SPEED).contains(&speed) {
        true => Ok(()),
        false => Err(FlightError::Speed(speed)),
    }
}

fn check_free(current: Option<&CurrentFlight>) -> Result<(), FlightError> {
    match current {
        None => Ok(()),
        Some(current) => Err(FlightError::Flying {
            callsign: current.callsign(),
        }),
    }
}
