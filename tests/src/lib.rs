//! Test driver: runs `cargo-stratos` with real plugin processes, and the plugins that the tests run.

mod background_load;
#[cfg(doctest)]
mod book;
mod book_pages;
mod browser;
mod campaign;
mod command;
pub mod conformance;
mod control;
mod exclusive;
mod folder;
mod hostile;
mod http;
mod installed_plugin;
mod interleaved;
mod keep_alive_client;
mod live_processes;
mod node;
mod plugins;
mod procfs;
mod raw_plugin;
mod raw_zip;
mod request_log;
mod requirement;
mod sample;
mod sample_channels;
mod service_channels;
mod shell_process;
#[cfg(target_os = "linux")]
mod small_disk;
mod store_writer;
mod tiny_program;
mod token_echo;
mod wait;

pub use crate::background_load::{BackgroundLoad, LoadReport};
pub use crate::book_pages::updates_book;
pub use crate::browser::Browser;
pub use crate::campaign::campaign;
pub use crate::command::{CommandOutput, cargo_stratos, spawn_copied, stratos, stratos_with_input};
pub use crate::control::ControlApi;
pub use crate::exclusive::{Exclusive, exclusive};
pub use crate::folder::{ICON, MANIFEST, folder};
pub use crate::hostile::{FAULT_LOG_DIR, fault_log, hostile};
pub use crate::http::{HttpResponse, request, send_raw};
pub use crate::installed_plugin::install_with_entry;
pub use crate::interleaved::{Comparison, other_build, percentile};
pub use crate::keep_alive_client::KeepAliveClient;
pub use crate::live_processes::{LIVE_PROCESSES, LiveProcesses};
pub use crate::node::{NodeVersions, node_project, node_versions};
pub use crate::plugins::{BuildGate, PluginSources, Plugins, manifest};
pub use crate::procfs::{process_status, processes_with_env, running_programs};
pub use crate::raw_plugin::{RawConnection, RawPlugin, RawShell, run_raw_plugin};
pub use crate::raw_zip::{
    RawEntry, RawHeader, RawZip, deflate, descriptor, extra_field, unicode_path,
};
pub use crate::requirement::{Requirement, report};
pub use crate::sample::{IGNORE_SIGTERM, UNTRUSTED_TEXTS, sample};
pub use crate::shell_process::{RunOptions, SHUTDOWN_TIMEOUT, ShellProcess};
#[cfg(target_os = "linux")]
pub use crate::small_disk::SmallDisk;
pub use crate::store_writer::{StoreWriter, Workload};
pub use crate::tiny_program::{TinyKind, elf, mach_o, pe, tiny_file, tiny_program, universal};
pub use crate::token_echo::TokenEcho;
pub use crate::wait::{TIMEOUT, wait_at_most, wait_until};
