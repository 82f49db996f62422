//! The shell's side of `ctx`: one file or folder per service, and the table that dispatches messages of plugins to them.
//!
//! To add a service, write its file with a type that implements `Service`, and add one line to the table below.

mod airline;
mod auth;
mod config;
mod database;
mod flight;
mod flight_log;
mod indicator;
mod ipc;
mod logger;
mod modal;
mod notify;
mod server;
mod service;
mod start_guards;

use std::sync::Arc;

use serde_json::value::RawValue;
use stratos_protocol::{ErrorCode, RpcError, Service};
use stratos_transport::rpc;

use self::service::Service as _;
use crate::config::ShellVersion;

pub use self::airline::{AirlineFault, AirlineRequest, AirlineResponse, AirlineTransport};
pub use self::auth::UnknownPersona;
pub(crate) use self::flight_log::{FlightLogService, FlightTime};
pub use self::modal::{AnswerModalError, AnswerPolicy};
pub(crate) use self::service::{Caller, Resources, RpcResult, SignedIn};

macro_rules! services {
    ($($name:ident: $service:ty,)+) => {
        /// All services of a shell.
        #[derive(Debug)]
        pub(crate) struct Services {
            $(pub(crate) $name: $service,)+
            version: ShellVersion,
        }

        impl Services {
            pub(crate) fn new(resources: &Resources) -> Self {
                Self {
                    $($name: <$service>::new(resources),)+
                    version: resources.version,
                }
            }

            /// Bytes that the shell holds at most for a request; 0 for one that may wait for a person.
            pub(crate) fn request_bytes(&self, method: &str, params: &RawValue) -> usize {
                $(if <$service>::METHODS.contains(&method) {
                    return <$service>::request_bytes(method, params);
                })+
                params.get().len()
            }

            /// Whether requests of a method begin in the order of their arrival.
            pub(crate) fn keeps_order(&self, method: &str) -> bool {
                $(<$service>::KEEPS_ORDER && <$service>::METHODS.contains(&method))||+
            }

            pub(crate) async fn handle_request(
                &self,
                caller: &Arc<Caller>,
                method: &str,
                params: &RawValue,
            ) -> RpcResult<Box<RawValue>> {
                $(if <$service>::METHODS.contains(&method) {
                    check_version(self.version, <$service>::LATER, method)?;
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

/// Refuses a method of later shells, as those shells would that do not know it.
fn check_version(version: ShellVersion, later: &[Service], method: &str) -> RpcResult<()> {
    let services = version.services();
    match later.iter().all(|service| services.contains(service)) {
        true => Ok(()),
        false => {
            let text = format!("the shell mocks {version}, which has no `{method}`");
            Err(RpcError::new(ErrorCode::NotSupported, text))
        }
    }
}

services! {
    airline: airline::AirlineService,
    auth: auth::AuthService,
    config: config::ConfigService,
    database: database::DatabaseService,
    flight: flight::FlightService,
    flight_log: flight_log::FlightLogService,
    indicator: indicator::IndicatorService,
    ipc: ipc::IpcService,
    logger: logger::LoggerService,
    modal: modal::ModalService,
    notify: notify::NotifyService,
    server: server::ServerService,
    start_guards: start_guards::StartGuardService,
}
