//! Messages about the flight to a plugin that has subscribed to them.

use stratos_protocol::Request;
use stratos_protocol::flight::SimData;
use stratos_protocol::logger::Level;
use stratos_transport::{CallError, Peer};
use tokio::sync::{mpsc, watch};

use crate::event::EventBus;
use crate::flight::{FlightFeed, OrderedEvent, SimFrame};
use crate::process::ProcessHandle;
use crate::timeouts::UNLIMITED;

/// Sends what a plugin has subscribed to, until its connection ends.
///
/// As with [changes](crate::session::changes), a message follows the answer to the one before and has no timeout: a
/// plugin that does not answer delays its own messages only. Of simulator data, it is sent the newest. The other events
/// wait; a plugin that leaves too many unread is ended, since it would miss some.
pub(super) async fn send_flight_events(
    peer: Peer,
    feed: FlightFeed,
    plugin: String,
    events: EventBus,
    process: ProcessHandle,
) {
    let FlightFeed {
        events: ordered,
        overflow,
        sim_data,
    } = feed;
    let has_overflowed = tokio::select! {
        biased;
        () = peer.closed() => false,
        () = overflow.cancelled() => true,
        () = send_ordered(&peer, ordered) => false,
        () = send_frames(&peer, sim_data) => false,
    };
    if has_overflowed {
        let text =
            "ends, since it does not read the events of the flight that it has subscribed to";
        events.log_from_shell(&plugin, Level::Error, text);
        process.terminate().await;
    }
}

/// Sends events in their order.
async fn send_ordered(peer: &Peer, mut events: mpsc::Receiver<OrderedEvent>) {
    while let Some(event) = events.recv().await {
        let sent = match event {
            OrderedEvent::Updated(updated) => send(peer, &*updated).await,
            OrderedEvent::PhaseChanged(changed) => send(peer, &*changed).await,
            OrderedEvent::Landed(landed) => send(peer, &*landed).await,
        };
        if let Err(CallError::Closed) = sent {
            return;
        }
    }
}

async fn send<R: Request>(peer: &Peer, event: &R) -> Result<(), CallError> {
    peer.call(event, UNLIMITED).await.map(drop)
}

async fn send_frames(peer: &Peer, mut frames: watch::Receiver<Option<SimFrame>>) {
    while frames.changed().await.is_ok() {
        let frame = frames.borrow_and_update().clone();
        let Some(frame) = frame else { continue };
        let params = (*frame).to_owned();
        if let Err(CallError::Closed) = peer.call_raw(SimData::METHOD, params, UNLIMITED).await {
            return;
        }
    }
    // The feed of the session has ended, and with it the session.
}
