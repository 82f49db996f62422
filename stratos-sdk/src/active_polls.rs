//! Polls in progress, for the watchdogs that find futures which block their thread.

use std::sync::Arc;
use std::sync::mpsc::SyncSender;
use std::thread::{self, ThreadId};
use std::time::Instant;

use crate::in_progress::{InProgress, InProgressGuard};

/// Polls in progress of the futures of all plugins. Cheap to clone.
pub(crate) type ActivePolls = InProgress<Poll>;

/// Poll of one future.
#[derive(Debug, Clone)]
pub(crate) struct Poll {
    /// Id of the plugin.
    #[cfg_attr(
        not(feature = "testing"),
        expect(dead_code, reason = "a plugin's process has one plugin")
    )]
    pub(crate) plugin: Arc<str>,
    /// Description of the future, such as `on_start`.
    pub(crate) future: Arc<str>,
    pub(crate) started: Instant,
    pub(crate) thread: ThreadId,
    /// Whether it has panicked. The resolution of a backtrace may take a second, which is not the future's time.
    pub(crate) has_panicked: bool,
}

/// [`ActivePolls`] of one plugin. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct PluginPolls {
    pub(crate) polls: ActivePolls,
    /// Id of the plugin.
    pub(crate) plugin: Arc<str>,
    /// Channel of capacity 1 to a watchdog that sleeps while no future is polled.
    pub(crate) watchdog: Option<SyncSender<()>>,
}

impl PluginPolls {
    pub(crate) fn start(&self, future: &Arc<str>) -> InProgressGuard<Poll> {
        let poll = self.polls.add(Poll {
            plugin: Arc::clone(&self.plugin),
            future: Arc::clone(future),
            started: Instant::now(),
            thread: thread::current().id(),
            has_panicked: false,
        });
        if let Some(watchdog) = &self.watchdog {
            // The channel is full while the watchdog is awake.
            let _ = watchdog.try_send(());
        }
        poll
    }

    /// Records a panic of the future that this thread polls; returns its description, or that of the innermost one if it
    /// polls another.
    pub(crate) fn panic_on_this_thread(&self) -> Option<Arc<str>> {
        let (thread, mut innermost) = (thread::current().id(), None);
        self.polls.update(|poll| {
            if poll.thread == thread {
                poll.has_panicked = true;
                innermost = Some(Arc::clone(&poll.future));
            }
        });
        innermost
    }
}
