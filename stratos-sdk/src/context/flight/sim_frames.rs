//! The stream of simulator data, which keeps the newest frame only.

use std::future::poll_fn;
use std::ops::Deref;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::task::{Context, Poll, Waker};

use futures_util::Stream;
use stratos_protocol::flight_data::SimDataSnapshot;

/// Stream of simulator data. It ends with the plugin.
///
/// Data comes 10 to 20 times a second (seen in plugins). A slow reader gets the newest frame, with the number of those
/// that it missed: frames do not queue up.
#[derive(Debug)]
pub struct SimFrames {
    slot: Arc<Slot>,
}

/// Simulator data at one moment, to which it dereferences.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SimFrame {
    /// The simulator data.
    pub snapshot: SimDataSnapshot,
    /// Number of frames between the one that was read before and this one.
    pub missed: u64,
}

impl Deref for SimFrame {
    type Target = SimDataSnapshot;

    fn deref(&self) -> &SimDataSnapshot {
        &self.snapshot
    }
}

impl SimFrames {
    /// Waits for a frame that was not read yet; `None` once the plugin has ended.
    ///
    /// Cancel safe: no frame is lost when the future is dropped.
    pub async fn next(&mut self) -> Option<SimFrame> {
        poll_fn(|cx| Pin::new(&mut *self).poll_next(cx)).await
    }
}

impl Stream for SimFrames {
    type Item = SimFrame;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<SimFrame>> {
        let mut state = self.slot.lock();
        match state.newest.take() {
            Some(frame) => Poll::Ready(Some(frame)),
            None if state.is_closed => Poll::Ready(None),
            None => {
                state.reader = Some(cx.waker().clone());
                Poll::Pending
            }
        }
    }
}

/// The frame that a stream has not read yet.
#[derive(Debug, Default)]
struct Slot(Mutex<SlotState>);

#[derive(Debug, Default)]
struct SlotState {
    newest: Option<SimFrame>,
    is_closed: bool,
    reader: Option<Waker>,
}

impl Slot {
    fn lock(&self) -> MutexGuard<'_, SlotState> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Replaces the frame. `skipped` is the number of frames that the shell left out before this one.
    fn put(&self, snapshot: SimDataSnapshot, skipped: u64) {
        let mut state = self.lock();
        let replaced = state.newest.take().map_or(0, |frame| frame.missed + 1);
        state.newest = Some(SimFrame {
            snapshot,
            missed: replaced + skipped,
        });
        if let Some(reader) = state.reader.take() {
            reader.wake();
        }
    }

    fn close(&self) {
        let mut state = self.lock();
        state.is_closed = true;
        if let Some(reader) = state.reader.take() {
            reader.wake();
        }
    }
}

/// The open streams of simulator data. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(super) struct SimSubscribers(Arc<Mutex<Slots>>);

#[derive(Debug, Default)]
struct Slots {
    open: Vec<Weak<Slot>>,
    /// Number of the frame that was received last; `None` before the first since the subscription.
    last: Option<u64>,
}

impl SimSubscribers {
    pub(super) fn add(&self) -> SimFrames {
        let slot = Arc::<Slot>::default();
        self.lock().open.push(Arc::downgrade(&slot));
        SimFrames { slot }
    }

    /// Hands a frame to all streams.
    pub(super) fn send(&self, number: u64, snapshot: &SimDataSnapshot) {
        let mut slots = self.lock();
        let last = slots.last.replace(number);
        let skipped = last.map_or(0, |last| number.saturating_sub(last + 1));
        for slot in slots.open.iter().filter_map(Weak::upgrade) {
            slot.put(snapshot.clone(), skipped);
        }
    }

    /// Whether any stream is open. Without one, the number of the last frame is forgotten, since the shell sends none until
    /// the next stream is opened.
    pub(super) fn are_open(&self) -> bool {
        let mut slots = self.lock();
        slots.open.retain(|slot| slot.strong_count() > 0);
        if slots.open.is_empty() {
            slots.last = None;
        }
        !slots.open.is_empty()
    }

    /// Ends all streams.
    pub(super) fn close(&self) {
        for slot in self.lock().open.drain(..) {
            if let Some(slot) = slot.upgrade() {
                slot.close();
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Slots> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    fn snapshot(simulator: &str) -> SimDataSnapshot {
        SimDataSnapshot {
            simulator_type: Some(simulator.to_owned()),
            ..SimDataSnapshot::default()
        }
    }

    #[test]
    fn a_slow_reader_gets_the_newest_frame_and_the_number_of_missed_ones() {
        let subscribers = SimSubscribers::default();
        assert!(!subscribers.are_open());
        let mut frames = subscribers.add();
        subscribers.send(2, &snapshot("a"));
        subscribers.send(5, &snapshot("b"));
        subscribers.send(6, &snapshot("c"));
        assert!(subscribers.are_open());
        let frame = frames.next().now_or_never().flatten().unwrap();
        // 3 and 4 by the shell, 2 and 5 here.
        assert_eq!(
            (frame.simulator_type.as_deref(), frame.missed),
            (Some("c"), 4)
        );
        assert!(frames.next().now_or_never().is_none());
        subscribers.send(7, &snapshot("d"));
        assert_eq!(frames.next().now_or_never().flatten().unwrap().missed, 0);
        subscribers.close();
        assert_eq!(frames.next().now_or_never(), Some(None));
    }
}
