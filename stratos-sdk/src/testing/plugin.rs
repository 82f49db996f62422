//! Handle to a plugin of the test shell.

use std::any::type_name;
use std::collections::BTreeMap;
use std::fmt::Display;
use std::panic::Location;
use std::sync::Arc;

use axum::http::Method;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use stratos_host::PluginState;
use stratos_host::control::{Control, ControlError};
use stratos_host::event::Entry;
use stratos_host::event::{Event, LogLine};
use stratos_host::remote::PluginInfo;
use stratos_protocol::ipc::check_channel;
use stratos_transport::BoxedStream;

use crate::testing::config_value::to_json;
use crate::testing::error::InvokeError;
use crate::testing::http::TestRequest;
use crate::testing::report::Report;
use crate::testing::shared::Shared;

/// Handle to a plugin of a [`TestShell`](crate::testing::TestShell), with the operations of its UI, its pilot and the
/// shell. Cheap to clone.
///
/// All methods take `&self`, so a test can run several operations concurrently.
///
/// ```no_run
/// # use stratos::serde_json::{Value, json};
/// # use stratos::testing::TestShell;
/// # async fn f(shell: TestShell) {
/// let status: Value = shell.invoke("get-status", ()).await.unwrap();
/// assert_eq!(status["online"], true);
///
/// shell.set_config("refresh_interval", 5).await;
/// let update: Value = shell.push("status-update").await;
/// assert_eq!(update["pilots"], 2);
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct TestPlugin {
    id: String,
    shared: Arc<Shared>,
}

impl TestPlugin {
    pub(crate) fn new(id: &str, shared: Arc<Shared>) -> Self {
        Self {
            id: id.to_owned(),
            shared,
        }
    }

