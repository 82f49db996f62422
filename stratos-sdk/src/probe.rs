//! Where the author's code runs, for the tests that watch over it.

use std::fmt;

use crate::context::PluginContext;

/// Tells the test what a plugin does; outside of tests it does nothing. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(crate) struct Probe {
    #[cfg(feature = "testing")]
    pub(crate) watched: Option<crate::testing::Watched>,
    /// Where the events of `tracing` go, which are a process's own elsewhere.
    #[cfg(feature = "testing")]
    pub(crate) events: Option<tracing::Dispatch>,
}

/// A piece of the author's code that is about to run.
pub(crate) struct Piece {
    #[cfg(feature = "testing")]
    work: Option<crate::testing::Work>,
    #[cfg(feature = "testing")]
    events: Option<tracing::Dispatch>,
}

#[cfg(not(feature = "testing"))]
impl Probe {
    pub(crate) fn piece(&self, _name: fmt::Arguments<'_>) -> Piece {
        Piece {}
    }

    #[expect(clippy::unused_self, reason = "the shape that it has in tests")]
    pub(crate) fn ended(&self, _: &PluginContext, _channels: Vec<String>, _prefixes: Vec<String>) {}
}

#[cfg(not(feature = "testing"))]
impl Piece {
    pub(crate) fn run<F: Future>(self, work: F) -> F {
        work
    }
}

#[cfg(feature = "testing")]
impl Probe {
    /// A piece of work under a name for people.
    pub(crate) fn piece(&self, name: fmt::Arguments<'_>) -> Piece {
        let watched = self.watched.as_ref();
        Piece {
            work: watched.map(|watched| watched.work(name.to_string())),
            events: self.events.clone(),
        }
    }

    /// The plugin has ended, with these registered, and this is the last of its contexts that is ours.
    pub(crate) fn ended(&self, ctx: &PluginContext, channels: Vec<String>, prefixes: Vec<String>) {
        if let Some(watched) = &self.watched {
            watched.removed(channels, prefixes);
            watched.look_back(ctx.clone());
        }
    }
}

#[cfg(feature = "testing")]
impl Piece {
    pub(crate) async fn run<F: Future>(self, work: F) -> F::Output {
        let mut work = std::pin::pin!(work);
        std::future::poll_fn(|cx| {
            let _polled = self.work.as_ref().map(crate::testing::Work::poll);
            match &self.events {
                Some(events) => {
                    tracing::dispatcher::with_default(events, || work.as_mut().poll(cx))
                }
                None => work.as_mut().poll(cx),
            }
        })
        .await
    }
}
