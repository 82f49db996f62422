//! The airline of a test shell.

use std::fmt::Display;
use std::time::Duration;

use serde::Serialize;
use serde_json::Value;
use stratos_host::config::{AirlineConfig, AirlineFixtures, AirlineUrl};

use crate::testing::config_value::to_json;

/// The airline of a [`TestShell`](crate::testing::TestShell), which is bound while a pilot is signed in.
///
/// ```no_run
/// # use std::time::Duration;
/// # use stratos::serde_json::json;
/// # use stratos::testing::{TestAirline, TestShell};
/// # async fn f(crew: fn() -> stratos::PluginBuilder) {
/// let airline = TestAirline::mock()
///     .fixtures(json!({ "bids": [{ "id": 1, "departure": "EDDF" }], "routes": { "GET /api/news": [] } }))
///     .tokens_expire_after(Duration::from_secs(60));
/// let shell = TestShell::new(crew).airline(airline).start().await;
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct TestAirline(pub(crate) AirlineConfig);

impl TestAirline {
    /// The built-in mock airline, which a shell has by default.
    #[must_use]
    pub fn mock() -> Self {
        Self(AirlineConfig::default())
    }

    /// No airline.
    #[must_use]
    pub fn none() -> Self {
        let mut airline = Self::mock();
        airline.0.table.enabled = Some(false);
        airline
    }

    /// An airline whose API is a server of the test, such as `http://127.0.0.1:8080`. A test shell has no HTTPS.
    ///
    /// # Panics
    ///
    /// If the text is no base URL.
    #[must_use]
    #[track_caller]
    pub fn at(base_url: impl Into<String>) -> Self {
        let url = AirlineUrl::try_from(base_url.into());
        let mut airline = Self::mock();
        airline.0.table.base_url = Some(checked(url));
        airline
    }

    /// Sets the name.
    #[must_use]
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.0.table.name = Some(name.into());
        self
    }

    /// Sets the data of the mock airline, in the form of the file that `[airline] fixtures` names: an object with
    /// `pilot`, `fleet`, `bids`, `flights` and `routes`.
    ///
    /// # Panics
    ///
    /// If the value has another form.
    #[must_use]
    #[track_caller]
    pub fn fixtures(mut self, fixtures: Value) -> Self {
        self.0.fixtures = checked(serde_json::from_value::<AirlineFixtures>(fixtures));
        self
    }

    /// Lets each token of the mock airline expire after a time in whole seconds, so that it answers 401 until the shell
    /// refreshes the token.
    #[must_use]
    pub fn tokens_expire_after(mut self, lifetime: Duration) -> Self {
        self.0.table.expires_in_seconds = Some(lifetime.as_secs());
        self
    }

    /// Sets a setting of a plugin, as the airline's administrator does. It is read-only for the pilot.
    ///
    /// # Panics
    ///
    /// If the value cannot be serialized to JSON.
    #[must_use]
    #[track_caller]
    pub fn setting(mut self, plugin: &str, key: &str, value: impl Serialize) -> Self {
        let value = to_json(key, value);
        let settings = self.0.table.settings.entry(plugin.to_owned());
        settings.or_default().insert(key.to_owned(), value);
        self
    }
}

#[track_caller]
fn checked<T, E: Display>(value: Result<T, E>) -> T {
    value.unwrap_or_else(|error| panic!("{error}"))
}
