//! Writes that wait at the same time share one commit.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};

use redb::{Database, Durability};
use stratos_transport::guard::Guard;

use crate::store::change::Change;
use crate::store::database::DatabaseHandle;

/// How many writes one transaction holds at most, so that nobody waits long for the others' bytes.
const MOST_IN_ONE: usize = 128;

/// The line of writes before the disk.
///
/// Whoever finds nobody at the disk commits for all that wait, then lets the next one do it. Nobody returns before the
/// commit that holds its own write. The line has a bound: each write in it has a thread that waits.
#[derive(Debug, Default)]
pub(super) struct GroupCommit {
    line: Mutex<Line>,
    moved: Condvar,
}

#[derive(Debug, Default)]
struct Line {
    waiting: VecDeque<Arc<Write>>,
    /// Somebody is at the disk.
    is_led: bool,
    #[cfg(test)]
    commits: u64,
}

/// What became of a write: None where it was not allowed any more, otherwise whether it changed anything.
pub(super) type Outcome = Result<Option<bool>, Arc<redb::Error>>;

struct Write {
    change: Change,
    allowed: Box<dyn Fn() -> bool + Send + Sync>,
    outcome: OnceLock<Outcome>,
}

impl GroupCommit {
    /// Writes durably, unless it is not allowed any more when it is this write's turn.
    pub(super) fn write(
        &self,
        disk: &DatabaseHandle,
        change: Change,
        allowed: impl Fn() -> bool + Send + Sync + 'static,
    ) -> Outcome {
        let write = Arc::new(Write {
            change,
            allowed: Box::new(allowed),
            outcome: OnceLock::new(),
        });
        let mut line = self.line();
        line.waiting.push_back(Arc::clone(&write));
        loop {
            if let Some(outcome) = write.outcome.get() {
                return outcome.clone();
            }
            if line.is_led {
                let moved = self.moved.wait(line);
                line = moved.unwrap_or_else(PoisonError::into_inner);
                continue;
            }
            line.is_led = true;
            let together = line.waiting.len().min(MOST_IN_ONE);
            let batch: Vec<_> = line.waiting.drain(..together).collect();
            drop(line);
            let done = disk.with(|database| commit(database, &batch));
            line = self.line();
            line.is_led = false;
            #[cfg(test)]
            {
                line.commits += 1;
            }
            tell(&batch, done);
            self.moved.notify_all();
        }
    }

    /// How often the disk was asked to keep something.
    #[cfg(test)]
    pub(super) fn count(&self) -> u64 {
        self.line().commits
    }

    #[cfg(test)]
    pub(super) fn waiting(&self) -> usize {
        self.line().waiting.len()
    }

    fn line(&self) -> MutexGuard<'_, Line> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Write {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Write").field(&self.change).finish()
    }
}

/// GroupCommit with redb's default durability, which returns after the data is on the disk.
fn commit(database: &Database, batch: &[Arc<Write>]) -> Result<Vec<Option<bool>>, redb::Error> {
    let mut transaction = database.begin_write()?;
    if !Guard::StoreSync.is_on() {
        transaction.set_durability(Durability::None)?;
    }
    let mut outcomes = Vec::with_capacity(batch.len());
    for write in batch {
        // Asked now, not when it was put in line: a newer generation may have taken over since.
        let is_allowed = (write.allowed)() || !Guard::StoreFence.is_on();
        let changed = is_allowed.then(|| write.change.apply(&transaction));
        outcomes.push(changed.transpose()?);
    }
    transaction.commit()?;
    Ok(outcomes)
}

/// All of a batch are stored, or none of them.
fn tell(batch: &[Arc<Write>], done: Result<Vec<Option<bool>>, redb::Error>) {
    let outcomes: Vec<Outcome> = match done {
        Ok(outcomes) => outcomes.into_iter().map(Ok).collect(),
        Err(error) => vec![Err(Arc::new(error)); batch.len()],
    };
    for (write, outcome) in batch.iter().zip(outcomes) {
        // Only this batch's leader has it.
        let _ = write.outcome.set(outcome);
    }
}
