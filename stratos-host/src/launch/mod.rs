//! How a plugin comes to life: as a process, or within this one.

mod build;
#[cfg(feature = "reload")]
mod ending;
mod escaped;
mod executable;
mod guardian;
mod identity;
#[cfg(windows)]
mod job;
mod keeper;
#[cfg(feature = "reload")]
mod leftovers;
mod life;
mod memory;
mod output;
mod process;
mod record;
mod sockets;
mod spawner;
mod variables;

use std::fmt;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use stratos_transport::endpoint::{Dialer, Incoming};
use thiserror::Error;

use crate::events::Events;

pub use self::build::BuildError;
pub use self::executable::Executable;
#[cfg(feature = "reload")]
pub use self::leftovers::{Cleaned, clean_up, outlive};
pub use self::life::Life;
pub use self::memory::{InMemory, MemoryLink};
pub use self::process::{ProcessLauncher, Processes};
#[cfg(test)]
pub(crate) use self::{life::TERMINATE_DEADLINE, process::SEARCH_DEADLINE};

/// Brings one plugin to life, as often as it is asked to.
pub trait Launch: Send + Sync + 'static {
    /// Makes the newest program ready, which may take as long as a build takes. Every call has a number of its own.
    ///
    /// A call that is dropped is given up, and leaves nothing behind.
    fn prepare(&self, number: u64) -> BoxFuture<'_, Result<Program, LaunchError>>;

    /// Whether [`prepare`](Self::prepare) builds something, which people want to know about.
    fn builds(&self) -> bool {
        false
    }

    /// Starts a program that was made ready before. What it prints goes to the events.
    fn launch(
        &self,
        program: Program,
        events: Events,
    ) -> BoxFuture<'_, Result<Launched, LaunchError>>;
}

/// A program that is ready to start, and stays so when a newer one is made.
#[derive(Debug, Clone)]
pub enum Program {
    /// An executable that belongs to this generation alone.
    Executable(Arc<Executable>),
    /// Code of this process.
    InMemory,
}

/// A plugin that has been started and has not greeted yet.
pub struct Launched {
    /// Where its control connection comes in.
    pub control: Incoming,
    /// Where it takes HTTP connections.
    pub http: Dialer,
    /// What its greeting must contain.
    pub nonce: String,
    /// Its end, by itself or by us.
    pub life: Life,
}

/// Why a plugin did not come to life.
#[derive(Debug, Error)]
pub enum LaunchError {
    /// Its program cannot be built.
    #[error(transparent)]
    Build(#[from] BuildError),
    /// The code that makes its program ready has a bug.
    #[error("cannot make the program ready: a panic in the shell")]
    Panicked,
    /// It has a background module, but no program.
    #[error("there is no program {}: build the plugin, or remove `background` from its plugin.json", path.display())]
    Missing {
        /// Where the program should be.
        path: std::path::PathBuf,
    },
    /// Its program cannot be copied to where this generation runs it from.
    #[error("cannot copy the program {}", path.display())]
    Copy {
        /// The program.
        path: std::path::PathBuf,
        /// The reason.
        #[source]
        source: std::io::Error,
    },
    /// The sockets cannot be made.
    #[error("cannot make the plugin's socket")]
    Socket(#[source] std::io::Error),
    /// The operating system refuses to start it.
    #[error("cannot start the program {}: is it built for this computer?", path.display())]
    Spawn {
        /// The program.
        path: std::path::PathBuf,
        /// The reason.
        #[source]
        source: std::io::Error,
    },
}

impl Program {
    /// Whether it does what the other one does, to the last byte.
    pub(crate) async fn is_same_as(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Executable(one), Self::Executable(other)) => one.is_same_as(other).await,
            // The code of this process may be another one each time.
            _ => false,
        }
    }

    /// What the compiler had to say about it.
    pub(crate) fn warnings(&self) -> &str {
        match self {
            Self::Executable(executable) => executable.warnings(),
            Self::InMemory => "",
        }
    }
}

impl fmt::Debug for Launched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Launched")
            .field("life", &self.life)
            .finish_non_exhaustive()
    }
}
