//! The trait of a service, and what services are created from and called with.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::value::RawValue;
use stratos_protocol::{ErrorCode, RpcError};
use stratos_transport::{PluginFolders, rpc};

use crate::config::{AirlineConfig, Persona, ShellVersion};
use crate::event::EventBus;
use crate::routing::PrefixRegistry;
use crate::services::airline::AirlineTransport;
use crate::store::ConfigStore;

pub(crate) type RpcResult<T> = Result<T, RpcError>;

/// One service of `ctx`: its methods, its state, and its reaction to the end of a session.
pub(super) trait Service: Sized {
    /// Requests and notifications that plugins may send to this service.
    const METHODS: &'static [&'static str];

    /// Services of later shells that this one implements. A shell without them refuses its methods.
    const LATER: &'static [stratos_protocol::Service] = &[];

    /// Whether requests begin in the order of their arrival, also if a plugin sends several at once.
    const KEEPS_ORDER: bool = false;

    fn new(resources: &Resources) -> Self;

    /// Bytes that the shell holds at most for a request, for its parameters or for its answer; 0 for a small one that
    /// may wait for a person, so that it does not hold up others.
    fn request_bytes(_method: &str, params: &RawValue) -> usize {
        params.get().len()
    }

    async fn handle_request(
        &self,
        _caller: &Arc<Caller>,
        method: &str,
        _params: &RawValue,
    ) -> RpcResult<Box<RawValue>> {
        Err(rpc::method_not_found("shell", method))
    }

    fn handle_notification(
        &self,
        _caller: &Caller,
        _method: &str,
        _params: &RawValue,
    ) -> RpcResult<()> {
        Ok(())
    }

    /// Called once after the last message of a session.
    fn session_ended(&self, _caller: &Caller) {}
}

/// Parts of the shell that services are created from.
pub(crate) struct Resources {
    pub(crate) events: EventBus,
    pub(crate) store: ConfigStore,
    pub(crate) prefixes: Arc<dyn PrefixRegistry>,
    pub(crate) version: ShellVersion,
    /// Personas beside the built-in ones.
    pub(crate) personas: BTreeMap<String, Persona>,
    /// Whether a user is signed in, which the auth service tells.
    pub(crate) signed_in: SignedIn,
    pub(crate) airline: AirlineConfig,
    /// Sends requests to an airline over HTTPS.
    pub(crate) airline_https: Option<Arc<dyn AirlineTransport>>,
}

/// Whether a user is signed in. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(crate) struct SignedIn(Arc<AtomicBool>);

impl SignedIn {
    pub(super) fn get(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }

    pub(super) fn set(&self, is_signed_in: bool) {
        self.0.store(is_signed_in, Ordering::SeqCst);
    }
}

/// The plugin generation that sends a message; known from its connection, never from the message itself.
#[derive(Debug)]
pub(crate) struct Caller {
    pub(crate) plugin: String,
    pub(crate) generation: u64,
    pub(super) folders: PluginFolders,
    writes_revoked: AtomicBool,
    unloading: AtomicBool,
    has_start_guard: AtomicBool,
}

impl Caller {
    pub(crate) fn new(plugin: String, generation: u64, folders: PluginFolders) -> Self {
        Self {
            plugin,
            generation,
            folders,
            writes_revoked: AtomicBool::new(false),
            unloading: AtomicBool::new(false),
            has_start_guard: AtomicBool::new(false),
        }
    }

    /// Rejects all further writes of this generation, since a newer one serves.
    pub(crate) fn revoke_writes(&self) {
        self.writes_revoked.store(true, Ordering::SeqCst);
    }

    pub(super) fn may_write(&self) -> bool {
        !self.writes_revoked.load(Ordering::SeqCst)
    }

    /// Ends the right of this generation to ask the pilot, since it is about to stop.
    pub(super) fn stop_asking(&self) {
        self.unloading.store(true, Ordering::SeqCst);
    }

    pub(super) fn may_ask(&self) -> bool {
        self.may_write() && !self.unloading.load(Ordering::SeqCst)
    }

    /// Whether this generation wants to be asked before a flight starts.
    pub(crate) fn has_start_guard(&self) -> bool {
        self.has_start_guard.load(Ordering::SeqCst)
    }

    pub(super) fn set_start_guard(&self, has_start_guard: bool) {
        self.has_start_guard
            .store(has_start_guard, Ordering::SeqCst);
    }

    pub(super) fn check_may_write(&self) -> RpcResult<()> {
        match self.may_write() {
            true => Ok(()),
            false => Err(writes_revoked()),
        }
    }
}

pub(super) fn writes_revoked() -> RpcError {
    let text = "a newer generation of this plugin has taken over";
    RpcError::new(ErrorCode::Retired, text)
}
