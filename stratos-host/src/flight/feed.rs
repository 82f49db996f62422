//! Events of the flight that one session is sent.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::value::RawValue;
use stratos_protocol::flight::{Landed, PhaseChanged, Topic, Updated};
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;

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
    /// The events in their order.
    pub(crate) events: mpsc::Receiver<OrderedEvent>,
    /// Cancelled when more than [`MAX_WAITING`] events wait, so that one was lost.
    pub(crate) overflow: CancellationToken,
    /// The newest simulator data; `None` before the first.
    pub(crate) sim_data: watch::Receiver<Option<SimFrame>>,
}

/// The sending end of a session's subscriptions.
#[derive(Debug)]
pub(super) struct FeedSender {
    topics: Mutex<BTreeSet<Topic>>,
    is_muted: AtomicBool,
    events: mpsc::Sender<OrderedEvent>,
    overflow: CancellationToken,
    sim_data: watch::Sender<Option<SimFrame>>,
}

impl FeedSender {
    pub(super) fn new() -> (Self, FlightFeed) {
        let (events, received) = mpsc::channel(MAX_WAITING);
        let (sim_data, frames) = watch::channel(None);
        let sender = Self {
            topics: Mutex::default(),
            is_muted: AtomicBool::default(),
            events,
            overflow: CancellationToken::new(),
            sim_data,
        };
        let feed = FlightFeed {
            events: received,
            overflow: sender.overflow.clone(),
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
        if !self.wants(event.topic()) {
            return;
        }
        if let Err(TrySendError::Full(_)) = self.events.try_send(event.clone()) {
            self.overflow.cancel();
        }
    }

    pub(super) fn send_frame(&self, frame: &SimFrame) {
        if self.wants_frames() {
            self.sim_data.send_replace(Some(Arc::clone(frame)));
        }
    }

    pub(super) fn wants_frames(&self) -> bool {
        self.wants(Topic::SimData)
    }

    pub(super) fn mute(&self) {
        self.is_muted.store(true, Ordering::SeqCst);
    }

    fn wants(&self, topic: Topic) -> bool {
        !self.is_muted.load(Ordering::SeqCst) && self.topics().contains(&topic)
    }

    fn topics(&self) -> MutexGuard<'_, BTreeSet<Topic>> {
        self.topics.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use stratos_protocol::flight_state::FlightState;

    use super::*;

    fn update() -> OrderedEvent {
        OrderedEvent::Updated(Arc::new(Updated {
            state: FlightState::default(),
        }))
    }

    #[test]
    fn a_session_is_sent_what_it_has_subscribed_to_until_it_is_muted() {
        let (sender, mut feed) = FeedSender::new();
        sender.send(&update());
        assert!(feed.events.try_recv().is_err(), "not subscribed");
        sender.subscribe(Topic::Updates);
        sender.send(&update());
        assert!(feed.events.try_recv().is_ok());
        sender.mute();
        sender.send(&update());
        assert!(feed.events.try_recv().is_err(), "muted");
        assert!(!feed.overflow.is_cancelled());
    }

    #[test]
    fn an_event_that_does_not_fit_is_reported_and_not_lost_in_silence() {
        let (sender, feed) = FeedSender::new();
        sender.subscribe(Topic::Updates);
        for _ in 0..MAX_WAITING {
            sender.send(&update());
        }
        assert!(!feed.overflow.is_cancelled());
        sender.send(&update());
        assert!(feed.overflow.is_cancelled());
    }
}
