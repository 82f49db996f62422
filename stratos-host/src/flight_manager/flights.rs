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

use super::error::FlightError;
use super::recovery::{Recovery, RecoveryFile};
use super::running::{PreparedFlight, Running};
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
    running: Mutex<Option<Running>>,
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
            running: Mutex::default(),
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
    pub(crate) fn prepare(&self, request: FlightRequest) -> Result<PreparedFlight, FlightError> {
        check_speed(request.speed)?;
        check_free(self.lock().as_ref())?;
        let mut prepared = PreparedFlight::new(request.source, self.now(), request.speed)?;
        if let Some(phase) = request.phase {
            prepared.source.command(&Command::JumpTo { phase })?;
        }
        Ok(prepared)
    }

    /// Starts a flight that no start guard has refused.
    ///
    /// # Errors
    ///
    /// If another one was started meanwhile.
    pub(crate) fn start(self: &Arc<Self>, prepared: PreparedFlight) -> Result<(), FlightError> {
        let mut running = self.lock();
        check_free(running.as_ref())?;
        self.begin(&mut running, prepared);
        Ok(())
    }

    fn begin(self: &Arc<Self>, slot: &mut Option<Running>, prepared: PreparedFlight) {
        let mut running = Running::new(prepared);
        *self.pending.lock().unwrap_or_else(PoisonError::into_inner) = None;
        self.hub().begin(running.source.landing_report().cloned());
        self.log().begin(running.time(running.source.elapsed()));
        let plan = &running.flight.flight_plan;
        self.emit(FlightChange::Started {
            callsign: running.callsign(),
            departure: plan.departure_icao.clone().unwrap_or_default(),
            arrival: plan.arrival_icao.clone().unwrap_or_default(),
        });
        self.publish_state(Some(&running));
        running.flight.status = FlightStatus::Active;
        let phase = running.source.phase().clone();
        self.publish_phase(&phase, running.source.previous_phase().cloned());
        self.publish_state(Some(&running));
        self.publish_frame(&running);
        running._ticks = Some(self.tick());
        self.keep(&running);
        *slot = Some(running);
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
    fn keep(&self, running: &Running) {
        self.recovery.keep(running.recovery());
    }

    /// Advances the flight by one frame. Returns whether it goes on.
    fn frame(&self, every: Duration, keeps: bool) -> bool {
        let mut slot = self.lock();
        if let Some(running) = &*slot
            && !running.is_held
        {
            let by = every * running.speed;
            self.advance(&mut slot, by);
        }
        if let Some(running) = &*slot
            && keeps
        {
            self.keep(running);
        }
        slot.is_some()
    }

    fn advance(&self, slot: &mut Option<Running>, by: Duration) {
        // A fast flight is recorded as finely as a slow one is watched.
        let step = match self.frames.receiver_count() {
            0 => by,
            _ => RECORDED_STEP.max(by / RECORDED_FRAMES),
        };
        let mut left = by;
        while let Some(running) = slot
            && !left.is_zero()
        {
            let moments = running.source.advance(step.min(left));
            left = left.saturating_sub(step);
            self.publish_moments(slot, moments);
            if let Some(running) = slot {
                self.log().set_time(running.time(running.source.elapsed()));
                self.record_frame(running);
            }
        }
        if let Some(running) = slot {
            self.hub().publish_frame(running.source.snapshot());
        }
    }

    fn publish_moments(&self, slot: &mut Option<Running>, moments: Vec<Moment>) {
        for Moment { at, event } in moments {
            let Some(running) = slot else { return };
            self.log().set_time(running.time(at));
            match event {
                FlightEvent::PhaseChanged { from, to } => {
                    running.flight.current_phase = Some(to.clone());
                    self.publish_phase(&to, Some(from));
                    self.publish_state(Some(running));
                    self.keep(running);
                }
                FlightEvent::Landing(landing) => {
                    let touchdown = landing.touchdown.as_ref();
                    let rate = touchdown.and_then(|point| point.vertical_speed);
                    let bounce = landing.bounce.as_ref();
                    self.emit(FlightChange::Landing {
                        kind: landing.kind.clone(),
                        rate: rate.or_else(|| bounce?.touchdown_vertical_speed),
                    });
                    let report = running.source.landing_report().cloned();
                    self.hub().publish_landing(*landing, report);
                }
                FlightEvent::ConnectionLost => self.connection(running, false),
                FlightEvent::ConnectionFound => self.connection(running, true),
                FlightEvent::Crashed => self.emit(FlightChange::Crashed),
                FlightEvent::Ended => {
                    for status in [FlightStatus::Completing, FlightStatus::Completed] {
                        self.set_status(running, status);
                    }
                    *slot = None;
                    self.end();
                }
            }
        }
    }

    fn connection(&self, running: &mut Running, connected: bool) {
        running.is_disconnected = !connected;
        self.emit(FlightChange::Simulator { connected });
        self.publish_state(Some(running));
    }

    fn set_status(&self, running: &mut Running, status: FlightStatus) {
        running.flight.status = status.clone();
        self.emit(FlightChange::Status { status });
        self.publish_state(Some(running));
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
        let running = slot.as_mut().ok_or(FlightError::NoFlight)?;
        match command {
            FlightCommand::Speed(speed) => {
                check_speed(speed)?;
                running.speed = speed;
            }
            FlightCommand::Step(by) => {
                let by = Duration::from_millis(by);
                if by > MAX_STEP {
                    return Err(FlightError::Step);
                }
                running.is_held = true;
                self.advance(&mut slot, by);
            }
            FlightCommand::Resume if running.is_held => running.is_held = false,
            FlightCommand::Resume => {
                let is_paused = running.flight.status == FlightStatus::Paused;
                let resume = is_paused.then_some(Command::Resume);
                let resume = resume.ok_or(FlightError::NothingToResume)?;
                self.simulate(&mut slot, &resume)?;
            }
            FlightCommand::Simulator(command) => self.simulate(&mut slot, &command)?,
        }
        if let Some(running) = &*slot {
            self.keep(running);
        }
        Ok(())
    }

    fn simulate(&self, slot: &mut Option<Running>, command: &Command) -> Result<(), FlightError> {
        let running = slot.as_mut().ok_or(FlightError::NoFlight)?;
        let moments = running.source.command(command)?;
        match command {
            Command::Pause => self.set_status(running, FlightStatus::Paused),
            Command::Resume => self.set_status(running, FlightStatus::Active),
            _ => {}
        }
        self.publish_moments(slot, moments);
        if let Some(running) = slot {
            self.publish_frame(running);
        }
        Ok(())
    }

    /// Goes on with the flight of an earlier run, without the events that it had then.
    fn recover(self: &Arc<Self>, slot: &mut Option<Running>) -> Result<(), FlightError> {
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
        let mut prepared = PreparedFlight::new(request.clone(), started_at, speed)?;
        prepared.source.advance(Duration::from_millis(position_ms));
        if prepared.source.is_over() || *prepared.source.phase() != phase {
            // The pilot has flown otherwise than planned: the flight goes on at the start of its phase.
            let phase = match phase {
                Phase::RejectedTakeOff => Phase::Taxi,
                Phase::GoAround => Phase::Approach,
                planned => planned,
            };
            prepared = PreparedFlight::new(request, started_at, speed)?;
            prepared.source.command(&Command::JumpTo { phase })?;
        }
        self.begin(slot, prepared);
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
                .map_or(0, |running| millis(running.source.elapsed())),
            speed: slot.as_ref().map_or(1, |running| running.speed),
            is_held: slot.as_ref().is_some_and(|running| running.is_held),
            holes: slot.as_ref().map_or(0, |running| running.holes),
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

    fn publish_state(&self, running: Option<&Running>) {
        let pending = self.pending.lock().unwrap_or_else(PoisonError::into_inner);
        let is_disconnected = running.is_some_and(|running| running.is_disconnected);
        self.hub().publish_state(FlightState {
            flight: running.map(|running| running.flight.clone()),
            pending_recovery: pending.as_ref().map(Recovery::pending),
            sim_disconnected: is_disconnected,
            reconnecting: is_disconnected,
            timestamp: Some(self.now()),
            other: Default::default(),
        });
    }

    fn publish_frame(&self, running: &Running) {
        self.record_frame(running);
        self.hub().publish_frame(running.source.snapshot());
    }

    fn record_frame(&self, running: &Running) {
        if self.frames.receiver_count() > 0 {
            // Nobody records any more if this fails.
            let _ = self.frames.send(Some(Arc::new(RecordedFrame {
                elapsed_ms: millis(running.source.elapsed()),
                phase: Some(running.source.phase().clone()),
                snapshot: running.source.snapshot(),
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

    fn lock(&self) -> MutexGuard<'_, Option<Running>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn check_speed(speed: u32) -> Result<(), FlightError> {
    match (1..=MAX_SPEED).contains(&speed) {
        true => Ok(()),
        false => Err(FlightError::Speed(speed)),
    }
}

fn check_free(running: Option<&Running>) -> Result<(), FlightError> {
    match running {
        None => Ok(()),
        Some(running) => Err(FlightError::Flying {
            callsign: running.callsign(),
        }),
    }
}
