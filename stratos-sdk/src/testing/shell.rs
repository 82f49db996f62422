//! The test shell.

use std::ops::Deref;
use std::panic::Location;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use stratos_host::control::Control;
use stratos_host::{AirlineFault, PluginState};

use crate::testing::plugin::TestPlugin;
use crate::testing::report::Report;
use crate::testing::shared::Shared;

/// Mocked shell of a test, with one or more plugins; see the [module](crate::testing).
///
/// Dereferences to its first plugin, so all methods of [`TestPlugin`] are available. Dropping it ends all plugins.
#[derive(Debug)]
pub struct TestShell {
    first: TestPlugin,
}

impl TestShell {
    /// `first` is the plugin to which the shell dereferences.
    pub(crate) fn from_first_plugin(first: TestPlugin) -> Self {
        Self { first }
    }

    /// Returns a handle to a plugin.
    ///
    /// # Panics
    ///
    /// If there is no plugin with this id.
    #[must_use]
    #[track_caller]
    pub fn plugin(&self, id: &str) -> TestPlugin {
        let plugins = self.shared().shell.control().plugins();
        let ids: Vec<_> = plugins.iter().map(|plugin| plugin.id.as_str()).collect();
        assert!(
            ids.contains(&id),
            "there is no plugin `{id}`; the plugins are {ids:?}"
        );
        TestPlugin::new(id, Arc::clone(self.shared()))
    }

    /// Signs the pilot in, and waits until all plugins have acknowledged it.
    ///
    /// # Panics
    ///
    /// If a plugin does not acknowledge it, or after the timeout.
    #[track_caller]
    pub fn sign_in(&self) -> impl Future<Output = ()> + Send {
        self.become_persona("signed-in")
    }

    /// Signs the pilot out, and waits until all plugins have acknowledged it.
    ///
    /// # Panics
    ///
    /// If a plugin does not acknowledge it, or after the timeout.
    #[track_caller]
    pub fn sign_out(&self) -> impl Future<Output = ()> + Send {
        self.become_persona("signed-out")
    }

    /// Switches the login, and waits until all plugins have acknowledged it. See
    /// [`TestShellBuilder::persona`](crate::testing::TestShellBuilder::persona) for the names.
    ///
    /// # Panics
    ///
    /// If there is no such persona, a plugin does not acknowledge the login, or after the timeout.
    #[track_caller]
    pub fn become_persona(&self, name: &str) -> impl Future<Output = ()> + Send {
        let at = Location::caller();
        async move {
            let switch = self.control().switch_auth(name);
            let what = format!("the switch to the login `{name}`");
            let waiter = &self.shared().waiter;
            waiter.success_within(&what, at, switch).await;
        }
    }

    /// Lets the login expire, and waits until all plugins have acknowledged it.
    ///
    /// # Panics
    ///
    /// If a plugin does not acknowledge it, or after the timeout.
    #[track_caller]
    pub fn token_expires(&self) -> impl Future<Output = ()> + Send {
        let at = Location::caller();
        async move {
            let expiry = self.control().expire_auth();
            let what = "the expiry of the login";
            let waiter = &self.shared().waiter;
            waiter.success_within(what, at, expiry).await;
        }
    }

    /// Makes all config operations of plugins fail with `reason`, until [`config_works`](Self::config_works) is called.
    pub fn config_fails(&self, reason: &str) {
        self.shared().shell.control().fail_store(reason);
    }

    /// Delays all config operations of plugins, until [`config_works`](Self::config_works) is called.
    pub fn config_is_slow(&self, delay: Duration) {
        self.shared().shell.control().delay_store(delay);
    }

    /// Ends [`config_fails`](Self::config_fails) and [`config_is_slow`](Self::config_is_slow).
    pub fn config_works(&self) {
        self.shared().shell.control().restore_store();
    }

    /// Expires the pilot's token at the mock airline, so that it answers 401 until the shell refreshes the token.
    ///
    /// # Panics
    ///
    /// If no airline is bound, or it is not the mock airline.
    #[track_caller]
    pub fn expire_airline_token(&self) {
        if let Err(error) = self.control().expire_airline_token() {
            panic!("{error}");
        }
    }

    /// Makes all requests of plugins to the airline fail, until [`airline_works`](Self::airline_works) is called.
    pub fn airline_fails(&self, fault: AirlineFault) {
        self.control().fail_airline(fault);
    }

    /// Ends [`airline_fails`](Self::airline_fails).
    pub fn airline_works(&self) {
        self.control().restore_airline();
    }

    /// Stops all running plugins, and reports the leaks of all plugins so far.
    ///
    /// # Panics
    ///
    /// After the timeout.
    #[track_caller]
    pub fn stop(&self) -> impl Future<Output = Report> + Send {
        let at = Location::caller();
        let waiter = &self.shared().waiter;
        let stop = self.stop_all(at);
        async move { waiter.within("the stop of all plugins", at, stop).await }
    }

    async fn stop_all(&self, at: &Location<'_>) -> Report {
        let control = self.shared().shell.control();
        let plugins = control.plugins().into_iter();
        let running = plugins.filter(|plugin| plugin.state == PluginState::Running);
        let stops = running.map(|plugin| async move { control.stop(&plugin.id).await });
        for stopped in join_all(stops).await {
            stopped.unwrap_or_else(|error| {
                panic!(
                    "{error}, at {at}{}",
                    self.shared().waiter.recent_transcript()
                )
            });
        }
        self.shared().report(None).await
    }

    /// Transcript of all events so far, one per line, for example for a snapshot test with `insta`.
    ///
    /// Values that differ from run to run, such as tokens, ports and durations, are redacted. The events of one plugin
    /// are always in the same order. Concurrent events of several plugins or requests are in the same order if the
    /// plugins run in memory on a single-threaded runtime, which is the default of `#[tokio::test]`.
    #[must_use]
    pub fn transcript(&self) -> String {
        self.shared().waiter.transcript()
    }

    pub(crate) fn control(&self) -> &Control {
        self.shared().shell.control()
    }

    pub(crate) fn shared(&self) -> &Arc<Shared> {
        self.first.shared()
    }
}

impl Deref for TestShell {
    type Target = TestPlugin;

    fn deref(&self) -> &TestPlugin {
        &self.first
    }
}
