//! The shell: all plugins, one HTTP server, one store, one login.

use std::collections::BTreeMap;
use std::fmt;
use std::future;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::{Arc, RwLock};
use std::time::Duration;

use axum::serve::Listener;
use futures_util::future::join_all;
use listeners::SocketState;
use thiserror::Error;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::config::{Origin, Persona, ShellVersion};
use crate::control::Control;
use crate::event::Entry;
use crate::event::{Event, EventBus, Subscriber};
use crate::faults::Faults;
use crate::http::InProcessClient;
use crate::login::{Login, UnknownPersona};
use crate::plugin::PluginHandle;
use crate::process::Launcher;
use crate::remote::{HostFile, HostFileError, PluginInfo};
use crate::routing::RoutingTable;
use crate::server::{self, RequestGuard};
use crate::state_dir::StateDir;
use crate::store::ConfigStore;
use crate::timeouts::{AttachMode, DebuggerPause, Timeouts};

pub(crate) use stratos_protocol::error::chain;

/// How long open connections may take to end after the plugins have ended.
const SERVER_DEADLINE: Duration = Duration::from_millis(200);

/// How a shell is set up.
#[derive(Debug)]
pub struct ShellOptions {
    /// Where config values and `host.json` live.
    pub state: StateDir,
    /// The port on 127.0.0.1; 0 takes any free one. The real shell's is 2066 (V1).
    pub port: u16,
    /// The login at the start, by name.
    pub auth: String,
    /// Personas beside the built-in ones.
    pub personas: BTreeMap<String, Persona>,
    /// Origins beside the shell's own whose pages may call it.
    pub origins: Vec<Origin>,
    /// Which shell's behaviour where they differ.
    pub version: ShellVersion,
    /// How long plugins may take.
    pub timeouts: Timeouts,
    /// Whether a plugin that crashes is started again, later each time. The real shell does not (V1).
    pub supervise: bool,
    /// A person debugs the plugins: without deadlines, and told how to attach to each.
    pub attach: Option<AttachMode>,
}

/// A plugin to run or to list.
pub struct PluginSpec {
    /// The manifest's id.
    pub id: String,
    /// The manifest's display name.
    pub name: String,
    /// The manifest's version.
    pub version: String,
    /// How to run it, or a sentence that says why it is only listed.
    pub launcher: Result<Arc<dyn Launcher>, String>,
}

/// A running shell. Stop it with [`stop`](Self::stop).
#[derive(Debug)]
pub struct Shell {
    control: Control,
    address: SocketAddr,
    folder: Option<PathBuf>,
    server: JoinHandle<()>,
    server_end: CancellationToken,
}

