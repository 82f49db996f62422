//! Events of the flight that one session is sent.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::value::RawValue;
use stratos_protocol::flight::{Landed, PhaseChanged, Topic, Updated};
use tokio::sync::{mpsc, watch};

/// Events that wait for a session. A plugin that leaves more unread does not read at all: a flight has some dozen.
const MAX_WAITING: usize = 4096;

/// An event that is never left out.
#[derive(Debug, Clone)]
pub(crate) enum OrderedEvent {
    Updated(Arc<Updated>),
    PhaseChanged(Arc<PhaseChanged>),
    Landed(Arc<Landed>),
}

impl OrderedEvent {
    fn topic(&self) -> Topic {
        match self {
            Self::Updated(_) => Topic::Updates,
            Self::PhaseChanged(_) => Topic::PhaseChanges,
            Self::Landed(_) => Topic::Landings,
        }
    }
}

/// A frame of simulator data, as the parameters of its message.
pub(crate) type SimFrame = Arc<RawValue>;

/// The receiving end of a session's subscriptions.
#[derive(Debug)]
pub(crate) struct FlightFeed {
    /// The events in their order. Closed without having been read to its end when more than [`MAX_WAITING`] wait.
    pub(crate) events: mpsc::Receiver<OrderedEvent>,
    /// The newest simulator data; `None` before the first.
    pub(crate) sim_data: watch::Receiver<Option<SimFrame>>,
}

/// The sending end of a session's subscriptions.
#[derive(Debug)]
pub(super) struct FeedSender {
    topics: Mutex<BTreeSet<Topic>>,
    /// `None` after an overflow.
    events: Mutex<Option<mpsc::Sender<OrderedEvent>>>,
    sim_data: watch::Sender<Option<SimFrame>>,
}

impl FeedSender {
    pub(super) fn new() -> (Self, FlightFeed) {
        let (events, received) = mpsc::channel(MAX_WAITING);
        let (sim_data, frames) = watch::channel(None);
        let sender = Self {
            topics: Mutex::default(),
            events: Mutex::new(Some(events)),
            sim_data,
        };
        let feed = FlightFeed {
            events: received,
            sim_data: frames,
        };
        (sender, feed)
    }

    pub(super) fn subscribe(&self, topic: Topic) {
        self.topics().insert(topic);
    }

    pub(super) fn unsubscribe(&self, topic: Topic) {
        self.topics().remove(&topic);
    }

    pub(super) fn send(&self, event: &OrderedEvent) {
        if !self.topics().contains(&event.topic()) {
            return;
        }
        let mut events = self.events.lock().unwrap_or_else(PoisonError::into_inner);
        let is_sent = |events: &mpsc::Sender<_>| events.try_send(event.clone()).is_ok();
        if !events.as_ref().is_some_and(is_sent) {
            *events = None;
        }
    }

    pub(super) fn send_frame(&self, frame: &SimFrame) {
        if self.topics().contains(&Topic::SimData) {
            self.sim_data.send_replace(Some(Arc::clone(frame)));
        }
    }

    pub(super) fn wants_frames(&self) -> bool {
        self.topics().contains(&Topic::SimData)
    }

    fn topics(&self) -> std::sync::MutexGuard<'_, BTreeSet<Topic>> {
        self.topics.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
