//! Start guards: checks that can refuse the start of a flight.

use std::collections::BTreeMap;
use std::fmt;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, join_all};
use stratos_protocol::limits::START_GUARD_TIMEOUT;
use stratos_protocol::start_guard::Verdict;
use tokio::time::timeout;

use crate::context::logger::Logger;
use crate::error::{Result, chain};

/// Time that one guard has: less than the shell waits, so that a guard that hangs does not undo the veto of another one.
const GUARD_TIMEOUT: Duration = START_GUARD_TIMEOUT.saturating_sub(Duration::from_millis(500));

/// Answer of a start guard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StartVerdict {
    /// The flight may start.
    Allow,
    /// The flight should not start, for this reason, which the pilot sees. The pilot can start it anyway.
    Veto(String),
}

impl StartVerdict {
    /// A veto with a reason for the pilot.
    pub fn veto(reason: impl Into<String>) -> Self {
        Self::Veto(reason.into())
    }
}

pub(super) type Check = Arc<dyn Fn() -> BoxFuture<'static, Result<StartVerdict>> + Send + Sync>;

/// The start guards of a plugin, in the order of their registration. Cheap to clone.
#[derive(Clone, Default)]
pub(super) struct StartGuards(Arc<Mutex<Guards>>);

#[derive(Default)]
struct Guards {
    last_id: u64,
    checks: BTreeMap<u64, Check>,
}

impl StartGuards {
    pub(super) fn add(&self, check: Check) -> u64 {
        let mut guards = self.lock();
        guards.last_id += 1;
        let id = guards.last_id;
        guards.checks.insert(id, check);
        id
    }

    pub(super) fn remove(&self, id: u64) {
        self.lock().checks.remove(&id);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.lock().checks.is_empty()
    }

    pub(super) fn close(&self) {
        self.lock().checks.clear();
    }

    /// Asks all guards at the same time. A guard that fails, panics or does not answer in time allows the start, with a
    /// warning (V3).
    pub(super) async fn ask(&self, logger: &Logger) -> Verdict {
        let checks: Vec<_> = self.lock().checks.values().cloned().collect();
        let asked = checks.iter().map(|check| ask(check, logger));
        let vetoes = join_all(asked)
            .await
            .into_iter()
            .filter_map(|verdict| match verdict {
                StartVerdict::Allow => None,
                StartVerdict::Veto(reason) => Some(reason),
            });
        let vetoes: Vec<_> = vetoes.collect();
        Verdict {
            allow: vetoes.is_empty(),
            reason: (!vetoes.is_empty()).then(|| vetoes.join("; ")),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Guards> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn ask(check: &Check, logger: &Logger) -> StartVerdict {
    let answer = AssertUnwindSafe(async { check().await }).catch_unwind();
    let failure = match timeout(GUARD_TIMEOUT, answer).await {
        Ok(Ok(Ok(verdict))) => return verdict,
        Ok(Ok(Err(error))) => format!("failed: {}", chain(&*error)),
        Ok(Err(_)) => "panicked".to_owned(),
        Err(_) => format!("did not answer within {} s", GUARD_TIMEOUT.as_secs_f32()),
    };
    let message = format_args!("a start guard {failure}; the flight may start");
    logger.warn("stratos", message);
    StartVerdict::Allow
}

impl fmt::Debug for StartGuards {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StartGuards").finish_non_exhaustive()
    }
}
