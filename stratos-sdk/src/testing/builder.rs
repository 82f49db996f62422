//! What a test's shell is made of.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::future::BoxFuture;
use serde::Serialize;
use serde_json::Value;
use stratos_host::ShellVersion;
use stratos_host::process::{InMemoryLauncher, MemoryLink};
use stratos_protocol::handshake::Identity;

use crate::builder::{BuildError, BuiltPlugin, PluginBuilder};
use crate::context::Logger;
use crate::plugin::Plugin;
use crate::probe::Probe;
use crate::serve::dispatch_to;
use crate::session::{Link, run_probed};
use crate::testing::error::StartError;
use crate::testing::host::Host;
use crate::testing::shell::{TestShell, open};
use crate::testing::watchdog::Activity;

/// How long a plugin may keep its thread, in real time.
const BLOCK_LIMIT: Duration = Duration::from_secs(5);

/// Makes a [`TestShell`]; see [`TestShell::new`].
#[must_use = "nothing runs before `start`"]
pub struct TestShellBuilder {
    pub(crate) plugins: Vec<Candidate>,
    pub(crate) auth: String,
    pub(crate) version: ShellVersion,
    pub(crate) host: Option<Host>,
    pub(crate) state: Option<PathBuf>,
    pub(crate) deadline: Option<Duration>,
    pub(crate) block_limit: Duration,
}

/// What a plugin can be made from: a [`Plugin`], or a [`PluginBuilder`] that is not built yet.
#[diagnostic::on_unimplemented(
    message = "the closure of `TestShell::new` makes a plugin, and `{Self}` is none",
    label = "is no Stratos plugin",
    note = "write `#[stratos::plugin]` on the `impl` block of `{Self}`, or return what `create_plugin(...)` has made",
    note = "the closure returns the plugin itself, and no `Option` or `Result` of it"
)]
pub trait IntoPlugin {
    /// The plugin.
    type Made: Plugin;

    /// Makes it.
    ///
    /// # Errors
    ///
    /// When a hook is missing.
    fn into_plugin(self) -> Result<Self::Made, BuildError>;
}

/// A plugin that the shell will run.
pub(crate) struct Candidate {
    identify: Box<dyn Fn() -> Result<Identity, BuildError> + Send + Sync>,
    run: Arc<Run>,
    pub(crate) config: Vec<(String, Value)>,
    pub(crate) program: Option<PathBuf>,
}

type Run = dyn Fn(MemoryLink, Probe) -> BoxFuture<'static, ()> + Send + Sync;

impl TestShellBuilder {
    pub(crate) fn new<P: IntoPlugin>(make: impl Fn() -> P + Send + Sync + 'static) -> Self {
        Self {
            plugins: vec![Candidate::new(make)],
            auth: "signed-in".to_owned(),
            version: ShellVersion::default(),
            host: None,
            state: None,
            deadline: None,
            block_limit: BLOCK_LIMIT,
        }
    }

    /// One more plugin. What is set after this is about this one.
    pub fn plugin<P: IntoPlugin>(mut self, make: impl Fn() -> P + Send + Sync + 'static) -> Self {
        self.plugins.push(Candidate::new(make));
        self
    }

    /// A config value that is there before the plugin starts.
    ///
    /// # Panics
    ///
    /// When the value has no JSON form.
    pub fn config(mut self, key: &str, value: impl Serialize) -> Self {
        let value = serde_json::to_value(value);
        let value = value.unwrap_or_else(|error| panic!("`{key}` has no JSON form: {error}"));
        self.last().config.push((key.to_owned(), value));
        self
    }

    /// The plugin's program, for runs that want a process: `env!("CARGO_BIN_EXE_my-plugin")` in `tests/`.
    pub fn program(mut self, program: impl Into<PathBuf>) -> Self {
        self.last().program = Some(program.into());
        self
    }

    /// Nobody is signed in at the start.
    pub fn signed_out(self) -> Self {
        self.persona("signed-out")
    }

    /// Who is signed in at the start: `signed-in` (the default), `signed-out`, or `expiring` after a minute.
    pub fn persona(mut self, name: &str) -> Self {
        name.clone_into(&mut self.auth);
        self
    }

    /// Which shell's behaviour where they differ.
    pub fn shell_version(mut self, version: ShellVersion) -> Self {
        self.version = version;
        self
    }

    /// Runs the plugins as processes, whatever the environment says.
    pub fn as_process(mut self) -> Self {
        self.host = Some(Host::Process);
        self
    }

