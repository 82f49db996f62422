//! Who serves which plugin's requests at this moment.

use std::collections::BTreeMap;
use std::ops::Deref;
use std::sync::Arc;

use stratos_protocol::server::covers;
use stratos_transport::guard::Guard;
use thiserror::Error;
use tokio::sync::watch;
use tokio_util::task::task_tracker::TaskTrackerToken;

use crate::session::Session;

/// The one table that routes, IPC and updates share, so that a switch is one step for all of them.
#[derive(Debug)]
pub(crate) struct RoutingTable(watch::Sender<Table>);

#[derive(Debug, Default)]
struct Table(BTreeMap<String, Entry>);

#[derive(Debug, Default)]
struct Entry {
    serving: Serving,
    /// The generation whose claims count.
    live: u64,
    claims: Vec<Claim>,
}

#[derive(Debug, PartialEq, Eq)]
struct Claim {
    generation: u64,
    prefix: String,
}

/// Who answers for a plugin.
#[derive(Debug, Clone, Default)]
pub(crate) enum Serving {
    /// Nobody: it does not run.
    #[default]
    Nobody,
    /// Nobody right now: an update is between stop and start, so requests wait.
    Switching,
    /// This generation.
    Session(Arc<Session>),
}

/// More prefixes than any plugin has: every request looks through all of them.
const MAX_PREFIXES: usize = 256;

/// Why a prefix is not the plugin's.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(crate) enum ClaimError {
    /// Two plugins want the same paths.
    #[error(
        "route prefix `{prefix}` overlaps `{other_prefix}` of the plugin `{other}`: choose another, such as `/api/{plugin}`"
    )]
    Taken {
        prefix: String,
        plugin: String,
        other: String,
        other_prefix: String,
    },
    #[error(
        "at most {MAX_PREFIXES} prefixes can be registered: one of them has room for many routes"
    )]
    TooMany,
}

impl RoutingTable {
    pub(crate) fn new() -> Self {
        Self(watch::Sender::new(Table::default()))
    }

    /// Registers a prefix; it counts once its generation is the live one.
    pub(crate) fn claim(
        &self,
        plugin: &str,
        generation: u64,
        prefix: &str,
    ) -> Result<(), ClaimError> {
        let mut result = Ok(());
        self.0.send_modify(|table| {
            let overlaps =
                |claim: &Claim| covers(prefix, &claim.prefix) || covers(&claim.prefix, prefix);
            let mut others = table.0.iter().filter(|(id, _)| *id != plugin);
            let taken = others.find_map(|(id, entry)| {
                let claim = entry.claims.iter().find(|claim| overlaps(claim))?;
                Some((id.clone(), claim.prefix.clone()))
            });
            if let Some((other, other_prefix)) = taken {
                result = Err(ClaimError::Taken {
                    prefix: prefix.to_owned(),
                    plugin: plugin.to_owned(),
                    other,
                    other_prefix,
                });
                return;
            }
            let entry = table.0.entry(plugin.to_owned()).or_default();
            let claim = Claim {
                generation,
                prefix: prefix.to_owned(),
            };
            if entry.claims.contains(&claim) {
                return;
            }
            let mut own = entry
                .claims
                .iter()
                .filter(|its| its.generation == generation);
            if own.nth(MAX_PREFIXES - 1).is_some() && Guard::PrefixLimit.is_on() {
                result = Err(ClaimError::TooMany);
                return;
            }
            entry.claims.push(claim);
        });
        result
    }

    /// Makes a session the one that answers, under the prefixes that it claimed.
    pub(crate) fn switch_to(&self, session: Arc<Session>) {
        self.0.send_modify(|table| {
            let entry = table.0.entry(session.plugin.clone()).or_default();
            entry.live = session.generation;
            entry
                .claims
                .retain(|claim| claim.generation == session.generation);
            entry.serving = Serving::Session(session);
        });
    }

    /// Requests wait until [`switch_to`](Self::switch_to) or [`clear`](Self::clear).
    pub(crate) fn hold(&self, plugin: &str) {
        self.0.send_modify(|table| {
            table.0.entry(plugin.to_owned()).or_default().serving = Serving::Switching;
        });
    }

    /// The plugin does not run, and its prefixes are free.
    pub(crate) fn clear(&self, plugin: &str) {
        self.0.send_modify(|table| drop(table.0.remove(plugin)));
    }

    /// Frees the prefixes of a generation that never went live.
    pub(crate) fn remove_claims(&self, plugin: &str, generation: u64) {
        self.0.send_modify(|table| {
            if let Some(entry) = table.0.get_mut(plugin) {
                entry.claims.retain(|claim| claim.generation != generation);
            }
        });
    }

    /// The live prefixes of a plugin.
    pub(crate) fn prefixes(&self, plugin: &str) -> Vec<String> {
        let table = self.0.borrow();
        let Some(entry) = table.0.get(plugin) else {
            return Vec::new();
        };
        let live = entry
            .claims
            .iter()
            .filter(|claim| claim.generation == entry.live);
        live.map(|claim| claim.prefix.clone()).collect()
    }

    /// The session that answers for a path, after the wait for a running update.
    pub(crate) async fn for_path(&self, path: &str) -> Option<Lease> {
        self.resolve(|table| {
            table.0.values().find(|entry| {
                let mut claims = entry
                    .claims
                    .iter()
                    .filter(|claim| claim.generation == entry.live);
                claims.any(|claim| covers(&claim.prefix, path))
            })
        })
        .await
    }

    /// The session that answers for a plugin, after the wait for a running update.
    pub(crate) async fn for_plugin(&self, plugin: &str) -> Option<Lease> {
        self.resolve(|table| table.0.get(plugin)).await
    }

    /// The session that answers for a plugin at this moment.
    pub(crate) fn now(&self, plugin: &str) -> Option<Arc<Session>> {
        match self.0.borrow().0.get(plugin)?.serving {
            Serving::Session(ref session) => Some(Arc::clone(session)),
            Serving::Nobody | Serving::Switching => None,
        }
    }

    async fn resolve(&self, find: impl Fn(&Table) -> Option<&Entry>) -> Option<Lease> {
        let mut table = self.0.subscribe();
        loop {
            match &find(&table.borrow_and_update())?.serving {
                // Leased while the table is held: a switch after this waits for the lease.
                Serving::Session(session) => return Some(Lease::new(session)),
                Serving::Nobody => return None,
                Serving::Switching => {}
            }
            // An error cannot happen while `self` holds the sender.
            table.changed().await.ok()?;
        }
    }
}

/// A session that is being asked something, and is given the time to answer it before it ends in order.
///
/// Whoever passes an answer on holds the lease to the answer's end.
#[derive(Debug)]
pub(crate) struct Lease {
    session: Arc<Session>,
    _token: Option<TaskTrackerToken>,
}

impl Lease {
    fn new(session: &Arc<Session>) -> Self {
        Self {
            session: Arc::clone(session),
            _token: Guard::Lease.is_on().then(|| session.leases.token()),
        }
    }
}

impl Deref for Lease {
    type Target = Session;

    fn deref(&self) -> &Session {
        &self.session
    }
}
