//! The queue of announcements.

use std::collections::VecDeque;

use serde::Serialize;
use stratos::tokio::sync::watch;
use thiserror::Error;

use crate::announcement::Announcement;

/// Announcements that may wait. A UI that repeats its request must not fill the memory, nor the rest of the flight.
const MAX_WAITING: usize = 16;

/// The queue of announcements: filled by the flight and the UI, emptied by one speaker.
#[derive(Debug, Default)]
pub(crate) struct Queue {
    state: watch::Sender<QueueState>,
}

/// The present announcement and those that wait, as the UI sees them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct QueueState {
    /// The present announcement, with the pause after it.
    pub(crate) speaking: Option<Announcement>,
    /// Announcements that wait, in their order.
    pub(crate) waiting: VecDeque<Announcement>,
    /// Whether the flight is paused: nothing is announced until it goes on.
    pub(crate) paused: bool,
}

/// Error of [`Queue::push`].
#[derive(Debug, Error)]
#[error("{MAX_WAITING} announcements are waiting already: try again later")]
pub(crate) struct QueueFull;

impl Queue {
    /// Adds an announcement at the end.
    pub(crate) fn push(&self, announcement: Announcement) -> Result<(), QueueFull> {
        let is_pushed = self.state.send_if_modified(|state| {
            let has_room = state.waiting.len() < MAX_WAITING;
            if has_room {
                state.waiting.push_back(announcement);
            }
            has_room
        });
        is_pushed.then_some(()).ok_or(QueueFull)
    }

    /// Waits for the next announcement, which is the present one then. To be called by one task only.
    pub(crate) async fn next(&self) -> Announcement {
        let mut changes = self.state.subscribe();
        loop {
            let mut next = None;
            self.state.send_if_modified(|state| {
                next = match state.paused {
                    true => None,
                    false => state.waiting.pop_front(),
                };
                let is_modified = next.is_some() || state.speaking.is_some();
                state.speaking.clone_from(&next);
                is_modified
            });
            match next {
                Some(next) => return next,
                // The sender is `self`, so it is there. Every change counts, also our own.
                None => _ = changes.changed().await,
            }
        }
    }

    /// Holds the announcements, or goes on with them.
    pub(crate) fn set_paused(&self, paused: bool) {
        self.state
            .send_if_modified(|state| std::mem::replace(&mut state.paused, paused) != paused);
    }

    /// Removes what waits, except for the farewell. The present announcement is finished.
    pub(crate) fn end_flight(&self) {
        self.state.send_modify(|state| {
            let waiting = &mut state.waiting;
            waiting.retain(|announcement| *announcement == Announcement::Farewell);
        });
    }

    /// The present state.
    pub(crate) fn state(&self) -> QueueState {
        self.state.borrow().clone()
    }

    /// Subscribes to the state.
    pub(crate) fn subscribe(&self) -> watch::Receiver<QueueState> {
        self.state.subscribe()
    }
}
