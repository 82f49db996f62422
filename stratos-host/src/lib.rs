//! The mocked Stratos shell: runs plugin processes without the app and without a login.
//!
//! [`Shell::start`] takes [plugins](project::Project) and runs each as a process of its own, or within this process
//! under test. It gives them what the real shell gives: routes on one HTTP server, a durable
//! config store, IPC, log lines, and a login, which here is a mock.

#![warn(missing_docs)]
#![cfg_attr(
    not(feature = "reload"),
    expect(dead_code, reason = "what the reloads of `cargo stratos run` use")
)]

pub mod control;
mod debugging;
pub mod events;
mod faults;
pub mod journal;
mod json_text;
pub mod launch;
mod log_limit;
pub mod login;
pub mod origin;
pub mod owner;
mod plugin;
pub mod project;
#[cfg(feature = "reload")]
pub mod reload;
pub mod scenario;
mod secret;
mod server;
mod session;
pub mod settings;
mod shell;
pub mod state;
pub mod store;
mod traffic;
mod watching;

pub use crate::debugging::Attach;
pub use crate::plugin::{BuildStatus, PluginError, PluginState};
pub use crate::server::{Door, DoorError};
pub use crate::shell::{Deadlines, PluginSpec, Shell, ShellError, ShellOptions, ShellVersion};
pub use crate::state::State;
pub use stratos_transport::guard::Guard;
