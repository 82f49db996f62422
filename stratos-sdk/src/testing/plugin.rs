//! One plugin of a test's shell.

use std::collections::BTreeMap;
use std::panic::Location;
use std::sync::Arc;

use axum::http::Method;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use stratos_host::PluginState;
use stratos_host::control::{Control, ControlError, PluginInfo};
use stratos_host::events::{Event, LogLine};
use stratos_host::journal::Entry;
use stratos_transport::BoxedStream;

use crate::testing::error::InvokeError;
use crate::testing::http::TestRequest;
use crate::testing::leaks::Report;
use crate::testing::shell::Inner;

/// A plugin of a [`TestShell`](crate::testing::TestShell): what its UI, its pilot and the shell can do with it.
///
/// Cheap to clone, and all methods take `&self`, so that a test can do several things at once.
#[derive(Debug, Clone)]
pub struct TestPlugin {
    id: String,
    inner: Arc<Inner>,
}

impl TestPlugin {
    pub(crate) fn new(id: &str, inner: Arc<Inner>) -> Self {
        Self {
            id: id.to_owned(),
            inner,
        }
    }

    pub(crate) fn inner(&self) -> &Arc<Inner> {
        &self.inner
    }

    /// The plugin's id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Asks on a channel as the UI does, and waits for the answer.
    ///
    /// # Errors
    ///
    /// When the plugin does not run, has no handler for the channel, or the handler fails; or when the answer is no
    /// `T`.
    ///
    /// # Panics
    ///
    /// When there is no answer in time.
    #[track_caller]
    pub fn invoke<T: DeserializeOwned>(
        &self,
        channel: &str,
        payload: impl Serialize,
    ) -> impl Future<Output = Result<T, InvokeError>> + Send {
        let (at, payload) = (Location::caller(), serde_json::to_value(payload));
        async move {
            let payload = payload.map_err(|source| InvokeError::Payload {
                channel: channel.to_owned(),
                source,
            })?;
            let what = format!("an answer on the channel `{channel}` of `{}`", self.id);
            let asked = self.control().invoke(&self.id, channel, payload);
            let answer = self.inner.waiting.within(&what, at, asked).await?;
            serde_json::from_value(answer.clone())
                .map_err(|source| InvokeError::answer::<T>(channel, answer, source))
        }
    }

    /// Waits for the next push on a channel: the first call for the first one since the start, and so on.
    ///
    /// # Panics
    ///
    /// When none comes in time, or it is no `T`.
    #[track_caller]
    pub fn push<T: DeserializeOwned>(&self, channel: &str) -> impl Future<Output = T> + Send {
        let (at, channel) = (Location::caller(), channel.to_owned());
        async move {
            let what = format!("a push on the channel `{channel}` of `{}`", self.id);
            let payload = self.next(what, at, |event| match event {
                Event::Push {
                    plugin,
                    channel: its,
                    payload,
                } if *plugin == self.id && *its == channel => Some(payload.value()),
                _ => None,
            });
            let payload = payload.await;
            serde_json::from_value(payload.clone()).unwrap_or_else(|error| {
                let wanted = std::any::type_name::<T>();
                panic!(
                    "the push on `{channel}` is {payload}, which is no `{wanted}`: {error}, at {at}"
                )
            })
        }
    }

    /// Waits for the next log line whose message contains a text.
    ///
    /// # Panics
    ///
    /// When none comes in time.
    #[track_caller]
    pub fn log_line(&self, part: &str) -> impl Future<Output = LogLine> + Send {
        let (at, part) = (Location::caller(), part.to_owned());
        async move {
            let what = format!("a log line of `{}` with `{part}`", self.id);
            let line = self.next(what, at, |event| match event {
                Event::Log(line) if line.plugin == self.id && line.message.contains(&part) => {
                    Some(line.clone())
                }
                _ => None,
            });
            line.await
        }
    }

