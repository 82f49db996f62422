//! Plugin processes: building, starting, supervising and killing them.

mod build_error;
#[cfg(feature = "reload")]
mod cargo_build;
#[cfg(feature = "reload")]
mod cargo_launchers;
#[cfg(feature = "reload")]
mod cleanup;
mod env;
mod executable;
mod exit;
mod factory;
mod guardian;
mod handle;
mod in_memory;
#[cfg(windows)]
mod job_object;
#[cfg(feature = "reload")]
mod kill;
mod launcher;
mod orphans;
mod output;
mod process_group;
mod process_info;
mod process_launcher;
mod program_source;
mod run_context;
mod run_record;
mod sockets;
mod spawner;
mod supervise;

pub use self::build_error::BuildError;
#[cfg(feature = "reload")]
pub use self::cargo_build::{CargoOptions, CommandBuild};
#[cfg(feature = "reload")]
pub use self::cleanup::{CleanupReport, clean_up_stale_runs, run_guardian};
pub use self::executable::Executable;
pub use self::factory::LauncherFactory;
pub use self::handle::ProcessHandle;
pub use self::in_memory::InMemoryLauncher;
pub use self::launcher::{LaunchError, LaunchedPlugin, Launcher, Program};
pub use self::process_group::spawn_in_group;
pub use self::process_launcher::ProcessLauncher;
pub use self::run_context::LaunchOptions;
#[cfg(test)]
pub(crate) use self::{factory::ORPHAN_SEARCH_TIMEOUT, handle::TERMINATE_TIMEOUT};
pub use stratos_transport::PluginFolders;

pub(crate) use self::exit::Exit;