/// Why a shell could not start.
#[derive(Debug, Error)]
pub enum ShellError {
    /// `host.json` cannot be written.
    #[error("the shell cannot be made known to other commands")]
    Owner(#[source] HostFileError),
    /// Somebody listens on the port.
    #[error("port {port} is taken{}", holder.as_ref().map(|h| format!(" by {h}")).unwrap_or_default())]
    PortTaken {
        /// The port.
        port: u16,
        /// Name and id of the process, where the system tells.
        holder: Option<String>,
    },
    /// The port cannot be used for another reason.
    #[error("cannot listen on 127.0.0.1:{port}")]
    Port {
        /// The port.
        port: u16,
        /// The reason.
        #[source]
        source: io::Error,
    },
    /// There is no such persona.
    #[error(transparent)]
    Persona(#[from] UnknownPersona),
}

/// What the shell's parts share.
#[derive(Debug)]
pub(crate) struct Backend {
    pub(crate) events: EventBus,
    pub(crate) store: ConfigStore,
    pub(crate) routing: RoutingTable,
    pub(crate) login: Login,
    pub(crate) faults: Faults,
    /// Origins beside the shell's own whose pages may call it.
    pub(crate) origins: Arc<RwLock<Vec<Origin>>>,
    /// Unless they are debugged: see [`timeouts`](Self::timeouts).
    timeouts: Timeouts,
    pub(crate) debugging: Option<DebuggerPause>,
    pub(crate) version: ShellVersion,
    pub(crate) supervise: bool,
    /// Login switches follow one another, so that plugins see them in order.
    pub(crate) switching: tokio::sync::Mutex<()>,
    /// Held by whoever plays a scenario.
    pub(crate) stage: Arc<tokio::sync::Mutex<()>>,
    /// Sends requests to the shell's own server.
    pub(crate) client: InProcessClient,
    /// Cancelled when the shell begins to end.
    pub(crate) ending: CancellationToken,
}

impl ShellOptions {
    /// The real shell's port, somebody signed in, nothing else out of the ordinary.
    #[must_use]
    pub fn new(state: StateDir) -> Self {
        Self {
            state,
            port: 2066,
            auth: "signed-in".to_owned(),
            personas: BTreeMap::new(),
            origins: Vec::new(),
            version: ShellVersion::default(),
            timeouts: Timeouts::default(),
            supervise: false,
            attach: None,
        }
    }
}

impl Shell {
    /// Opens the port, signs in, and begins to start all plugins in parallel.
    ///
    /// A plugin that fails does not fail the shell; see [`ready`](Self::ready). Must be called
    /// within a runtime.
    ///
    /// # Errors
    ///
    /// When the port cannot be had, `host.json` cannot be written, or there is no such persona.
    pub async fn start(
        options: ShellOptions,
        plugins: Vec<PluginSpec>,
        events: EventBus,
    ) -> Result<Self, ShellError> {
        let listener = listen(options.port).await?;
        let address = listener.local_addr().map_err(|source| ShellError::Port {
            port: options.port,
            source,
        })?;
        let client = InProcessClient::over_tcp(address.port(), events.clone());
        Self::begin(options, plugins, events, address, listener, client)
    }

    /// The same without a port: requests come from the [`InProcessClient`] only, and are checked as if they came over the port.
    ///
    /// # Errors
    ///
    /// When `host.json` cannot be written, or there is no such persona.
    pub fn start_in_memory(
        options: ShellOptions,
        plugins: Vec<PluginSpec>,
        events: EventBus,
    ) -> Result<(Self, InProcessClient), ShellError> {
        let (client, listener) = InProcessClient::in_memory(options.port, events.clone());
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, options.port));
        let shell = Self::begin(options, plugins, events, address, listener, client.clone())?;
        Ok((shell, client))
    }

    fn begin<L>(
        options: ShellOptions,
        plugins: Vec<PluginSpec>,
        events: EventBus,
        address: SocketAddr,
        listener: L,
        client: InProcessClient,
    ) -> Result<Self, ShellError>
    where
        L: Listener,
    {
        let login = Login::new(&options.personas);
        let expires = login.become_persona(&options.auth)?;
        let StateDir {
            folder,
            store,
            notices,
        } = options.state;
        for notice in notices {
            events.record(|| Entry::Done(notice.to_string()));
        }
        let owner = HostFile::for_this_process(address.port());
        if let Some(folder) = &folder {
            owner.write(folder).map_err(ShellError::Owner)?;
        }
        let backend = Arc::new(Backend {
            events,
            store,
            routing: RoutingTable::new(),
            login,
            faults: Faults::default(),
            origins: Arc::new(RwLock::new(options.origins)),
            timeouts: options.timeouts,
            debugging: options.attach.map(DebuggerPause::new),
            version: options.version,
            supervise: options.supervise,
            switching: tokio::sync::Mutex::default(),
            stage: Arc::default(),
            client,
            ending: CancellationToken::new(),
        });
        let origins = Arc::clone(&backend.origins);
        let control = Control::new(Arc::clone(&backend), plugins);
        control.expire_after(expires);
        let guard = RequestGuard::new(address.port(), origins, owner.token);
        let app = server::app(control.clone(), guard);
        let server_end = CancellationToken::new();
        let server = tokio::spawn(server::serve(listener, app, server_end.clone()));
        control.start_all();
        Ok(Self {
            control,
            address,
            folder,
            server,
            server_end,
        })
    }

