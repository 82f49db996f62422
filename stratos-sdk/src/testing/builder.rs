//! Builder of the test shell.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use serde::Serialize;
use stratos_host::{AnswerPolicy, ShellVersion};

use crate::testing::airline::TestAirline;
use crate::testing::config_value::to_json;
use crate::testing::host_kind::HostKind;
use crate::testing::plugin_factory::{IntoPlugin, PluginFactory};
use crate::testing::shell::TestShell;

/// Default limit of the watchdog, in real time.
const WATCHDOG_LIMIT: Duration = Duration::from_secs(5);

/// Builder of a [`TestShell`]; see [`TestShell::new`].
///
/// ```no_run
/// # use std::time::Duration;
/// # use stratos::testing::TestShell;
/// # async fn f(fleet: fn() -> stratos::PluginBuilder, weather: fn() -> stratos::PluginBuilder) {
/// let shell = TestShell::new(fleet)
///     .config("refresh_minutes", 20)
///     .plugin(weather)
///     .signed_out()
///     .deadline(Duration::from_secs(2))
///     .start()
///     .await;
/// # }
/// ```
#[must_use = "call `start` to start the shell"]
#[derive(Debug)]
pub struct TestShellBuilder {
    pub(crate) plugins: Vec<PluginFactory>,
    pub(crate) persona: String,
    pub(crate) version: ShellVersion,
    /// Host of the plugins; `None` for the one that the environment selects.
    pub(crate) host: Option<HostKind>,
    pub(crate) state_folder: Option<PathBuf>,
    pub(crate) timeout: Option<Duration>,
    /// Time of day at the start; `None` for that of the system.
    pub(crate) time: Option<SystemTime>,
    pub(crate) watchdog_limit: Duration,
    pub(crate) answers: AnswerPolicy,
    pub(crate) airline: TestAirline,
    /// Time between two frames of simulator data; `None` for the default.
    pub(crate) frame_interval: Option<Duration>,
}

impl TestShell {
    /// Creates a builder for a shell. The closure makes the plugin, once for each start and each update.
    ///
    /// If the plugin runs as a process, the closure is called once to get the plugin's id.
    #[expect(
        clippy::new_ret_no_self,
        reason = "authors look for `new`, and a shell is only made by its builder"
    )]
    pub fn new<P: IntoPlugin>(make: impl Fn() -> P + Send + Sync + 'static) -> TestShellBuilder {
        TestShellBuilder {
            plugins: vec![PluginFactory::new(make)],
            persona: "signed-in".to_owned(),
            version: ShellVersion::default(),
            host: None,
            state_folder: None,
            timeout: None,
            time: None,
            watchdog_limit: WATCHDOG_LIMIT,
            answers: AnswerPolicy::default(),
            airline: TestAirline::mock(),
            frame_interval: None,
        }
    }
}

impl TestShellBuilder {
    /// Adds another plugin. Later calls of [`config`](Self::config), [`program`](Self::program) and
    /// [`plugin_folder`](Self::plugin_folder) apply to it.
    pub fn plugin<P: IntoPlugin>(mut self, make: impl Fn() -> P + Send + Sync + 'static) -> Self {
        self.plugins.push(PluginFactory::new(make));
        self
    }

    /// Sets a setting before the plugin starts, as the pilot does in the settings page.
    ///
    /// The shell does not start with a key or a value that the plugin's manifest does not declare. For a plugin without
    /// `#[stratos::plugin]`, nothing is checked, since the declared settings are unknown.
    ///
    /// # Panics
    ///
    /// If the value cannot be serialized to JSON.
    #[track_caller]
    pub fn config(mut self, key: &str, value: impl Serialize) -> Self {
        let value = to_json(key, value);
        self.last_plugin().config.push((key.to_owned(), value));
        self
    }

    /// Stores a config value before the plugin starts that is not checked against the manifest: one of the plugin's own
    /// keys, or a value that an older manifest allowed.
    ///
    /// # Panics
    ///
    /// If the value cannot be serialized to JSON.
    #[track_caller]
    pub fn unchecked_config(mut self, key: &str, value: impl Serialize) -> Self {
        let value = to_json(key, value);
        self.last_plugin()
            .unchecked_config
            .push((key.to_owned(), value));
        self
    }