    /// Runs the plugins in this process, whatever the environment says.
    pub fn in_memory(mut self) -> Self {
        self.host = Some(Host::Memory);
        self
    }

    /// Keeps config values in this folder, so that a later shell finds them. Without it, they are in memory.
    pub fn state_folder(mut self, folder: impl AsRef<Path>) -> Self {
        self.state = Some(folder.as_ref().to_owned());
        self
    }

    /// How long each wait may take. Without it: 10 seconds, or an hour of virtual time.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// How long a plugin in memory may keep its thread before the watchdog aborts the process. Without it: 5 seconds.
    ///
    /// In real time, also where the test's time is virtual. A debugger wants [`Duration::MAX`].
    pub fn watchdog(mut self, limit: Duration) -> Self {
        self.block_limit = limit;
        self
    }

    /// Starts the shell and all plugins, and waits until they run.
    ///
    /// # Panics
    ///
    /// When a plugin is errored, with its reason and its log.
    pub async fn start(self) -> TestShell {
        match self.try_start().await {
            Ok(shell) => shell,
            Err(error) => panic!("{}", crate::error::chain(&error)),
        }
    }

    /// [`start`](Self::start), for a test of what keeps a plugin from starting.
    ///
    /// # Errors
    ///
    /// When a plugin is errored, or the shell cannot be set up like this.
    pub async fn try_start(self) -> Result<TestShell, StartError> {
        open(self).await?.all_run()
    }

    /// [`start`](Self::start), for a test of what works while a plugin is errored.
    ///
    /// # Errors
    ///
    /// When the shell cannot be set up like this.
    pub async fn start_anyway(self) -> Result<TestShell, StartError> {
        open(self).await
    }

    fn last(&mut self) -> &mut Candidate {
        self.plugins.last_mut().expect("`new` adds the first one")
    }
}

impl Candidate {
    fn new<P: IntoPlugin>(make: impl Fn() -> P + Send + Sync + 'static) -> Self {
        let make = Arc::new(make);
        // The plugin that was asked who it is, for the first launch: a closure may be good for one plugin only.
        let first = Arc::new(Mutex::new(None));
        let identify = {
            let (make, first) = (Arc::clone(&make), Arc::clone(&first));
            move || {
                let plugin = make().into_plugin()?;
                let identity = plugin.identity();
                *first.lock().unwrap_or_else(PoisonError::into_inner) = Some(plugin);
                Ok(identity)
            }
        };
        let run = move |link: MemoryLink, probe: Probe| -> BoxFuture<'static, ()> {
            let make = Arc::clone(&make);
            let first = first.lock().unwrap_or_else(PoisonError::into_inner).take();
            Box::pin(async move {
                let plugin = first.unwrap_or_else(|| {
                    let plugin = make().into_plugin();
                    plugin.expect("a plugin that was made before can be made again")
                });
                let link = Link {
                    control: link.control,
                    http: link.http,
                    nonce: link.nonce,
                };
                let (logger, log_queue) = Logger::new();
                let probe = Probe {
                    events: Some(dispatch_to(logger.apart())),
                    ..probe
                };
                // How it ends is seen from the shell's side.
                let _ = run_probed(plugin, link, logger, log_queue, probe).await;
            })
        };
        Self {
            identify: Box::new(identify),
            run: Arc::new(run),
            config: Vec::new(),
            program: None,
        }
    }

    pub(crate) fn identity(&self) -> Result<Identity, StartError> {
        (self.identify)().map_err(StartError::Build)
    }

    /// Runs the plugin within this process, a new one for each generation.
    pub(crate) fn in_memory(&self, id: &str, activity: &Activity) -> InMemoryLauncher {
        let run = Arc::clone(&self.run);
        let watched = activity.of(id);
        InMemoryLauncher::new(move |link| {
            let watched = Some(watched.clone());
            let probe = Probe {
                watched,
                ..Probe::default()
            };
            run(link, probe)
        })
    }
}

impl<P: Plugin> IntoPlugin for P {
    type Made = P;

    fn into_plugin(self) -> Result<P, BuildError> {
        Ok(self)
    }
}

impl IntoPlugin for PluginBuilder {
    type Made = BuiltPlugin;

    fn into_plugin(self) -> Result<BuiltPlugin, BuildError> {
        self.build()
    }
}

impl fmt::Debug for TestShellBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TestShellBuilder")
            .field("plugins", &self.plugins.len())
            .finish_non_exhaustive()
    }
}