    /// Where the shell's HTTP server listens, or would.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What commands and the control API do.
    #[must_use]
    pub fn control(&self) -> &Control {
        &self.control
    }

    /// Everything that happens from now on.
    #[must_use]
    pub fn subscribe(&self) -> Subscriber {
        self.control.subscribe()
    }

    /// Waits until no plugin is on its way any more, and returns how they all are.
    pub async fn ready(&self) -> Vec<PluginInfo> {
        self.control.wait_until_settled().await
    }

    /// Stops all plugins in parallel, then the server. Bounded in time: the stop deadline and two seconds.
    ///
    /// A shell that is dropped instead begins to stop, and nobody knows when it has.
    pub async fn stop(mut self) {
        self.control.close().await;
        // Plugins may have called their own routes until now. What is still open is cut.
        self.server_end.cancel();
        let _ = tokio::time::timeout(SERVER_DEADLINE, &mut self.server).await;
        if let Some(folder) = &self.folder {
            HostFile::remove(folder);
        }
    }
}

impl Drop for Shell {
    fn drop(&mut self) {
        self.control.begin_close();
        self.server_end.cancel();
    }
}

impl Backend {
    /// How long plugins may take now. Whoever debugs one has all the time there is, until the shell ends.
    pub(crate) fn timeouts(&self) -> Timeouts {
        match (&self.debugging, self.ending.is_cancelled()) {
            (Some(_), false) => Timeouts::UNLIMITED,
            _ => self.timeouts,
        }
    }

    /// Returns when there is no more all the time there was: somebody debugs, and the shell ends.
    pub(crate) async fn timeouts_restored(&self) {
        if self.debugging.is_none() || self.ending.is_cancelled() {
            future::pending::<()>().await;
        }
        self.ending.cancelled().await;
    }

    /// Tells everybody who is signed in now, and returns when every plugin has acknowledged it or its time is up.
    pub(crate) async fn tell_auth(&self, plugins: impl Iterator<Item = &str>) {
        let auth = self.login.current();
        self.events.emit(Event::Auth {
            authenticated: auth.authenticated,
        });
        let told = plugins
            .filter_map(|id| self.routing.now(id))
            .map(|session| {
                let auth = auth.clone();
                async move {
                    if session.send_auth(auth).await.is_err() {
                        let level = stratos_protocol::logger::Level::Warn;
                        self.events.log_from_shell(
                            &session.plugin,
                            level,
                            "did not acknowledge the changed login",
                        );
                    }
                }
            });
        join_all(told).await;
    }
}

impl fmt::Debug for PluginSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PluginSpec")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// What all plugins of a shell are made from.
pub(crate) fn plugin(spec: PluginSpec, backend: &Arc<Backend>) -> PluginHandle {
    match spec.launcher {
        Ok(launcher) => PluginHandle::spawn(spec.id, launcher, Arc::clone(backend)),
        Err(note) => PluginHandle::listed(spec.id, note),
    }
}

/// The literal loopback address: `localhost` may be another one, or several.
async fn listen(port: u16) -> Result<TcpListener, ShellError> {
    match TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await {
        Ok(listener) => Ok(listener),
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => Err(ShellError::PortTaken {
            port,
            holder: holder(port),
        }),
        Err(source) => Err(ShellError::Port { port, source }),
    }
}

fn holder(port: u16) -> Option<String> {
    let all = listeners::get_all().ok()?;
    let mut ours = all
        .into_iter()
        .filter(|listener| listener.state == SocketState::Listen);
    let found = ours.find(|listener| listener.socket.port() == port)?;
    Some(format!(
        "{} (process {})",
        found.process.name, found.process.pid
    ))
}
