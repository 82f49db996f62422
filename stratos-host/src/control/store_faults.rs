//! Faults of the config store that tests and scenarios inject.

use std::time::Duration;

use tracing::debug;

use crate::control::Control;
use crate::event::Entry;

impl Control {
    /// Makes all config operations of plugins fail with this reason, until [`restore_store`](Self::restore_store).
    pub fn fail_store(&self, reason: &str) {
        self.runtime()
            .services
            .config
            .faults
            .set_failure(Some(reason.to_owned()));
        self.record_fault(format!("the config store fails: {reason}"));
    }

    /// Delays all config operations of plugins, until [`restore_store`](Self::restore_store).
    pub fn delay_store(&self, delay: Duration) {
        self.runtime().services.config.faults.set_delay(delay);
        self.record_fault(format!("the config store takes {delay:?}"));
    }

    /// Undoes [`fail_store`](Self::fail_store) and keeps a delay.
    pub(crate) fn unfail_store(&self) {
        self.runtime().services.config.faults.set_failure(None);
        self.record_fault("the config store does not fail any more".to_owned());
    }

    /// Undoes [`fail_store`](Self::fail_store) and [`delay_store`](Self::delay_store).
    pub fn restore_store(&self) {
        self.runtime().services.config.faults.clear();
        self.record_fault("the config store works".to_owned());
    }

    fn record_fault(&self, text: String) {
        debug!("{text}");
        self.runtime().events.record(|| Entry::Done(text));
    }
}