    /// Waits until the plugin is errored, also if it has been before, and returns the reason.
    ///
    /// # Panics
    ///
    /// When it is not in time.
    #[track_caller]
    pub fn errored(&self) -> impl Future<Output = String> + Send {
        let at = Location::caller();
        async move {
            let what = format!("plugin `{}` is errored", self.id);
            let reason = self.next(what, at, |event| match event {
                Event::State {
                    plugin,
                    state: PluginState::Errored { reason },
                    ..
                } if *plugin == self.id => Some(reason.clone()),
                _ => None,
            });
            reason.await
        }
    }

    /// Waits until the plugin is in a state that fits, and returns it: at once where it is.
    ///
    /// ```no_run
    /// # use stratos::testing::{PluginState, TestShell};
    /// # async fn f(shell: TestShell) {
    /// shell.reaches(|state| matches!(state, PluginState::Stopped)).await;
    /// # }
    /// ```
    ///
    /// # Panics
    ///
    /// When it is not in time.
    #[track_caller]
    pub fn reaches(
        &self,
        fits: impl Fn(&PluginState) -> bool + Send,
    ) -> impl Future<Output = PluginState> + Send {
        let at = Location::caller();
        let mut before = None;
        let find = move |entries: &[Entry]| {
            let ours = |entry: &Entry| match entry {
                Entry::Event(event) => match &**event {
                    Event::State { plugin, state, .. } if *plugin == self.id => Some(state.clone()),
                    _ => None,
                },
                _ => None,
            };
            // The state that it is in, and each one from now on, even if it has left it again.
            let now = entries.iter().rposition(|entry| ours(entry).is_some());
            let from = *before.get_or_insert(now.unwrap_or(entries.len()));
            entries[from..]
                .iter()
                .filter_map(ours)
                .find(|state| fits(state))
        };
        async move {
            let what = format!("plugin `{}` is in the state that fits", self.id);
            let waiting = &self.inner.waiting;
            waiting
                .within(&what, at, waiting.journal().find(find))
                .await
        }
    }

    /// What the plugin is doing.
    #[must_use]
    pub fn state(&self) -> PluginState {
        self.info().state
    }

