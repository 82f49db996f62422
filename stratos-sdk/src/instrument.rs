//! Instrumentation of a plugin's futures for the test harness.

use std::fmt;
#[cfg(feature = "testing")]
use std::{pin::pin, sync::Arc};

#[cfg(feature = "testing")]
use crate::active_polls::PluginPolls;

/// Instruments the futures of hooks, handlers and tasks under test. Cheap to clone.
///
/// Without the feature `testing`, it is empty and returns futures unchanged.
#[derive(Debug, Clone, Default)]
pub(crate) struct Instrumentation {
    /// Record of the polls in progress, for the watchdog.
    #[cfg(feature = "testing")]
    pub(crate) polls: Option<PluginPolls>,
    /// Subscriber for `tracing` events of the plugin. A plugin process has a global one instead.
    #[cfg(feature = "testing")]
    pub(crate) subscriber: Option<tracing::Dispatch>,
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
        let Self { polls, subscriber } = self.clone();
        let name: Arc<str> = name.to_string().into();
        async move {
            let mut future = pin!(future);
            std::future::poll_fn(|cx| {
                let _poll = polls.as_ref().map(|polls| polls.start(&name));
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
