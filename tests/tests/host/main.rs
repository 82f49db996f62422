//! Plugins in the mocked shell: lifecycle, builds, reloads, updates, scenarios and shutdown.

mod attach;
mod blocked_plugin;
mod build_errors;
mod conformance;
mod contract;
mod environment;
mod examples;
mod find_projects;
mod in_memory;
#[cfg(unix)]
mod login;
mod node_entry;
mod older_files;
mod panics;
mod plugin_process;
mod reload;
#[cfg(target_os = "linux")]
mod remote_file_system;
mod request_log;
mod run;
mod scenario;
mod scenario_flight;
mod scenario_process;
mod services;
mod shutdown;
mod slow_plugins;
mod state_search;
mod supervise;
mod symbolic_links;
mod target_folders;
mod updates;

/// Path of the sample plugin's program.
const SAMPLE: &str = env!("CARGO_BIN_EXE_sample-plugin");
