//! Streams of flight events that are never dropped.

use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use futures_util::Stream;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// Stream of flight events in their order, none left out. It ends with the plugin.
///
/// Events that are not read yet wait in memory. They are few: a flight has some dozen.
#[derive(Debug)]
pub struct FlightEvents<T> {
    receiver: UnboundedReceiver<T>,
}

impl<T> FlightEvents<T> {
    /// Waits for the next event; `None` once the plugin has ended.
    ///
    /// Cancel safe: no event is lost when the future is dropped.
    pub async fn next(&mut self) -> Option<T> {
        self.receiver.recv().await
    }
}

impl<T> Stream for FlightEvents<T> {
    type Item = T;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<T>> {
        self.receiver.poll_recv(cx)
    }
}

/// The open streams of one topic. Cheap to clone.
#[derive(Clone)]
pub(super) struct Subscribers<T>(Arc<Mutex<Vec<UnboundedSender<T>>>>);

impl<T: Clone> Subscribers<T> {
    pub(super) fn add(&self) -> FlightEvents<T> {
        let (sender, receiver) = unbounded_channel();
        self.lock().push(sender);
        FlightEvents { receiver }
    }

    /// Sends an event to all streams.
    pub(super) fn send(&self, event: &T) {
        self.lock()
            .retain(|sender| sender.send(event.clone()).is_ok());
    }

    /// Whether any stream is open.
    pub(super) fn are_open(&self) -> bool {
        self.lock().iter().any(|sender| !sender.is_closed())
    }

    /// Ends all streams.
    pub(super) fn close(&self) {
        self.lock().clear();
    }

    fn lock(&self) -> MutexGuard<'_, Vec<UnboundedSender<T>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> Default for Subscribers<T> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl<T> fmt::Debug for Subscribers<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subscribers").finish_non_exhaustive()
    }
}
