//! Catches a plugin that blocks its thread, and looks what a plugin has left behind.
//!
//! Blocked code cannot be dropped, and the test that waits for it would wait for ever. So a thread of its own looks
//! how long each piece of the plugin's code has not come back to its runtime, and ends the process after a while.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use tokio::runtime::Handle;
use tokio_util::task::TaskTracker;

use crate::context::PluginContext;
use crate::testing::leaks::{Leak, Registered};

/// How long what held a context may take to let go of it after the plugin's end.
const LET_GO_DEADLINE: Duration = Duration::from_secs(1);

/// What all plugins of one shell do at the moment. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(crate) struct Activity(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    polled: Mutex<Polled>,
    settling: TaskTracker,
    leaks: Mutex<Vec<Leak>>,
    /// What was registered at the end of each plugin's last life.
    registered: Mutex<BTreeMap<String, Vec<Registered>>>,
}

#[derive(Debug, Default)]
struct Polled {
    last: u64,
    now: BTreeMap<u64, Poll>,
}

#[derive(Debug)]
struct Poll {
    plugin: Arc<str>,
    what: Arc<str>,
    since: Instant,
}

/// One plugin of an [`Activity`].
#[derive(Debug, Clone)]
pub(crate) struct Watched {
    activity: Activity,
    plugin: Arc<str>,
}

/// A piece of a plugin's work, such as a hook.
#[derive(Debug)]
pub(crate) struct Work {
    watched: Watched,
    what: Arc<str>,
}

/// The work has the thread until this is dropped.
#[derive(Debug)]
pub(crate) struct OnThread<'a> {
    work: &'a Work,
    id: u64,
}

/// The watching thread; it ends with this value.
#[derive(Debug)]
pub(crate) struct Watchdog {
    _end: Sender<()>,
}

impl Activity {
    pub(crate) fn of(&self, plugin: &str) -> Watched {
        Watched {
            activity: self.clone(),
            plugin: plugin.into(),
        }
    }

    /// Waits until it is known what the plugins that ended have left behind.
    pub(crate) async fn settled(&self) {
        self.0.settling.close();
        self.0.settling.wait().await;
    }

    pub(crate) fn leaks(&self) -> Vec<Leak> {
        lock(&self.0.leaks).clone()
    }

    pub(crate) fn registered(&self) -> Vec<Registered> {
        lock(&self.0.registered)
            .values()
            .flatten()
            .cloned()
            .collect()
    }

    /// Ends this process when any piece of work keeps its thread for longer than `limit`.
    pub(crate) fn watch(&self, limit: Duration) -> Watchdog {
        let (end, ended) = channel();
        let activity = self.clone();
        thread::Builder::new()
            .name("stratos-watchdog".to_owned())
            .spawn(move || activity.look_until(&ended, limit))
            .expect("the operating system has a thread for the watchdog");
        Watchdog { _end: end }
    }

    fn look_until(&self, ended: &Receiver<()>, limit: Duration) {
        let often = (limit / 10).clamp(Duration::from_millis(10), Duration::from_millis(500));
        while ended.recv_timeout(often) == Err(RecvTimeoutError::Timeout) {
            let polled = lock(&self.0.polled);
            let longest = polled.now.values().min_by_key(|poll| poll.since);
            if let Some(poll) = longest.filter(|poll| poll.since.elapsed() > limit) {
                bark(poll, limit);
            }
        }
    }
}

/// Not by `eprintln!`, which the test harness would keep to itself.
fn bark(poll: &Poll, limit: Duration) {
    let Poll { plugin, what, .. } = poll;
    let text = format!(
        "\nerror: plugin `{plugin}` blocks its thread: {what} has not come to an `.await` for {limit:?}
       The shell cannot take the thread from it, so the whole test would hang: this process is aborted.
 help: wait with `stratos::tokio::time::sleep`, and do long work in `stratos::tokio::task::spawn_blocking`;
       `TestShellBuilder::watchdog` sets another limit\n"
    );
    // Nobody is left to be told when even this fails.
    let _ = std::io::stderr().write_all(text.as_bytes());
    std::process::abort();
}

impl Watched {
    pub(crate) fn work(&self, what: String) -> Work {
        Work {
            watched: self.clone(),
            what: what.into(),
        }
    }

    /// Writes down what was registered when the plugin ended.
    pub(crate) fn removed(&self, channels: Vec<String>, prefixes: Vec<String>) {
        let plugin = || self.plugin.to_string();
        let channels = channels.into_iter().map(|channel| Registered::Channel {
            plugin: plugin(),
            channel,
        });
        let prefixes = prefixes.into_iter().map(|prefix| Registered::Prefix {
            plugin: plugin(),
            prefix,
        });
        let all = channels.chain(prefixes).collect();
        lock(&self.activity.0.registered).insert(plugin(), all);
    }

    /// Waits in the background until nobody else holds the plugin's context, and writes down if somebody does.
    pub(crate) fn look_back(&self, ctx: PluginContext) {
        let (shared, plugin) = (Arc::clone(&self.activity.0), self.plugin.to_string());
        // Without one, the test itself is over.
        let Ok(runtime) = Handle::try_current() else {
            return;
        };
        let look = async move {
            // Where the plugin ended by force, nobody has told yet.
            for name in ctx.tasks.still_running().await {
                let plugin = plugin.clone();
                lock(&shared.leaks).push(Leak::Task { plugin, name });
            }
            let let_go = async {
                while ctx.held_elsewhere() > 0 {
                    tokio::time::sleep(Duration::from_millis(10)).await;
                }
            };
            let holds = tokio::time::timeout(LET_GO_DEADLINE, let_go).await.is_err();
            // A task of this start that still runs holds it, too; its name says more.
            if holds && !ctx.tasks.are_running() {
                lock(&shared.leaks).push(Leak::Context { plugin });
            }
        };
        self.activity.0.settling.spawn_on(look, &runtime);
    }
}

impl Work {
    pub(crate) fn poll(&self) -> OnThread<'_> {
        let mut polled = lock(&self.watched.activity.0.polled);
        polled.last += 1;
        let id = polled.last;
        let poll = Poll {
            plugin: Arc::clone(&self.watched.plugin),
            what: Arc::clone(&self.what),
            since: Instant::now(),
        };
        polled.now.insert(id, poll);
        OnThread { work: self, id }
    }
}

impl Drop for OnThread<'_> {
    fn drop(&mut self) {
        lock(&self.work.watched.activity.0.polled)
            .now
            .remove(&self.id);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
