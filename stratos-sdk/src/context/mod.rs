//! [`PluginContext`]: a plugin's access to the shell, one module per service.

mod auth;
mod clock;
mod config;
mod config_error;
mod error_response;
mod extract;
mod ipc;
mod logger;
mod plugin_context;
mod plugin_info;
mod routes;
mod server;
mod service;
mod shared;
mod shell_services;
mod tasks;
mod tracker;

pub use self::auth::{Auth, AuthChanges};
pub use self::clock::Clock;
pub use self::config::Config;
pub use self::config_error::ConfigError;
pub use self::ipc::{Ipc, IpcError};
pub use self::logger::Logger;
pub use self::plugin_context::PluginContext;
pub use self::plugin_info::PluginInfo;
pub use self::server::{Server, ServerError};
pub use self::shell_services::ServiceError;

pub(crate) use self::ipc::{decode_payload, encode_answer};
pub(crate) use self::logger::LogQueue;
pub(crate) use self::shared::Shared;
pub(crate) use self::shell_services::ShellServices;
