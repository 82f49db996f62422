//! Instrumentation of a plugin's futures.

use std::fmt;
use std::pin::pin;
use std::sync::Arc;

use crate::active_polls::PluginPolls;

/// Instruments the futures of hooks, handlers and tasks. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(crate) struct Instrumentation {
    /// Record of the polls in progress, for a watchdog.
    pub(crate) polls: Option<PluginPolls>,
    /// Whether a panic hook logs panics, so that nothing else does.
    pub(crate) logs_panics: bool,
    /// Subscriber for `tracing` events of the plugin. A plugin process has a global one instead.
    #[cfg(feature = "testing")]
    pub(crate) subscriber: Option<tracing::Dispatch>,
}

impl Instrumentation {
    /// Instruments `future`. The watchdog's message calls it `name`.
    pub(crate) fn instrument<F: Future>(
        &self,
        name: fmt::Arguments<'_>,
        future: F,
    ) -> impl Future<Output = F::Output> + use<F> {
        let this = self.clone();
        let name: Arc<str> = name.to_string().into();
        async move {
            let mut future = pin!(future);
            std::future::poll_fn(|cx| {
                let _poll = this.polls.as_ref().map(|polls| polls.start(&name));
                #[cfg(feature = "testing")]
                let _subscriber = this
                    .subscriber
                    .as_ref()
                    .map(tracing::dispatcher::set_default);
                future.as_mut().poll(cx)
            })
            .await
        }
    }
}
