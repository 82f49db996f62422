//! Drives the real `cargo-stratos` against real plugin processes.

#[cfg(doctest)]
mod book;
mod command;
mod folder;
mod http;
mod node;
mod plugins;
mod running;
mod sample;
mod watch;

pub use crate::command::{Finished, cargo_stratos, stratos, stratos_with_input};
pub use crate::folder::{ICON, MANIFEST, folder};
pub use crate::http::{Answer, request, send_raw};
pub use crate::node::node_project;
pub use crate::plugins::{Gate, Plugins, Sources};
pub use crate::running::{Options, Running};
pub use crate::sample::{STUBBORN, sample};
pub use crate::watch::{WATCH, Watch};
