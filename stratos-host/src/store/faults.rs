//! Faults of the config store that tests and scenarios inject, as plugins see them.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// The faults that are in effect. They apply to requests of plugins only, not to the shell's own.
#[derive(Debug, Default)]
pub(crate) struct InjectedFaults(Mutex<Faults>);

#[derive(Debug, Clone, Default)]
struct Faults {
    /// Reason with which every request fails.
    failure: Option<String>,
    /// Delay of every request.
    delay: Duration,
}

impl InjectedFaults {
    pub(crate) fn set_failure(&self, reason: Option<String>) {
        self.change(|faults| faults.failure = reason);
    }

    pub(crate) fn set_delay(&self, delay: Duration) {
        self.change(|faults| faults.delay = delay);
    }

    /// Removes all faults.
    pub(crate) fn clear(&self) {
        self.change(|faults| *faults = Faults::default());
    }

    /// Waits for the injected delay.
    ///
    /// # Errors
    ///
    /// The reason of the injected failure.
    pub(crate) async fn apply(&self) -> Result<(), String> {
        let mut current = Faults::default();
        self.change(|faults| current = faults.clone());
        if !current.delay.is_zero() {
            tokio::time::sleep(current.delay).await;
        }
        current.failure.map_or(Ok(()), Err)
    }

    fn change(&self, change: impl FnOnce(&mut Faults)) {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }
}
