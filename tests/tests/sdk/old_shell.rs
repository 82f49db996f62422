//! Shell with protocol 1.0 that reports no changed config values, as the documented ones.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use serde_json::Value;
use serde_json::value::{RawValue, to_raw_value};
use stratos::Plugin;
use stratos::session::{HostConnection, run};
use stratos_protocol::auth::AuthState;
use stratos_protocol::config::{GetAll, Page};
use stratos_protocol::handshake::{FEATURE_HTTP, PeerInfo, Welcome};
use stratos_protocol::lifecycle::Start;
use stratos_protocol::limits::{ANSWER_TIMEOUT, FRAME_BYTES, Limits};
use stratos_protocol::logger::Log;
use stratos_protocol::{Message, Notification as _, ProtocolVersion, RpcError};
use stratos_transport::listener::StreamListener;
use stratos_transport::stream::memory_pair;
use stratos_transport::{Connection, Handler, Peer, PluginFolders, rpc};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

/// Shell with one plugin, which it has started.
pub(crate) struct OldShell {
    values: Values,
    /// Log lines of the plugin.
    pub(crate) lines: mpsc::UnboundedReceiver<Log>,
    peer: Peer,
    plugin: JoinHandle<()>,
    driver: JoinHandle<()>,
}

type Values = Arc<Mutex<BTreeMap<String, Value>>>;

struct State {
    values: Values,
    lines: mpsc::UnboundedSender<Log>,
}

impl OldShell {
    pub(crate) async fn start<P: Plugin>(plugin: P) -> Self {
        let (ours, theirs) = memory_pair();
        let (_http, http) = mpsc::channel(1);
        let session = run(
            plugin,
            HostConnection {
                control: Box::new(theirs),
                http: StreamListener::Memory(http),
                nonce: String::new(),
                folders: PluginFolders::default(),
            },
        );
        let plugin = tokio::spawn(async { session.await.unwrap() });
        let mut connection = Connection::new(Box::new(ours), FRAME_BYTES);
        welcome(&mut connection).await;
        let (sender, lines) = mpsc::unbounded_channel();
        let values = Values::default();
        let state = State {
            values: Arc::clone(&values),
            lines: sender,
        };
        let (peer, driver) = Peer::new(connection);
        let driver = tokio::spawn(async { driver.run(Arc::new(state)).await.unwrap() });
        let auth = AuthState::default();
        peer.call(&Start { auth }, ANSWER_TIMEOUT).await.unwrap();
        Self {
            values,
            lines,
            peer,
            plugin,
            driver,
        }
    }

    pub(crate) fn set_config(&self, key: &str, value: Value) {
        let mut values = self.values.lock().unwrap();
        values.insert(key.to_owned(), value);
    }

    pub(crate) async fn close(self) {
        self.peer.close();
        self.plugin.await.unwrap();
        self.driver.await.unwrap();
    }
}

async fn welcome(connection: &mut Connection) {
    let Some(Message::Request { id, .. }) = connection.receive().await.unwrap() else {
        panic!("`hello` is the first message");
    };
    let welcome = Welcome {
        protocol: ProtocolVersion { major: 1, minor: 0 },
        host: PeerInfo {
            name: "an old shell".to_owned(),
            version: "1.0.0".to_owned(),
        },
        features: vec![FEATURE_HTTP.to_owned()],
        limits: Limits::default(),
        shell: None,
    };
    let outcome = Ok(to_raw_value(&welcome).unwrap());
    let response = Message::Response { id, outcome };
    connection.send(&response).await.unwrap();
}

impl Handler for State {
    async fn handle_request(
        &self,
        _method: &str,
        params: &RawValue,
    ) -> Result<Box<RawValue>, RpcError> {
        rpc::respond(params, async |GetAll { .. }| {
            let entries = self.values.lock().unwrap().clone();
            Ok(Page {
                entries,
                next: None,
            })
        })
        .await
    }

    async fn handle_notification(&self, method: &str, params: &RawValue) {
        assert_eq!(method, Log::METHOD, "the only one of protocol 1.0 here");
        self.lines.send(rpc::decode(params).unwrap()).unwrap();
    }
}