    /// Which start this is, counted from 1: an update and a restart each begin a new generation.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.info().generation
    }

    /// The plugin's process, while there is one; in memory there is none.
    #[must_use]
    pub fn pid(&self) -> Option<u32> {
        self.info().pid
    }

    /// The channels that have a handler, without their prefix.
    #[must_use]
    pub fn channels(&self) -> Vec<String> {
        self.info().channels
    }

    /// The route prefixes.
    #[must_use]
    pub fn routes(&self) -> Vec<String> {
        self.info().routes
    }

    /// A `GET` request as the UI sends it; await it. The path is the whole one, prefix included.
    #[track_caller]
    pub fn get(&self, path: &str) -> TestRequest {
        self.request(Method::GET, path)
    }

    /// A `POST` request as the UI sends it; give it a body, and await it.
    #[track_caller]
    pub fn post(&self, path: &str) -> TestRequest {
        self.request(Method::POST, path)
    }

    /// A request as the UI sends it; await it.
    #[track_caller]
    pub fn request(&self, method: Method, path: &str) -> TestRequest {
        TestRequest::new(Arc::clone(&self.inner), method, path, Location::caller())
    }

    /// A connection to the shell's server as bytes, for a WebSocket client.
    ///
    /// # Panics
    ///
    /// When the shell ends.
    pub async fn connect(&self) -> BoxedStream {
        self.inner.door.connect().await.expect("the shell serves")
    }

    /// A config value as the plugin has stored it.
    ///
    /// # Panics
    ///
    /// When it is no `T`.
    pub async fn config_value<T: DeserializeOwned>(&self, key: &str) -> Option<T> {
        match self.control().config_get(&self.id, key).await {
            Ok(value) => Some(
                serde_json::from_value(value.clone()).unwrap_or_else(|error| {
                    let wanted = std::any::type_name::<T>();
                    panic!("`{key}` is {value}, which is no `{wanted}`: {error}")
                }),
            ),
            Err(ControlError::NoValue { .. }) => None,
            Err(error) => panic!("{error}"),
        }
    }

    /// All config values.
    ///
    /// # Panics
    ///
    /// When the store fails.
    pub async fn config_values(&self) -> BTreeMap<String, Value> {
        let all = self.control().config_all(&self.id).await;
        all.unwrap_or_else(|error| panic!("{error}"))
    }

    /// Changes a config value, as the pilot does in the shell's settings.
    ///
    /// # Panics
    ///
    /// When the value has no JSON form or is too large, or it takes too long.
    #[track_caller]
    pub fn set_config(&self, key: &str, value: impl Serialize) -> impl Future<Output = ()> + Send {
        let value = serde_json::to_value(value);
        let value = value.unwrap_or_else(|error| panic!("`{key}` has no JSON form: {error}"));
        let set = self.control().config_set(&self.id, key.to_owned(), value);
        self.bounded("the change of a setting", async {
            set.await.unwrap_or_else(|error| panic!("{error}"));
        })
    }

    /// Starts the plugin after a [`stop`](Self::stop) or an error.
    ///
    /// # Errors
    ///
    /// When it runs, or does not start.
    ///
    /// # Panics
    ///
    /// When it takes too long.
    #[track_caller]
    pub fn start(&self) -> impl Future<Output = Result<(), ControlError>> + Send {
        self.bounded("the start", self.control().start(&self.id))
    }

    /// Stops the plugin, and tells what it has left behind so far.
    ///
    /// # Panics
    ///
    /// When it does not run, or takes too long.
    #[track_caller]
    pub fn stop(&self) -> impl Future<Output = Report> + Send {
        self.bounded("the stop", async {
            let stopped = self.control().stop(&self.id).await;
            stopped.unwrap_or_else(|error| panic!("{error}{}", self.inner.waiting.so_far()));
            self.inner.report(Some(&self.id)).await
        })
    }

    /// [Stops](Self::stop) and starts the plugin, as a restart of the shell does.
    ///
    /// # Errors
    ///
    /// When it does not run, or does not start again.
    ///
    /// # Panics
    ///
    /// When it takes too long.
    #[track_caller]
    pub fn restart(&self) -> impl Future<Output = Result<(), ControlError>> + Send {
        self.bounded("the restart", async {
            self.control().stop(&self.id).await?;
            self.control().start(&self.id).await
        })
    }

    /// Replaces the plugin by a new one from its closure, as the shell does after an OTA update.
    ///
    /// With `on_resume`, the new one resumes beside the old one; without, the old one stops first.
    ///
    /// # Errors
    ///
    /// When it does not run, or the new one does not start; the text says what runs now.
    ///
    /// # Panics
    ///
    /// When it takes too long.
    #[track_caller]
    pub fn update(&self) -> impl Future<Output = Result<(), ControlError>> + Send {
        self.bounded("the update", self.control().update(&self.id))
    }

    #[track_caller]
    fn bounded<T>(
        &self,
        what: &str,
        wait: impl Future<Output = T> + Send,
    ) -> impl Future<Output = T> + Send {
        let (at, what) = (
            Location::caller(),
            format!("{what} of plugin `{}`", self.id),
        );
        async move { self.inner.waiting.within(&what, at, wait).await }
    }

    async fn next<T>(
        &self,
        what: String,
        at: &Location<'_>,
        fits: impl Fn(&Event) -> Option<T> + Send,
    ) -> T {
        let waiting = &self.inner.waiting;
        let fits = |entry: &Entry| match entry {
            Entry::Event(event) => fits(event),
            _ => None,
        };
        waiting.next(what, at, fits).await
    }

    fn info(&self) -> PluginInfo {
        let mut all = self.control().plugins().into_iter();
        let ours = all.find(|plugin| plugin.id == self.id);
        ours.expect("a shell keeps its plugins")
    }

    fn control(&self) -> &Control {
        self.inner.shell.control()
    }
}
