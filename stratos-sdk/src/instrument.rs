//! Instrumentation of a plugin's futures for the test harness.

use std::fmt;
#[cfg(feature = "testing")]
use std::{pin::pin, sync::Arc};

/// Instruments the futures of hooks, handlers and tasks under test. Cheap to clone.
///
/// Without the feature `testing`, it is empty and returns futures unchanged.
#[derive(Debug, Clone, Default)]
pub(crate) struct Instrumentation {
    /// Notified of every poll.
    #[cfg(feature = "testing")]
    pub(crate) observer: Option<Arc<dyn PollObserver>>,
    /// Subscriber for `tracing` events of the plugin. A plugin process has a global one instead.
    #[cfg(feature = "testing")]
    pub(crate) subscriber: Option<tracing::Dispatch>,
}

/// Receives the start and the end of every poll of an instrumented future.
#[cfg(feature = "testing")]
pub(crate) trait PollObserver: fmt::Debug + Send + Sync {
    /// Called before a poll of the future `name`. Returns an id for [`poll_ended`](Self::poll_ended).
    fn poll_started(&self, name: &Arc<str>) -> u64;

    /// Called after the poll with this id has returned or panicked.
    fn poll_ended(&self, id: u64);
}

#[cfg(not(feature = "testing"))]
impl Instrumentation {
    pub(crate) fn instrument<F: Future>(&self, _name: fmt::Arguments<'_>, future: F) -> F {
        future
    }
}

#[cfg(feature = "testing")]
impl Instrumentation {
    /// Instruments `future`. The watchdog's message calls it `name`.
    pub(crate) fn instrument<F: Future>(
        &self,
        name: fmt::Arguments<'_>,
        future: F,
    ) -> impl Future<Output = F::Output> + use<F> {
        let Self {
            observer,
            subscriber,
        } = self.clone();
        let name: Arc<str> = name.to_string().into();
        async move {
            let mut future = pin!(future);
            std::future::poll_fn(|cx| {
                let _poll = observer
                    .as_deref()
                    .map(|observer| ObservedPoll::start(observer, &name));
                match &subscriber {
                    Some(subscriber) => {
                        tracing::dispatcher::with_default(subscriber, || future.as_mut().poll(cx))
                    }
                    None => future.as_mut().poll(cx),
                }
            })
            .await
        }
    }
}

/// Guard that reports the end of a poll when dropped.
#[cfg(feature = "testing")]
struct ObservedPoll<'a> {
    observer: &'a dyn PollObserver,
    id: u64,
}

#[cfg(feature = "testing")]
impl<'a> ObservedPoll<'a> {
    fn start(observer: &'a dyn PollObserver, name: &Arc<str>) -> Self {
        Self {
            observer,
            id: observer.poll_started(name),
        }
    }
}

#[cfg(feature = "testing")]
impl Drop for ObservedPoll<'_> {
    fn drop(&mut self) {
        self.observer.poll_ended(self.id);
    }
}
