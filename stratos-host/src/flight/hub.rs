//! The state of the flight, and the sessions that are told of its changes.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::value::to_raw_value;
use stratos_protocol::flight::{Landed, PhaseChanged, SimData, Topic, Updated};
use stratos_protocol::flight_data::SimDataSnapshot;
use stratos_protocol::flight_state::{FlightState, PhaseSnapshot};
use stratos_protocol::landing::{LandingEvent, LandingReport};

use crate::flight::feed::{FeedSender, FlightFeed, OrderedEvent};

/// Plugin id and generation.
type Generation = (String, u64);

/// The state of the flight, and the sessions that are told of its changes.
#[derive(Debug, Default)]
pub(crate) struct FlightHub(Mutex<Hub>);

#[derive(Debug, Default)]
struct Hub {
    state: FlightState,
    phase: PhaseSnapshot,
    snapshot: Option<SimDataSnapshot>,
    landing_report: Option<LandingReport>,
    /// Number of the newest frame.
    frame: u64,
    sessions: HashMap<Generation, FeedSender>,
}

impl FlightHub {
    /// Begins to collect what a session subscribes to.
    pub(crate) fn attach(&self, plugin: &str, generation: u64) -> FlightFeed {
        let (sender, feed) = FeedSender::new();
        self.lock()
            .sessions
            .insert((plugin.to_owned(), generation), sender);
        feed
    }

    /// Ends the feed of a session.
    pub(crate) fn detach(&self, plugin: &str, generation: u64) {
        self.lock()
            .sessions
            .remove(&(plugin.to_owned(), generation));
    }

    pub(crate) fn subscribe(&self, plugin: &str, generation: u64, topic: Topic) {
        if let Some(session) = self.lock().sessions.get(&(plugin.to_owned(), generation)) {
            session.subscribe(topic);
        }
    }

    pub(crate) fn unsubscribe(&self, plugin: &str, generation: u64, topic: Topic) {
        if let Some(session) = self.lock().sessions.get(&(plugin.to_owned(), generation)) {
            session.unsubscribe(topic);
        }
    }

    /// Sends a session no more, since a newer generation of its plugin serves and is sent the same.
    pub(crate) fn mute(&self, plugin: &str, generation: u64) {
        if let Some(session) = self.lock().sessions.get(&(plugin.to_owned(), generation)) {
            session.mute();
        }
    }

    pub(crate) fn state(&self) -> FlightState {
        self.lock().state.clone()
    }

    pub(crate) fn phase(&self) -> PhaseSnapshot {
        self.lock().phase.clone()
    }

    pub(crate) fn snapshot(&self) -> Option<SimDataSnapshot> {
        self.lock().snapshot.clone()
    }

    pub(crate) fn landing_report(&self) -> Option<LandingReport> {
        self.lock().landing_report.clone()
    }

    pub(crate) fn publish_state(&self, state: FlightState) {
        let mut hub = self.lock();
        hub.state = state.clone();
        hub.send(&OrderedEvent::Updated(Arc::new(Updated { state })));
    }

    pub(crate) fn publish_phase(&self, phase: PhaseSnapshot) {
        let mut hub = self.lock();
        hub.phase = phase.clone();
        hub.send(&OrderedEvent::PhaseChanged(Arc::new(PhaseChanged {
            phase,
        })));
    }

    /// `report` is the report about the landing so far.
    pub(crate) fn publish_landing(&self, event: LandingEvent, report: Option<LandingReport>) {
        let mut hub = self.lock();
        hub.landing_report = report;
        hub.send(&OrderedEvent::Landed(Arc::new(Landed { event })));
    }

    /// Sets the newest simulator data, which subscribers get with the next [frame](Self::publish_frame).
    pub(crate) fn set_snapshot(&self, snapshot: SimDataSnapshot) {
        self.lock().snapshot = Some(snapshot);
    }

    /// Sends a frame with the newest simulator data to subscribers.
    pub(crate) fn publish_frame(&self) {
        let mut hub = self.lock();
        hub.frame += 1;
        if !hub.sessions.values().any(FeedSender::wants_frames) {
            return;
        }
        let Some(snapshot) = hub.snapshot.take() else {
            return;
        };
        let frame = SimData {
            number: hub.frame,
            snapshot,
        };
        // Once for all sessions, since a frame has some fifty fields.
        let params = to_raw_value(&frame).expect("numbers and texts have a JSON form");
        let params = Arc::from(params);
        for session in hub.sessions.values() {
            session.send_frame(&params);
        }
        hub.snapshot = Some(frame.snapshot);
    }

    /// Begins a flight. `report` is there if it begins after its landing.
    pub(crate) fn begin(&self, report: Option<LandingReport>) {
        self.lock().landing_report = report;
    }

    fn lock(&self) -> MutexGuard<'_, Hub> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Hub {
    fn send(&self, event: &OrderedEvent) {
        for session in self.sessions.values() {
            session.send(event);
        }
    }
}
