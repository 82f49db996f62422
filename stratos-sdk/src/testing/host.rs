//! In memory or as a process.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use crate::testing::error::StartError;

/// The environment variable that chooses for all tests of a run: `memory` (the default) or `process`.
pub const HOST_VARIABLE: &str = "STRATOS_TEST_HOST";

/// Where plugins run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Host {
    Memory,
    Process,
}

impl Host {
    /// What the environment says.
    pub(crate) fn of_run() -> Result<Self, StartError> {
        #[expect(clippy::disallowed_methods, reason = "this is the one place")]
        let said = std::env::var(HOST_VARIABLE);
        match said.as_deref() {
            Err(_) | Ok("" | "memory") => Ok(Self::Memory),
            Ok("process") => Ok(Self::Process),
            Ok(other) => Err(StartError::Host {
                said: other.to_owned(),
            }),
        }
    }

    /// The program to start, where that is possible.
    pub(crate) fn program(plugin: &str, program: Option<&PathBuf>) -> Result<PathBuf, StartError> {
        if clock_is_paused() {
            return Err(StartError::VirtualTime {
                plugin: plugin.to_owned(),
            });
        }
        program.cloned().ok_or_else(|| StartError::NoProgram {
            plugin: plugin.to_owned(),
        })
    }
}

/// Whether the test runs with `start_paused = true` or after `tokio::time::pause()`, which tokio does not tell.
pub(crate) fn clock_is_paused() -> bool {
    let (virtual_then, real_then) = (tokio::time::Instant::now(), Instant::now());
    while real_then.elapsed() < Duration::from_micros(10) {
        std::hint::spin_loop();
    }
    tokio::time::Instant::now() == virtual_then
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn real_time_goes_on() {
        assert!(!clock_is_paused());
    }

    #[tokio::test(start_paused = true)]
    async fn virtual_time_does_not() {
        assert!(clock_is_paused());
    }
}
