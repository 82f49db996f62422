//! State that a test shell and the handles to its plugins share.

use stratos_host::{InProcessClient, Shell};
use tempfile::TempDir;

use crate::testing::leak_detector::LeakDetector;
use crate::testing::report::{Leak, Report};
use crate::testing::waiter::Waiter;
use crate::testing::watchdog::Watchdog;

/// State of one test shell.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) shell: Shell,
    pub(crate) client: InProcessClient,
    pub(crate) waiter: Waiter,
    pub(crate) leak_detector: LeakDetector,
    pub(crate) _watchdog: Watchdog,
    /// Copies of the programs of plugins that run as processes, and data folders.
    pub(crate) _files: TempDir,
}

impl Shared {
    /// Reports the leaks of one plugin, or of all.
    pub(crate) async fn report(&self, plugin: Option<&str>) -> Report {
        self.leak_detector.wait().await;
        let logged = |entries: &[_]| {
            entries
                .iter()
                .filter_map(Leak::from_log)
                .collect::<Vec<_>>()
        };
        let mut leaks = self.waiter.journal().read(logged);
        leaks.extend(self.leak_detector.leaks());
        leaks.retain(|leak| plugin.is_none_or(|id| leak.plugin() == id));
        let mut registered = self.leak_detector.registered();
        registered.retain(|registered| plugin.is_none_or(|id| registered.plugin() == id));
        Report {
            leaks,
            registered,
            host: self.waiter.host,
        }
    }
}
