//! The mocked Stratos shell: runs plugin processes without the app and without a login.
//!
//! [`Shell::start`] takes [plugins](config::Project) and runs each as a process of its own, or within this process
//! under test. It gives them what the real shell gives: routes on one HTTP server, a durable
//! config store, IPC, log lines, and a login, which here is a mock.

#![warn(missing_docs)]
#![cfg_attr(
    not(feature = "reload"),
    expect(dead_code, reason = "what the reloads of `cargo stratos run` use")
)]

#[cfg(test)]
mod build_status_test;
pub mod config;
pub mod control;
#[cfg(test)]
mod debugger_pause_test;
pub mod event;
mod flight;
mod flight_manager;
mod http;
#[cfg(feature = "reload")]
mod inputs;
mod plugin;
pub mod process;
#[cfg(feature = "reload")]
pub mod reload;
pub mod remote;
mod routing;
pub mod scenario;
mod server;
mod services;
mod session;
mod shell;
pub mod state_dir;
pub mod store;
mod timeouts;
mod token;

pub use crate::config::ShellVersion;
pub use crate::event::{BuildStatus, PluginState};
pub use crate::flight_manager::{FlightError, Veto};
pub use crate::http::{InProcessClient, RequestError};
pub use crate::plugin::{PluginError, PluginSpec};
pub use crate::services::{
    AirlineFault, AirlineRequest, AirlineResponse, AirlineTransport, AnswerModalError,
    AnswerPolicy, UnknownPersona,
};
pub use crate::session::{ProbeError, probe_version};
pub use crate::shell::{Shell, ShellError, ShellOptions};
pub use crate::state_dir::StateDir;
pub use crate::timeouts::{AttachMode, Timeouts};
