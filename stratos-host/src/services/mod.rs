//! The shell's side of `ctx`: one file per service, and the table that dispatches messages of plugins to them.
//!
//! To add a service, write its file with a type that implements [`Service`], and add one line to the table below.

mod auth;
mod config;
mod ipc;
mod logger;
mod server;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::value::RawValue;
use stratos_protocol::{ErrorCode, RpcError};
use stratos_transport::rpc;

use crate::config::Persona;
use crate::event::EventBus;
use crate::routing::PrefixRegistry;
use crate::store::ConfigStore;

pub use self::auth::UnknownPersona;

pub(crate) type RpcResult<T> = Result<T, RpcError>;

/// One service of `ctx`: its methods, its state, and its reaction to the end of a session.
trait Service: Sized {
    /// Requests and notifications that plugins may send to this service.
    const METHODS: &'static [&'static str];

    fn new(resources: &Resources) -> Self;

    /// Bytes that the shell holds at most for a request, for its parameters or for its answer.
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

macro_rules! services {
    ($($name:ident: $service:ty,)+) => {
        /// All services of a shell.
        #[derive(Debug)]
        pub(crate) struct Services {
            $(pub(crate) $name: $service,)+
        }

        impl Services {
            pub(crate) fn new(resources: &Resources) -> Self {
                Self {
                    $($name: <$service>::new(resources),)+
                }
            }

            /// Bytes that the shell holds at most for a request.
            pub(crate) fn request_bytes(&self, method: &str, params: &RawValue) -> usize {
                $(if <$service>::METHODS.contains(&method) {
                    return <$service>::request_bytes(method, params);
                })+
                params.get().len()
            }

            pub(crate) async fn handle_request(
                &self,
                caller: &Arc<Caller>,
                method: &str,
                params: &RawValue,
            ) -> RpcResult<Box<RawValue>> {
                $(if <$service>::METHODS.contains(&method) {
                    return self.$name.handle_request(caller, method, params).await;
                })+
                Err(rpc::method_not_found("shell", method))
            }

            /// Handles a notification; unknown ones, which newer plugins may send, are ignored.
            pub(crate) fn handle_notification(
                &self,
                caller: &Caller,
                method: &str,
                params: &RawValue,
            ) -> RpcResult<()> {
                $(if <$service>::METHODS.contains(&method) {
                    return self.$name.handle_notification(caller, method, params);
                })+
                Ok(())
            }

            pub(crate) fn session_ended(&self, caller: &Caller) {
                $(self.$name.session_ended(caller);)+
            }
        }
    };
}

services! {
    auth: auth::AuthService,
    config: config::ConfigService,
    ipc: ipc::IpcService,
    logger: logger::LoggerService,
    server: server::ServerService,
}

/// Parts of the shell that services are created from.
pub(crate) struct Resources {
    pub(crate) events: EventBus,
    pub(crate) store: ConfigStore,
    pub(crate) prefixes: Arc<dyn PrefixRegistry>,
    /// Personas beside the built-in ones.
    pub(crate) personas: BTreeMap<String, Persona>,
}

/// The plugin generation that sends a message; known from its connection, never from the message itself.
#[derive(Debug)]
pub(crate) struct Caller {
    pub(crate) plugin: String,
    pub(crate) generation: u64,
    writes_revoked: AtomicBool,
}

impl Caller {
    pub(crate) fn new(plugin: String, generation: u64) -> Self {
        Self {
            plugin,
            generation,
            writes_revoked: AtomicBool::new(false),
        }
    }

    /// Rejects all further writes of this generation, since a newer one serves.
    pub(crate) fn revoke_writes(&self) {
        self.writes_revoked.store(true, Ordering::SeqCst);
    }

    fn may_write(&self) -> bool {
        !self.writes_revoked.load(Ordering::SeqCst)
    }

    fn check_may_write(&self) -> RpcResult<()> {
        match self.may_write() {
            true => Ok(()),
            false => Err(writes_revoked()),
        }
    }
}

fn writes_revoked() -> RpcError {
    let text = "a newer generation of this plugin has taken over";
    RpcError::new(ErrorCode::Retired, text)
}