    /// Sets the plugin's program for runs as a process: `env!("CARGO_BIN_EXE_my-plugin")` in `tests/`.
    pub fn program(mut self, program: impl Into<PathBuf>) -> Self {
        self.last_plugin().program = Some(program.into());
        self
    }

    /// Sets the plugin's own folder, with `plugin.json` and `assets/`. By default it is the folder of the package whose
    /// tests run.
    pub fn plugin_folder(mut self, folder: impl Into<PathBuf>) -> Self {
        self.last_plugin().folder = Some(folder.into());
        self
    }

    /// Sets the time that [`ctx.clock`](crate::context::Clock) shows at the start. From then on it follows tokio's time,
    /// so that a test with `start_paused = true` has the same dates in each run.
    ///
    /// ```no_run
    /// # use std::time::{Duration, SystemTime};
    /// # use stratos::testing::TestShell;
    /// # async fn f(fleet: fn() -> stratos::PluginBuilder) {
    /// let new_year = SystemTime::UNIX_EPOCH + Duration::from_secs(1_767_225_600);
    /// let shell = TestShell::new(fleet).time(new_year).start().await;
    /// # }
    /// ```
    pub fn time(mut self, time: SystemTime) -> Self {
        self.time = Some(time);
        self
    }

    /// Starts the shell without a signed-in pilot; short for the [persona](Self::persona) `signed-out`.
    pub fn signed_out(self) -> Self {
        self.persona("signed-out")
    }

    /// Sets the login at the start: `signed-in` (the default), `signed-out`, or `expiring`, which is signed in for one
    /// minute.
    pub fn persona(mut self, name: &str) -> Self {
        name.clone_into(&mut self.persona);
        self
    }

    /// Sets the version of the shell to imitate, where versions of the platform's documentation differ.
    pub fn shell_version(mut self, version: ShellVersion) -> Self {
        self.version = version;
        self
    }

    /// Sets who answers dialogs and prompts. By default, they wait for [`answer`](crate::testing::TestPlugin::answer).
    pub fn answers(mut self, policy: AnswerPolicy) -> Self {
        self.answers = policy;
        self
    }

    /// Sets the airline. By default, the pilot is bound to the built-in mock airline.
    pub fn airline(mut self, airline: TestAirline) -> Self {
        self.airline = airline;
        self
    }

    /// Sets the time between two frames of simulator data, in the time of the test. The default is 50 milliseconds, and a
    /// second in virtual time.
    pub fn frame_interval(mut self, interval: Duration) -> Self {
        self.frame_interval = Some(interval);
        self
    }

    /// Runs the plugins as processes, regardless of the environment.
    pub fn as_process(mut self) -> Self {
        self.host = Some(HostKind::Process);
        self
    }

    /// Runs the plugins in the test's process, regardless of the environment.
    pub fn in_memory(mut self) -> Self {
        self.host = Some(HostKind::Memory);
        self
    }

    /// Keeps config values and data folders in this folder, so that a later shell finds them. By default they end with
    /// the shell.
    pub fn state_folder(mut self, folder: impl AsRef<Path>) -> Self {
        self.state_folder = Some(folder.as_ref().to_owned());
        self
    }

    /// Sets the timeout of each wait. The default is 10 seconds, or a day of virtual time.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.timeout = Some(deadline);
        self
    }

    /// Sets how long a plugin in memory may block its thread before the watchdog aborts the process. The default is
    /// 5 seconds.
    ///
    /// The limit is in real time, even if the test uses virtual time. For a debugger, set [`Duration::MAX`].
    pub fn watchdog(mut self, limit: Duration) -> Self {
        self.watchdog_limit = limit;
        self
    }

    fn last_plugin(&mut self) -> &mut PluginFactory {
        self.plugins.last_mut().expect("`new` adds the first one")
    }
}
