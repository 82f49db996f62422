//! Plugins of a shell in memory that send raw requests of the protocol.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde::Deserialize;
use serde_json::value::{RawValue, to_raw_value};
use stratos_host::event::{Entry, Event, EventBus, Journal};
use stratos_host::process::{InMemoryLauncher, PluginFolders};
use stratos_host::{PluginSpec, Shell, ShellOptions, StateDir};
use stratos_protocol::handshake::{FEATURE_HTTP, FEATURE_RESUME, Hello, Identity, PeerInfo};
use stratos_protocol::ipc::{Handle, Invoke};
use stratos_protocol::lifecycle::Start;
use stratos_protocol::limits::FRAME_BYTES;
use stratos_protocol::method::Empty;
use stratos_protocol::{
    ErrorCode, Message, ProtocolVersion, Request, RpcError, Service, environment,
};
use stratos_transport::{CallError, Connection, Handler, HostConnection, Peer, local, rpc};
use tokio::sync::mpsc;

use crate::hostile::{host_env, plugin_id};

/// Wait for an answer that does not wait for a person. Above the longest timeout of the shell itself.
const TIMEOUT: Duration = Duration::from_secs(60);

/// A shell without a port, with plugins that do nothing by themselves.
pub struct RawShell {
    pub shell: Shell,
    pub client: stratos_host::InProcessClient,
    pub journal: Journal,
}

/// A plugin of a [`RawShell`]: the tests send its requests.
pub struct RawPlugin {
    id: String,
    folders: PluginFolders,
    launcher: InMemoryLauncher,
    unanswered: Arc<Mutex<BTreeSet<&'static str>>>,
    connections: mpsc::UnboundedReceiver<RawConnection>,
}

impl RawPlugin {
    /// A plugin with these folders, which takes every hook as done.
    pub fn new(id: &str, folders: PluginFolders) -> Self {
        let (sender, connections) = mpsc::unbounded_channel();
        let plugin = id.to_owned();
        let unanswered = Arc::default();
        let answers = Arc::clone(&unanswered);
        let launcher = InMemoryLauncher::new(folders.clone(), move |connection| {
            run(
                plugin.clone(),
                connection,
                Arc::clone(&answers),
                sender.clone(),
            )
        });
        Self {
            id: id.to_owned(),
            folders,
            launcher,
            unanswered,
            connections,
        }
    }

    /// Does not answer requests of this method.
    pub fn leaves_unanswered<R: Request>(self) -> Self {
        self.unanswered.lock().unwrap().insert(R::METHOD);
        self
    }

    /// A plugin without folders.
    pub fn without_folders(id: &str) -> Self {
        Self::new(id, PluginFolders::default())
    }

    /// The folders of the plugin.
    pub fn folders(&self) -> &PluginFolders {
        &self.folders
    }

    /// Connection of the next generation.
    pub async fn next(&mut self) -> RawConnection {
        self.connections.recv().await.expect("the launcher sends")
    }
}

/// Connection of one generation of a plugin.
#[derive(Clone)]
pub struct RawConnection {
    peer: Peer,
    /// Methods of the shell's requests.
    received: Arc<Mutex<Vec<String>>>,
}

impl RawConnection {
    /// Sends a request, and waits for its result.
    pub async fn call<R: Request>(&self, request: &R) -> Result<R::Result, RpcError> {
        self.call_within(request, TIMEOUT)
            .await
            .map_err(|error| match error {
                CallError::Rpc(error) => error,
                other => panic!("{other:?}"),
            })
    }

    /// Sends a request, and waits for its result for some time.
    pub async fn call_within<R: Request>(
        &self,
        request: &R,
        limit: Duration,
    ) -> Result<R::Result, CallError> {
        self.peer.call(request, limit).await
    }

    /// Waits until the shell has ended the connection.
    pub async fn closed(&self) {
        self.peer.closed().await;
    }

    /// Number of requests of this method that the shell has sent so far.
    pub fn received<R: Request>(&self) -> usize {
        let received = self.received.lock().unwrap();
        received
            .iter()
            .filter(|method| *method == R::METHOD)
            .count()
    }
}

impl RawShell {
    /// Starts the plugins in a shell with state in memory, and waits until they run.
    pub async fn start(plugins: &[&RawPlugin]) -> Self {
        let options = ShellOptions::new(StateDir::in_memory().unwrap());
        Self::start_with(options, plugins).await
    }

    /// Starts the plugins in a shell with these options, and waits until they run.
    pub async fn start_with(options: ShellOptions, plugins: &[&RawPlugin]) -> Self {
        let specs = plugins.iter().map(|plugin| plugin.spec());
        Self::start_specs(options, specs.collect()).await
    }

    /// Starts a shell with these options and specifications, and waits until the plugins run.
    pub async fn start_specs(options: ShellOptions, specs: Vec<PluginSpec>) -> Self {
        let journal = Journal::default();
        let events = EventBus::with_journal(journal.clone());
        let (shell, client) = Shell::start_in_memory(options, specs, events).unwrap();
        shell.ready().await;
        Self {
            shell,
            client,
            journal,
        }
    }

