//! The hostile plugin: it implements the protocol without the SDK, and commits the fault that its id names.
//!
//! The process exits after two minutes at most, so that a failed test does not leave it running.

mod exits;
mod fault_log;
mod faults;
mod frames;
mod handshake;
mod hooks;
mod http_server;
mod output;
mod raw_connection;
mod requests;
mod services;

pub use self::fault_log::{FAULT_LOG_DIR, fault_log};
pub use self::faults::hostile;
pub(crate) use self::raw_connection::{host_env, plugin_id};
