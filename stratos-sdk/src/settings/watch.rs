//! [`SettingsWatch`]: the settings, and each change of them.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;
use std::time::Duration;

use serde_json::Value;
use stratos_transport::CallError;
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

use crate::context::{Config, ConfigError};
use crate::settings::read::{Snapshot, StoredSettings};

/// Time between two reads with a shell that does not report changes, and after a failed read.
const POLL_INTERVAL: Duration = Duration::from_secs(5);

/// Stream of the plugin's settings: the current ones first, then again after each change, whoever made it.
///
/// Made by `Self::settings(&ctx).watch()` of [`#[stratos::plugin]`](macro@crate::plugin).
///
/// The mocked shell reports each change at once. The documented shells report none (V1 to V3), so the settings are read
/// again every 5 seconds there.
pub struct SettingsWatch<S> {
    config: Config,
    changes: watch::Receiver<()>,
    /// Whether the settings must be read; stays set until they were.
    is_stale: bool,
    has_failed: bool,
    /// Time of the last read. The next poll counts from it, and not from the call of `next`, which may be dropped often.
    read_at: Instant,
    /// Stored values that were returned last.
    last: Option<BTreeMap<String, Value>>,
    snapshot: PhantomData<fn() -> S>,
}

impl<S: Snapshot> SettingsWatch<S> {
    /// Subscribes to changes; called by generated code.
    #[doc(hidden)]
    pub fn new(config: &Config) -> Self {
        Self {
            changes: config.subscribe(),
            config: config.clone(),
            is_stale: true,
            has_failed: false,
            read_at: Instant::now(),
            last: None,
            snapshot: PhantomData,
        }
    }

    /// Returns the settings: at once in the first call, later when a value has changed. `None` once the connection to
    /// the shell has ended.
    ///
    /// A slow caller may miss states in between, but never the latest.
    ///
    /// Cancel safe: no change is lost when the future is dropped.
    ///
    /// # Errors
    ///
    /// If a stored value is of another type than its setting or none of its options, or the shell fails. Later calls
    /// return later changes.
    pub async fn next(&mut self) -> Option<Result<S, ConfigError>> {
        loop {
            if !self.is_stale {
                self.wait_for_change().await?;
                self.is_stale = true;
            }
            self.read_at = Instant::now();
            let stored = match self.config.stored_settings(S::SETTINGS).await {
                Ok(stored) => stored,
                Err(ConfigError::Shell {
                    source: CallError::Closed,
                    ..
                }) => return None,
                Err(error) => {
                    (self.is_stale, self.has_failed) = (false, true);
                    return Some(Err(error));
                }
            };
            (self.is_stale, self.has_failed) = (false, false);
            if self.last.as_ref() != Some(&stored) {
                self.last = Some(stored.clone());
                return Some(S::from_stored(StoredSettings::new(&self.config, stored)));
            }
        }
    }

    async fn wait_for_change(&mut self) -> Option<()> {
        let shared = self.config.shared();
        let polls = self.has_failed || !shared.reports_config_changes;
        tokio::select! {
            biased;
            changed = self.changes.changed() => changed.ok(),
            () = shared.peer.closed() => None,
            () = sleep_until(self.read_at + POLL_INTERVAL), if polls => Some(()),
        }
    }
}

impl<S> fmt::Debug for SettingsWatch<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SettingsWatch").finish_non_exhaustive()
    }
}