    /// Parts of the events so far that `pick` returns.
    pub fn events<T>(&self, pick: impl Fn(&Event) -> Option<T>) -> Vec<T> {
        self.journal.read(|entries| {
            let events = entries.iter().filter_map(|entry| match entry {
                Entry::Event(event) => pick(event),
                _ => None,
            });
            events.collect()
        })
    }

    /// Log lines of the shell about plugins so far.
    pub fn warnings(&self) -> Vec<String> {
        self.events(|event| match event {
            Event::Log(line) if line.tag == "shell" => Some(line.message.clone()),
            _ => None,
        })
    }
}

impl RawPlugin {
    /// The specification of the plugin, for tests that change it.
    pub fn spec(&self) -> PluginSpec {
        PluginSpec {
            id: self.id.clone(),
            name: self.id.clone(),
            version: "1.0.0".to_owned(),
            settings: None,
            launcher: Ok(Arc::new(self.launcher.clone())),
        }
    }
}

/// Runs the program `raw-plugin`: sends the requests that its IPC channel `request` is given, as `{ method, params }`, and
/// returns their results.
pub fn run_raw_plugin() {
    let runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = { runtime }.enable_all().build().unwrap();
    runtime.block_on(async {
        let stream = local::connect(&host_env(environment::SOCKET)).await;
        let nonce = host_env(environment::NONCE).into_string().unwrap();
        let connection = Connection::new(stream.unwrap(), FRAME_BYTES);
        let connection = greet(connection, plugin_id(), nonce).await;
        let (peer, driver) = Peer::new(connection);
        let _ = driver.run(Arc::new(SendRequests(peer))).await;
    });
}

async fn run(
    id: String,
    host: HostConnection,
    unanswered: Arc<Mutex<BTreeSet<&'static str>>>,
    connections: mpsc::UnboundedSender<RawConnection>,
) {
    let connection = Connection::new(host.control, FRAME_BYTES);
    let connection = greet(connection, id, host.nonce).await;
    let (peer, driver) = Peer::new(connection);
    let received = Arc::default();
    let handler = AnswerRequests {
        unanswered,
        received: Arc::clone(&received),
    };
    // The test may have ended.
    let _ = connections.send(RawConnection { peer, received });
    let _ = driver.run(Arc::new(handler)).await;
}

/// Completes the handshake.
async fn greet(mut connection: Connection, id: String, nonce: String) -> Connection {
    let services = Service::ALL.iter().map(|service| service.feature());
    let hello = Hello {
        protocol: ProtocolVersion::CURRENT,
        nonce,
        sdk: PeerInfo {
            name: "test".to_owned(),
            version: "1.0.0".to_owned(),
        },
        plugin: Identity {
            id,
            version: "1.0.0".to_owned(),
        },
        features: [FEATURE_HTTP, FEATURE_RESUME]
            .into_iter()
            .chain(services)
            .map(str::to_owned)
            .collect(),
    };
    let hello = Message::request(0, &hello).unwrap();
    connection.send(&hello).await.unwrap();
    connection.receive().await.unwrap();
    connection
}

/// Answers the shell's requests with an empty object.
struct AnswerRequests {
    unanswered: Arc<Mutex<BTreeSet<&'static str>>>,
    received: Arc<Mutex<Vec<String>>>,
}

impl Handler for AnswerRequests {
    async fn handle_request(&self, method: &str, _: &RawValue) -> Result<Box<RawValue>, RpcError> {
        self.received.lock().unwrap().push(method.to_owned());
        let is_answered = !self.unanswered.lock().unwrap().contains(method);
        if !is_answered {
            std::future::pending::<()>().await;
        }
        Ok(to_raw_value(&Empty {}).unwrap())
    }

    async fn handle_notification(&self, _: &str, _: &RawValue) {}
}

/// Sends the requests of its IPC channel.
struct SendRequests(Peer);

/// A request to send.
#[derive(Deserialize)]
struct RawRequest {
    method: String,
    params: Box<RawValue>,
}

impl Handler for SendRequests {
    async fn handle_request(
        &self,
        method: &str,
        params: &RawValue,
    ) -> Result<Box<RawValue>, RpcError> {
        match method {
            Start::METHOD => {
                let handle = Handle {
                    channel: "request".to_owned(),
                    without_payload: false,
                };
                self.0.call(&handle, TIMEOUT).await.unwrap();
            }
            Invoke::METHOD => {
                let Invoke { payload, .. } = rpc::decode(params)?;
                let request = payload.to_string();
                let RawRequest { method, params } = serde_json::from_str(&request).unwrap();
                let sent = self.0.call_raw(&method, params, TIMEOUT).await;
                return sent.map_err(|error| match error {
                    CallError::Rpc(error) => error,
                    other => RpcError::new(ErrorCode::Internal, other.to_string()),
                });
            }
            _ => {}
        }
        Ok(to_raw_value(&Empty {}).unwrap())
    }

    async fn handle_notification(&self, _: &str, _: &RawValue) {}
}
