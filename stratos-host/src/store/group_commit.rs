//! Group commit: concurrent writes share one transaction.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};

use redb::Database;
use tracing::trace;

use crate::store::change::Change;
use crate::store::database::DatabaseHandle;

/// Upper bound for the writes of one transaction, so that a write does not wait long for the data of others.
const MAX_BATCH: usize = 128;

/// The queue of writes.
///
/// A thread that finds no commit in progress becomes the leader: it commits all queued writes and then wakes the
/// others. Each write returns after the commit that contains it. The queue is bounded by the number of threads, because
/// each queued write blocks one.
#[derive(Debug, Default)]
pub(super) struct GroupCommit {
    queue: Mutex<WriteQueue>,
    batch_done: Condvar,
}

#[derive(Debug, Default)]
struct WriteQueue {
    waiting: VecDeque<Arc<Write>>,
    has_leader: bool,
    #[cfg(test)]
    commits: u64,
}

/// The result of a write: None if it was not allowed any more, otherwise whether it changed a value.
pub(super) type Outcome = Result<Option<bool>, Arc<redb::Error>>;

struct Write {
    change: Change,
    is_allowed: Box<dyn Fn() -> bool + Send + Sync>,
    outcome: OnceLock<Outcome>,
}

impl GroupCommit {
    /// Commits a change durably, unless `is_allowed` returns false when its transaction has begun.
    pub(super) fn write(
        &self,
        database: &DatabaseHandle,
        change: Change,
        is_allowed: impl Fn() -> bool + Send + Sync + 'static,
    ) -> Outcome {
        let write = Arc::new(Write {
            change,
            is_allowed: Box::new(is_allowed),
            outcome: OnceLock::new(),
        });
        let mut queue = self.queue();
        queue.waiting.push_back(Arc::clone(&write));
        loop {
            if let Some(outcome) = write.outcome.get() {
                return outcome.clone();
            }
            if queue.has_leader {
                let woken = self.batch_done.wait(queue);
                queue = woken.unwrap_or_else(PoisonError::into_inner);
                continue;
            }
            queue.has_leader = true;
            let size = queue.waiting.len().min(MAX_BATCH);
            let batch: Vec<_> = queue.waiting.drain(..size).collect();
            drop(queue);
            let committed = database.with(|database| commit(database, &batch));
            trace!(
                writes = batch.len(),
                succeeded = committed.is_ok(),
                "transaction ended"
            );
            queue = self.queue();
            queue.has_leader = false;
            #[cfg(test)]
            {
                queue.commits += 1;
            }
            set_outcomes(&batch, committed);
            self.batch_done.notify_all();
        }
    }

    /// Number of transactions so far, including failed ones.
    #[cfg(test)]
    pub(super) fn commits(&self) -> u64 {
        self.queue().commits
    }

    #[cfg(test)]
    pub(super) fn waiting(&self) -> usize {
        self.queue().waiting.len()
    }

    fn queue(&self) -> MutexGuard<'_, WriteQueue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Write {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Write").field(&self.change).finish()
    }
}

/// Commits with redb's default durability, which returns after the data is on the disk.
fn commit(database: &Database, batch: &[Arc<Write>]) -> Result<Vec<Option<bool>>, redb::Error> {
    let transaction = database.begin_write()?;
    let mut outcomes = Vec::with_capacity(batch.len());
    for write in batch {
        // Checked now and not when the write was queued: a newer generation may have taken over since.
        let changed = (write.is_allowed)().then(|| write.change.apply(&transaction));
        outcomes.push(changed.transpose()?);
    }
    transaction.commit()?;
    Ok(outcomes)
}

/// Reports to all writes of a batch, which are stored together or not at all.
fn set_outcomes(batch: &[Arc<Write>], committed: Result<Vec<Option<bool>>, redb::Error>) {
    let outcomes: Vec<Outcome> = match committed {
        Ok(outcomes) => outcomes.into_iter().map(Ok).collect(),
        Err(error) => vec![Err(Arc::new(error)); batch.len()],
    };
    for (write, outcome) in batch.iter().zip(outcomes) {
        // Set once only, by the leader of this batch.
        let _ = write.outcome.set(outcome);
    }
}
