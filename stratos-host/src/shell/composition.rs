//! A running shell, composed of plugins, services, server and control.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::{Arc, RwLock};
use std::time::Duration;

use axum::serve::Listener;
use listeners::SocketState;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tracing::{debug, info};

use crate::control::Control;
use crate::event::{Entry, EventBus, Subscriber};
use crate::flight_manager::{FlightManager, FlightOptions};
use crate::http::InProcessClient;
use crate::plugin::{PluginSpec, Runtime};
use crate::remote::{HostFile, PluginInfo};
use crate::routing::RoutingTable;
use crate::server::{self, App, RequestGuard};
use crate::services::{Resources, Services, SignedIn};
use crate::session::SessionContext;
use crate::shell::{ShellError, ShellOptions};
use crate::state_dir::StateDir;
use crate::timeouts::TimeoutPolicy;

/// Wait for open connections after the plugins have stopped.
const CONNECTION_TIMEOUT: Duration = Duration::from_millis(200);

/// A running shell.
///
/// [`stop`](Self::stop) stops it and waits. Dropping it only begins to stop it.
#[derive(Debug)]
pub struct Shell {
    control: Control,
    address: SocketAddr,
    /// State folder; absent for state in memory.
    folder: Option<PathBuf>,
    server: JoinHandle<()>,
    server_shutdown: CancellationToken,
}

impl Shell {
    /// Opens the port, signs in, and begins to start all plugins in parallel.
    ///
    /// Returns before the plugins have started, see [`ready`](Self::ready); a plugin that fails does not fail the
    /// shell. Must be called within a tokio runtime.
    ///
    /// # Errors
    ///
    /// When the port cannot be opened, `host.json` cannot be written, or the persona is unknown.
    pub async fn start(
        options: ShellOptions,
        plugins: Vec<PluginSpec>,
        events: EventBus,
    ) -> Result<Self, ShellError> {
        let listener = listen(options.port).await?;
        let address = listener.local_addr().map_err(|source| ShellError::Listen {
            port: options.port,
            source,
        })?;
        let client = InProcessClient::over_tcp(address.port(), events.clone());
        Self::compose(options, plugins, events, address, listener, client)
    }

    /// Starts a shell without a port: requests come from the returned client only, and are checked like requests to
    /// the port.
    ///
    /// # Errors
    ///
    /// When `host.json` cannot be written, or the persona is unknown.
    pub fn start_in_memory(
        options: ShellOptions,
        plugins: Vec<PluginSpec>,
        events: EventBus,
    ) -> Result<(Self, InProcessClient), ShellError> {
        let (client, listener) = InProcessClient::in_memory(options.port, events.clone());
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, options.port));
        let shell = Self::compose(options, plugins, events, address, listener, client.clone())?;
        Ok((shell, client))
    }

    fn compose<L>(
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
        let StateDir {
            folder,
            store,
            notices,
        } = options.state;
        let routing = Arc::<RoutingTable<_>>::default();
        let services = Services::new(&Resources {
            events: events.clone(),
            store: store.clone(),
            prefixes: Arc::clone(&routing) as Arc<_>,
            version: options.version,
            personas: options.personas,
            signed_in: SignedIn::default(),
            airline: options.airline,
            airline_https: options.airline_https,
        });
        services.modal.set_policy(options.answers);
        let expires = services.auth.switch_to(&options.auth)?;
        for notice in notices {
            events.record(|| Entry::Done(notice.to_string()));
        }
        let host_file = HostFile::for_this_process(address.port());
        if let Some(folder) = &folder {
            host_file.write(folder).map_err(ShellError::HostFile)?;
        }
        let shutdown = CancellationToken::new();
        let timeouts = TimeoutPolicy::new(options.timeouts, options.attach, shutdown.clone());
        let services = Arc::new(services);
        let flights = FlightOptions {
            frame_interval: options.frame_interval,
            time: options.time,
        };
        let flights = FlightManager::new(
            Arc::clone(&services),
            events.clone(),
            flights,
            folder.as_deref(),
        );
        let runtime = Arc::new(Runtime {
            session_context: SessionContext {
                events: events.clone(),
                services,
                timeouts: Arc::new(timeouts),
                version: options.version,
            },
            routing,
            flights,
            supervise: options.supervise,
            shutdown,
        });
        let origins = Arc::new(RwLock::new(options.origins));
        let control = Control::new(
            runtime,
            plugins,
            store,
            Arc::clone(&origins),
            options.pilot,
            client,
        );
        control.expire_after(expires);
        let guard = RequestGuard::new(address.port(), origins, host_file.token, events);
        let app = Arc::new(App::new(control.clone(), guard));
        let respond = move |request| {
            let app = Arc::clone(&app);
            async move { app.respond(request).await }
        };
        let server_shutdown = CancellationToken::new();
        let server = tokio::spawn(server::serve(listener, respond, server_shutdown.clone()));
        info!(%address, "shell started");
        control.start_all();
        Ok(Self {
            control,
            address,
            folder,
            server,
            server_shutdown,
        })
    }

    /// Address of the HTTP server; without a port, the address that requests are checked against.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Operations on the shell and its plugins.
    #[must_use]
    pub fn control(&self) -> &Control {
        &self.control
    }

    /// Subscribes to all events from now on.
    #[must_use]
    pub fn subscribe(&self) -> Subscriber {
        self.control.subscribe()
    }

    /// Waits until every plugin runs, is stopped or is errored; returns all plugins.
    pub async fn ready(&self) -> Vec<PluginInfo> {
        self.control.wait_until_settled().await
    }

    /// Stops all plugins in parallel, then the server. Takes at most the stop timeout and two seconds.
    pub async fn stop(mut self) {
        debug!("shell is stopping");
        self.control.close().await;
        debug!("all plugins have stopped");
        // Kept open until now, since plugins may call their own routes while they stop.
        self.server_shutdown.cancel();
        let _ = timeout(CONNECTION_TIMEOUT, &mut self.server).await;
        self.control.report_suppressed_requests();
        if let Some(folder) = &self.folder {
            HostFile::remove(folder);
        }
        info!(address = %self.address, "shell stopped");
    }
}

impl Drop for Shell {
    fn drop(&mut self) {
        self.control.begin_close();
        self.server_shutdown.cancel();
    }
}

/// Listens on the literal loopback address, since `localhost` may resolve to another address or to several.
async fn listen(port: u16) -> Result<TcpListener, ShellError> {
    match TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await {
        Ok(listener) => Ok(listener),
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => Err(ShellError::PortTaken {
            port,
            holder: port_holder(port),
        }),
        Err(source) => Err(ShellError::Listen { port, source }),
    }
}

/// Name and id of the process that listens on a port.
fn port_holder(port: u16) -> Option<String> {
    let listeners = listeners::get_all().ok()?;
    let mut listening = listeners
        .into_iter()
        .filter(|listener| listener.state == SocketState::Listen);
    let found = listening.find(|listener| listener.socket.port() == port)?;
    Some(format!(
        "{} (process {})",
        found.process.name, found.process.pid
    ))
}
