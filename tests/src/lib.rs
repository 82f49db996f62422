//! Drives the real `cargo-stratos` against real plugin processes.

#[cfg(doctest)]
mod book;
mod browser;
mod campaign;
mod command;
mod control;
mod exclusive;
mod flooding;
mod folder;
mod hostile;
mod http;
mod keep_alive;
mod neighbours;
mod node;
mod observed;
mod plugins;
mod requirement;
mod running;
mod sample;
#[cfg(target_os = "linux")]
mod small_disk;
mod watch;
mod workload;

pub use crate::browser::Browser;
pub use crate::campaign::campaign;
pub use crate::command::{Finished, cargo_stratos, spawn_new, stratos, stratos_with_input};
pub use crate::control::ControlApi;
pub use crate::exclusive::exclusive;
pub use crate::folder::{ICON, MANIFEST, folder};
pub use crate::hostile::{MARKS, hostile, marks};
pub use crate::http::{Answer, request, send_raw};
pub use crate::keep_alive::KeepAlive;
pub use crate::neighbours::{Neighbours, Served};
pub use crate::node::node_project;
pub use crate::plugins::{Gate, Plugins, Sources};
pub use crate::requirement::{Requirement, report};
pub use crate::running::{END, Options, Running};
pub use crate::sample::{STUBBORN, WORDS, sample};
#[cfg(target_os = "linux")]
pub use crate::small_disk::SmallDisk;
pub use crate::watch::{WATCH, Watch};
pub use crate::workload::{Workload, Writer};
