//! Host of the plugins under test: in memory or as processes.

use std::time::{Duration, Instant};

/// Environment variable that selects where the plugins of all tests run: `memory` (the default) or `process`.
pub const HOST_VARIABLE: &str = "STRATOS_TEST_HOST";

/// Host of the plugins under test.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum HostKind {
    Memory,
    Process,
}

impl HostKind {
    /// Reads [`HOST_VARIABLE`]. Returns the value of the variable as an error if it is unknown.
    pub(crate) fn from_env() -> Result<Self, String> {
        #[expect(
            clippy::disallowed_methods,
            reason = "the only place that reads the environment under test"
        )]
        let value = std::env::var(HOST_VARIABLE);
        match value.as_deref() {
            Err(_) | Ok("" | "memory") => Ok(Self::Memory),
            Ok("process") => Ok(Self::Process),
            Ok(unknown) => Err(unknown.to_owned()),
        }
    }
}

/// Whether tokio's clock is paused, by `start_paused = true` or `tokio::time::pause()`. Tokio has no function for it.
pub(crate) fn clock_is_paused() -> bool {
    let (virtual_start, real_start) = (tokio::time::Instant::now(), Instant::now());
    while real_start.elapsed() < Duration::from_micros(10) {
        std::hint::spin_loop();
    }
    tokio::time::Instant::now() == virtual_start
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn running_clock_is_not_paused() {
        assert!(!clock_is_paused());
        tokio::time::pause();
        assert!(clock_is_paused());
    }
}