    pub(crate) fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }

    /// Id of the plugin.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Calls the handler of a channel, as the UI does, and waits for the answer.
    ///
    /// # Errors
    ///
    /// If the plugin does not run, has no handler for the channel, the handler fails, or the answer does not
    /// deserialize into `T`.
    ///
    /// # Panics
    ///
    /// If there is no answer within the timeout.
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
            let what = format!("an answer on channel `{channel}` of `{}`", self.id);
            let asked = self.control().invoke(&self.id, channel, payload);
            let answer = self.shared.waiter.within(&what, at, asked).await?;
            serde_json::from_value(answer.clone()).map_err(|source| InvokeError::Answer {
                channel: channel.to_owned(),
                answer,
                wanted: type_name::<T>(),
                source,
            })
        }
    }

    /// Waits for the next push on a channel. The first call returns the first push since the start of the shell.
    ///
    /// # Panics
    ///
    /// If there is no push within the timeout, it does not deserialize into `T`, or the channel has the prefix
    /// `plugin:{id}:`.
    #[track_caller]
    pub fn push<T: DeserializeOwned>(&self, channel: &str) -> impl Future<Output = T> + Send {
        let (at, channel) = (Location::caller(), channel.to_owned());
        async move {
            if let Err(error) = check_channel(&channel) {
                panic!("{error}, at {at}");
            }
            let what = format!("a push on channel `{channel}` of `{}`", self.id);
            let payload = self.next(what, at, |event| match event {
                Event::Push {
                    plugin,
                    channel: pushed_on,
                    payload,
                } if *plugin == self.id && *pushed_on == channel => Some(payload.value()),
                _ => None,
            });
            let payload = payload.await;
            serde_json::from_value(payload.clone()).unwrap_or_else(|error| {
                let wanted = type_name::<T>();
                panic!(
                    "the push on `{channel}` is {payload}, which is not a `{wanted}`: {error}, at {at}"
                )
            })
        }
    }

    /// Waits for the next log line whose message contains `part`.
    ///
    /// # Panics
    ///
    /// If there is no such line within the timeout.
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

    /// Waits until the plugin becomes errored, and returns the reason. Each call waits for another error.
    ///
    /// # Panics
    ///
    /// If the plugin does not become errored within the timeout.
    #[track_caller]
    pub fn errored(&self) -> impl Future<Output = String> + Send {
        let at = Location::caller();
        async move {
            let what = format!("an error of plugin `{}`", self.id);
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

    /// Waits for a state for which `matches` returns true, and returns it. The current state counts.
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
    /// If the plugin does not reach such a state within the timeout.
    #[track_caller]
    pub fn reaches(
        &self,
        matches: impl Fn(&PluginState) -> bool + Send,
    ) -> impl Future<Output = PluginState> + Send {
        let at = Location::caller();
        let mut start = None;
        let find = move |entries: &[Entry]| {
            let state = |entry: &Entry| match entry {
                Entry::Event(event) => match &**event {
                    Event::State { plugin, state, .. } if *plugin == self.id => Some(state.clone()),
                    _ => None,
                },
                _ => None,
            };
            // Searches from the current state on, so that no later state is missed, however short.
            let current = entries.iter().rposition(|entry| state(entry).is_some());
            let start = *start.get_or_insert(current.unwrap_or(entries.len()));
            let mut states = entries[start..].iter().filter_map(state);
            states.find(|state| matches(state))
        };
        async move {
            let what = format!("a matching state of plugin `{}`", self.id);
            let waiter = &self.shared.waiter;
            let found = waiter.journal().find(find);
            waiter.within(&what, at, found).await
        }
    }

    /// Current state of the plugin.
    #[must_use]
    pub fn state(&self) -> PluginState {
        self.info().state
    }

    /// Number of the current start, counted from 1. Each update and each restart begins a new generation.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.info().generation
    }

    /// Id of the plugin's process; `None` in memory, or while the plugin does not run.
    #[must_use]
    pub fn pid(&self) -> Option<u32> {
        self.info().pid
    }

    /// Channels that have a handler, without their prefix.
    #[must_use]
    pub fn channels(&self) -> Vec<String> {
        self.info().channels
    }

    /// Registered route prefixes.
    #[must_use]
    pub fn prefixes(&self) -> Vec<String> {
        self.info().prefixes
    }

    /// Creates a `GET` request, as the UI would send it; await it to send it. `path` includes the route prefix.
    #[track_caller]
    pub fn get(&self, path: &str) -> TestRequest {
        self.request(Method::GET, path)
    }

    /// Creates a `POST` request, as the UI would send it; await it to send it. `path` includes the route prefix.
    #[track_caller]
    pub fn post(&self, path: &str) -> TestRequest {
        self.request(Method::POST, path)
    }

    /// Creates a request with any method, as the UI would send it; await it to send it. `path` includes the route
    /// prefix.
    #[track_caller]
    pub fn request(&self, method: Method, path: &str) -> TestRequest {
        TestRequest::new(Arc::clone(&self.shared), method, path, Location::caller())
    }

    /// Opens a raw connection to the shell's HTTP server, for example for a WebSocket client.
    ///
    /// # Panics
    ///
    /// If the shell has stopped.
    #[track_caller]
    pub fn connect(&self) -> impl Future<Output = BoxedStream> + Send {
        let at = Location::caller();
        async move {
            let stream = self.shared.client.connect().await;
            stream.unwrap_or_else(|error| panic!("cannot connect to the shell: {error}, at {at}"))
        }
    }

    /// Reads a config value of the plugin; `None` if none is stored.
    ///
    /// # Panics
    ///
    /// If the value does not deserialize into `T`.
    #[track_caller]
    pub fn config_value<T: DeserializeOwned>(
        &self,
        key: &str,
    ) -> impl Future<Output = Option<T>> + Send {
        let at = Location::caller();
        async move {
            match self.control().config_get(&self.id, key).await {
                Ok(value) => Some(
                    serde_json::from_value(value.clone()).unwrap_or_else(|error| {
                        let wanted = type_name::<T>();
                        panic!("`{key}` is {value}, which is not a `{wanted}`: {error}, at {at}")
                    }),
                ),
                Err(ControlError::NoValue { .. }) => None,
                Err(error) => panic!("{error}, at {at}"),
            }
        }
    }

    /// Reads all config values of the plugin.
    ///
    /// # Panics
    ///
    /// If the store fails.
    #[track_caller]
    pub fn config_values(&self) -> impl Future<Output = BTreeMap<String, Value>> + Send {
        let at = Location::caller();
        async move {
            let all = self.control().config_all(&self.id).await;
            all.unwrap_or_else(|error| panic!("{error}, at {at}"))
        }
    }

    /// Changes a setting, as the pilot does in the settings page.
    ///
    /// # Panics
    ///
    /// If the plugin's manifest does not declare the setting or does not allow the value, which is unknown for a plugin
    /// without `#[stratos::plugin]`; if the value cannot be serialized to JSON or is too large, or after the timeout.
    #[track_caller]
    pub fn set_config(&self, key: &str, value: impl Serialize) -> impl Future<Output = ()> + Send {
        let value = to_json(key, value);
        let set = self.control().config_set(&self.id, key.to_owned(), value);
        self.success("the change of a setting", async {
            set.await.map_err(|error| match error {
                ControlError::Setting(error) => {
                    let own = "`set_unchecked_config` stores it without the check";
                    format!("{error}; {}", error.help_or(own))
                }
                error => error.to_string(),
            })
        })
    }

    /// Stores a config value that is not checked against the manifest: one of the plugin's own keys, or a value that an
    /// older manifest allowed.
    ///
    /// # Panics
    ///
    /// If the value cannot be serialized to JSON or is too large, or after the timeout.
    #[track_caller]
    pub fn set_unchecked_config(
        &self,
        key: &str,
        value: impl Serialize,
    ) -> impl Future<Output = ()> + Send {
        let value = to_json(key, value);
        let set = self
            .control()
            .config_set_unchecked(&self.id, key.to_owned(), value);
        self.success("the change of a config value", set)
    }

    /// Starts the plugin after a [`stop`](Self::stop) or an error.
    ///
    /// # Errors
    ///
    /// If the plugin already runs, or does not start.
    ///
    /// # Panics
    ///
    /// After the timeout.
    #[track_caller]
    pub fn start(&self) -> impl Future<Output = Result<(), ControlError>> + Send {
        self.with_timeout("the start", self.control().start(&self.id))
    }

    /// Stops the plugin, and reports its leaks so far.
    ///
    /// # Panics
    ///
    /// If the plugin does not run, or after the timeout.
    #[track_caller]
    pub fn stop(&self) -> impl Future<Output = Report> + Send {
        let at = Location::caller();
        self.with_timeout("the stop", async move {
            let stopped = self.control().stop(&self.id).await;
            stopped.unwrap_or_else(|error| {
                panic!("{error}, at {at}{}", self.shared.waiter.recent_transcript())
            });
            self.shared.report(Some(&self.id)).await
        })
    }

    /// Stops and starts the plugin, as a restart of the shell does.
    ///
    /// # Errors
    ///
    /// If the plugin does not run, or does not start again.
    ///
    /// # Panics
    ///
    /// After the timeout.
    #[track_caller]
    pub fn restart(&self) -> impl Future<Output = Result<(), ControlError>> + Send {
        self.with_timeout("the restart", async {
            self.control().stop(&self.id).await?;
            self.control().start(&self.id).await
        })
    }

    /// Replaces the plugin by a new instance from its closure, as the shell does after an OTA update.
    ///
    /// With `on_resume`, the new instance starts beside the old one; without it, the old one stops first.
    ///
    /// # Errors
    ///
    /// If the plugin does not run, or the new instance does not start; the message says which one runs now.
    ///
    /// # Panics
    ///
    /// After the timeout.
    #[track_caller]
    pub fn update(&self) -> impl Future<Output = Result<(), ControlError>> + Send {
        self.with_timeout("the update", self.control().update(&self.id))
    }

    #[track_caller]
    fn with_timeout<T>(
        &self,
        what: &str,
        future: impl Future<Output = T> + Send,
    ) -> impl Future<Output = T> + Send {
        let (at, what) = (
            Location::caller(),
            format!("{what} of plugin `{}`", self.id),
        );
        async move { self.shared.waiter.within(&what, at, future).await }
    }

    /// Like [`with_timeout`](Self::with_timeout), for an operation whose error fails the test.
    #[track_caller]
    fn success<E: Display>(
        &self,
        what: &str,
        operation: impl Future<Output = Result<(), E>> + Send,
    ) -> impl Future<Output = ()> + Send {
        let at = Location::caller();
        let what = format!("{what} of plugin `{}`", self.id);
        async move {
            self.shared
                .waiter
                .success_within(&what, at, operation)
                .await
        }
    }

    pub(super) async fn next<T>(
        &self,
        what: String,
        at: &Location<'_>,
        select: impl Fn(&Event) -> Option<T> + Send,
    ) -> T {
        let select = |entry: &Entry| match entry {
            Entry::Event(event) => select(event),
            _ => None,
        };
        self.shared.waiter.next(what, at, select).await
    }

    pub(super) fn info(&self) -> PluginInfo {
        let mut plugins = self.control().plugins().into_iter();
        let plugin = plugins.find(|plugin| plugin.id == self.id);
        plugin.expect("a shell never removes a plugin")
    }

    pub(super) fn control(&self) -> &Control {
        self.shared.shell.control()
    }
}
