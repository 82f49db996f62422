//! Faults of the config store that tests and scenarios ask for.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use stratos_protocol::{ErrorCode, RpcError};

/// What is wrong with the store at the moment, as plugins see it.
#[derive(Debug, Default)]
pub(crate) struct Faults(Mutex<Fault>);

#[derive(Debug, Clone, Default)]
struct Fault {
    failure: Option<String>,
    delay: Duration,
}

impl Faults {
    pub(crate) fn fail(&self, reason: String) {
        self.change(|fault| fault.failure = Some(reason));
    }

    pub(crate) fn delay(&self, delay: Duration) {
        self.change(|fault| fault.delay = delay);
    }

    /// It does not fail any more, and is as slow as it was.
    pub(crate) fn unfail(&self) {
        self.change(|fault| fault.failure = None);
    }

    pub(crate) fn lift(&self) {
        self.change(|fault| *fault = Fault::default());
    }

    /// Waits as long as the store would, and fails where it would.
    pub(crate) async fn meet(&self) -> Result<(), RpcError> {
        let mut now = Fault::default();
        self.change(|fault| now = fault.clone());
        if !now.delay.is_zero() {
            tokio::time::sleep(now.delay).await;
        }
        match now.failure {
            Some(reason) => Err(RpcError::new(ErrorCode::StoreFailed, reason)),
            None => Ok(()),
        }
    }

    fn change(&self, change: impl FnOnce(&mut Fault)) {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }
}
