//! Polls in progress of the plugins under test.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

/// Polls in progress of the futures of all plugins. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(crate) struct ActivePolls(Arc<Mutex<Polls>>);

#[derive(Debug, Default)]
struct Polls {
    last_id: u64,
    by_id: BTreeMap<u64, Poll>,
}

/// Poll of one future.
#[derive(Debug, Clone)]
pub(crate) struct Poll {
    /// Id of the plugin.
    pub(crate) plugin: Arc<str>,
    /// Description of the future, such as `on_start`.
    pub(crate) future: Arc<str>,
    pub(crate) started: Instant,
}

/// [`ActivePolls`] of one plugin. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct PluginPolls {
    polls: ActivePolls,
    plugin: Arc<str>,
}

/// Guard of a poll, which has ended when the guard is dropped.
#[derive(Debug)]
pub(crate) struct PollGuard<'a> {
    polls: &'a ActivePolls,
    id: u64,
}

impl ActivePolls {
    pub(crate) fn of_plugin(&self, id: &str) -> PluginPolls {
        PluginPolls {
            polls: self.clone(),
            plugin: id.into(),
        }
    }

    /// Poll that has been in progress for the longest time.
    pub(crate) fn longest(&self) -> Option<Poll> {
        let polls = self.lock();
        polls
            .by_id
            .values()
            .min_by_key(|poll| poll.started)
            .cloned()
    }

    fn lock(&self) -> MutexGuard<'_, Polls> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl PluginPolls {
    pub(crate) fn start(&self, future: &Arc<str>) -> PollGuard<'_> {
        let mut polls = self.polls.lock();
        polls.last_id += 1;
        let id = polls.last_id;
        let poll = Poll {
            plugin: Arc::clone(&self.plugin),
            future: Arc::clone(future),
            started: Instant::now(),
        };
        polls.by_id.insert(id, poll);
        PollGuard {
            polls: &self.polls,
            id,
        }
    }
}

impl Drop for PollGuard<'_> {
    fn drop(&mut self) {
        self.polls.lock().by_id.remove(&self.id);
    }
}
