//! [`PluginContext`]: a plugin's access to the shell, one module per service.

mod airline;
mod auth;
mod clock;
mod config;
mod config_error;
mod database;
mod dialog;
mod error_response;
mod extract;
mod flight;
mod indicator;
mod ipc;
mod logger;
mod modal;
mod notify;
mod plugin_context;
mod plugin_info;
mod prompt;
mod routes;
mod server;
mod service;
mod shared;
mod shell_services;
mod tasks;
mod tracker;

pub use self::airline::{Airline, AirlineError, AirlineResponse};
pub use self::auth::{Auth, AuthChanges};
pub use self::clock::Clock;
pub use self::config::Config;
pub use self::config_error::ConfigError;
pub use self::database::Database;
#[cfg(feature = "rusqlite")]
pub use self::database::DatabaseError;
pub use self::dialog::{AlertDialog, ConfirmDialog, Dialogs};
pub use self::flight::{
    Flight, FlightEvents, FlightLog, SimFrame, SimFrames, StartGuard, StartVerdict,
};
pub use self::indicator::{Indicator, Indicators};
pub use self::ipc::{Ipc, IpcError};
pub use self::logger::Logger;
pub use self::notify::Notify;
pub use self::plugin_context::PluginContext;
pub use self::plugin_info::PluginInfo;
pub use self::prompt::{NumberQuestion, Prompts, SelectQuestion, TextQuestion};
pub use self::server::{Server, ServerError};
pub use self::shell_services::ServiceError;

pub(crate) use self::ipc::{decode_payload, encode_answer};
pub(crate) use self::logger::LogQueue;
pub(crate) use self::shared::Shared;
pub(crate) use self::shell_services::ShellServices;
