//! Detection of leaks at the end of a plugin.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio_util::task::TaskTracker;

use crate::context::PluginContext;
use crate::testing::report::{Leak, Registered};

/// Time that code which holds the context has to drop it after the end of the plugin.
const RELEASE_TIMEOUT: Duration = Duration::from_secs(1);
const RELEASE_POLL_INTERVAL: Duration = Duration::from_millis(10);

/// Collects what the plugins of one shell leave behind. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(crate) struct LeakDetector(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    /// Background checks in progress.
    checks: TaskTracker,
    leaks: Mutex<Vec<Leak>>,
    /// Handlers and routers at the end of each plugin's latest session, by plugin id.
    registered: Mutex<BTreeMap<String, Vec<Registered>>>,
}

impl LeakDetector {
    /// Checks a plugin whose session has ended: records the registered handlers and routers at once, and waits in the
    /// background for its tasks and for the release of its context.
    pub(crate) fn check(&self, plugin: &str, ctx: &PluginContext) {
        let registered = registered(plugin, ctx);
        lock(&self.0.registered).insert(plugin.to_owned(), registered);
        // Without a runtime, the test itself has ended.
        let Ok(runtime) = Handle::try_current() else {
            return;
        };
        let (shared, plugin, ctx) = (Arc::clone(&self.0), plugin.to_owned(), ctx.clone());
        let check = async move {
            let leaks = leaks(&plugin, ctx).await;
            lock(&shared.leaks).extend(leaks);
        };
        self.0.checks.spawn_on(check, &runtime);
    }

    /// Waits for the background checks of all plugins that have ended.
    pub(crate) async fn wait(&self) {
        self.0.checks.close();
        self.0.checks.wait().await;
    }

    pub(crate) fn leaks(&self) -> Vec<Leak> {
        lock(&self.0.leaks).clone()
    }

    pub(crate) fn registered(&self) -> Vec<Registered> {
        let registered = lock(&self.0.registered);
        registered.values().flatten().cloned().collect()
    }
}

fn registered(plugin: &str, ctx: &PluginContext) -> Vec<Registered> {
    let channels = ctx.ipc.channels().into_iter();
    let channels = channels.map(|channel| Registered::Channel {
        plugin: plugin.to_owned(),
        channel,
    });
    let prefixes = ctx.server.prefixes().into_iter();
    let prefixes = prefixes.map(|prefix| Registered::Prefix {
        plugin: plugin.to_owned(),
        prefix,
    });
    channels.chain(prefixes).collect()
}

async fn leaks(plugin: &str, ctx: PluginContext) -> Vec<Leak> {
    let plugin = || plugin.to_owned();
    // Empty if the session has shut down its tasks itself; it has logged the unfinished ones then.
    let unfinished = ctx.tasks.shutdown().await.into_iter();
    let mut leaks: Vec<_> = unfinished
        .map(|name| Leak::Task {
            plugin: plugin(),
            name,
        })
        .collect();
    let release = async {
        while ctx.is_held_elsewhere() {
            tokio::time::sleep(RELEASE_POLL_INTERVAL).await;
        }
    };
    let is_held = tokio::time::timeout(RELEASE_TIMEOUT, release)
        .await
        .is_err();
    // A running task holds the context too, and is reported by its name already.
    if is_held && !ctx.tasks.are_running() {
        leaks.push(Leak::Context { plugin: plugin() });
    }
    leaks
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
