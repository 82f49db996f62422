//! The routing table: which session answers for which route prefix and for which plugin.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::mem;
use std::ops::Deref;
use std::sync::Arc;

use stratos_protocol::server::{Route, covers};
use thiserror::Error;
use tokio::sync::watch;
use tokio_util::task::TaskTracker;
use tokio_util::task::task_tracker::TaskTrackerToken;
use tracing::debug;

/// Maximum number of prefixes of one generation: every request is compared with all of them.
const MAX_PREFIXES: usize = 256;

/// Maps plugins and route prefixes to targets. Routes, IPC and updates share one table, so that a switch to a new
/// generation is atomic for all of them.
#[derive(Debug)]
pub(crate) struct RoutingTable<S>(watch::Sender<Table<S>>);

/// A destination of requests: a session of one plugin generation.
pub(crate) trait Target: fmt::Debug + Send + Sync + 'static {
    fn plugin(&self) -> &str;
    fn generation(&self) -> u64;
    /// Tracks the requests in flight.
    fn leases(&self) -> &TaskTracker;
}

/// The part of the routing table that registers prefixes.
pub(crate) trait PrefixRegistry: fmt::Debug + Send + Sync {
    /// Claims a prefix for a generation. It takes effect once the table switches to that generation.
    ///
    /// `routes` are those below the prefix, for lists that people read.
    fn claim(
        &self,
        plugin: &str,
        generation: u64,
        prefix: &str,
        routes: Vec<Route>,
    ) -> Result<(), ClaimError>;
}

/// Reason why a prefix cannot be claimed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(crate) enum ClaimError {
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

/// The entries, by plugin id.
type Table<S> = BTreeMap<String, Entry<S>>;

#[derive(Debug)]
struct Entry<S> {
    destination: Destination<S>,
    /// Generation whose claims are in effect.
    live: u64,
    claims: Vec<Claim>,
    /// Prefixes that the plugin had when it last ran, and that others may claim; kept until it has registered new ones.
    former_prefixes: Vec<String>,
}

/// Destination of a plugin's requests.
#[derive(Debug)]
enum Destination<S> {
    /// The plugin does not run; requests are refused.
    None,
    /// The plugin restarts for an update; requests wait.
    Held,
    Target(Arc<S>),
}

#[derive(Debug, PartialEq, Eq)]
struct Claim {
    generation: u64,
    prefix: String,
    routes: Vec<Route>,
}

impl<S> Default for Entry<S> {
    fn default() -> Self {
        Self {
            destination: Destination::None,
            live: 0,
            claims: Vec::new(),
            former_prefixes: Vec::new(),
        }
    }
}

impl<S> Entry<S> {
    fn live_claims(&self) -> impl Iterator<Item = &Claim> {
        let live = |claim: &&Claim| claim.generation == self.live;
        self.claims.iter().filter(live)
    }

    fn live_prefixes(&self) -> impl Iterator<Item = &str> {
        self.live_claims().map(|claim| claim.prefix.as_str())
    }

    fn serves(&self, path: &str) -> bool {
        self.live_prefixes().any(|prefix| covers(prefix, path))
    }
}

impl<S> Default for RoutingTable<S> {
    fn default() -> Self {
        Self(watch::Sender::new(Table::new()))
    }
}

impl<S: Target> PrefixRegistry for RoutingTable<S> {
    fn claim(
        &self,
        plugin: &str,
        generation: u64,
        prefix: &str,
        routes: Vec<Route>,
    ) -> Result<(), ClaimError> {
        let mut result = Ok(());
        self.0.send_modify(|table| {
            let overlaps =
                |claim: &Claim| covers(prefix, &claim.prefix) || covers(&claim.prefix, prefix);
            let mut others = table.iter().filter(|(id, _)| *id != plugin);
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
            let entry = table.entry(plugin.to_owned()).or_default();
            let own = entry.claims.iter_mut();
            let mut own = own.filter(|claim| claim.generation == generation);
            if let Some(claim) = own.find(|claim| claim.prefix == prefix) {
                claim.routes = routes;
                return;
            }
            let own = entry.claims.iter();
            let own = own.filter(|claim| claim.generation == generation);
            if own.count() >= MAX_PREFIXES {
                result = Err(ClaimError::TooMany);
                return;
            }
            if generation == entry.live {
                entry.former_prefixes.clear();
            }
            entry.claims.push(Claim {
                generation,
                prefix: prefix.to_owned(),
                routes,
            });
        });
        result
    }
}

impl<S: Target> RoutingTable<S> {
    /// Routes a plugin's requests to a target, under the prefixes that its generation claimed.
    pub(crate) fn switch_to(&self, target: Arc<S>) {
        let (plugin, generation) = (target.plugin(), target.generation());
        debug!(plugin, generation, "requests are routed to the generation");
        self.0.send_modify(|table| {
            let entry = table.entry(target.plugin().to_owned()).or_default();
            let generation = target.generation();
            entry.live = generation;
            entry.claims.retain(|claim| claim.generation == generation);
            if !entry.claims.is_empty() {
                entry.former_prefixes.clear();
            }
            entry.destination = Destination::Target(target);
        });
    }

    /// Holds a plugin's requests until [`switch_to`](Self::switch_to) or [`clear`](Self::clear).
    pub(crate) fn hold(&self, plugin: &str) {
        debug!(plugin, "requests are held");
        self.0.send_modify(|table| {
            table.entry(plugin.to_owned()).or_default().destination = Destination::Held;
        });
    }

    /// Refuses the requests of a plugin that does not run, and frees its prefixes.
    pub(crate) fn clear(&self, plugin: &str) {
        debug!(plugin, "requests are refused");
        self.0.send_modify(|table| {
            let Some(entry) = table.get_mut(plugin) else {
                return;
            };
            let prefixes: Vec<_> = entry.live_prefixes().map(str::to_owned).collect();
            let former_prefixes = match prefixes.is_empty() {
                true => mem::take(&mut entry.former_prefixes),
                false => prefixes,
            };
            *entry = Entry {
                former_prefixes,
                ..Entry::default()
            };
        });
    }

    /// Frees the prefixes of a generation that failed to start.
    pub(crate) fn remove_claims(&self, plugin: &str, generation: u64) {
        self.0.send_modify(|table| {
            if let Some(entry) = table.get_mut(plugin) {
                entry.claims.retain(|claim| claim.generation != generation);
            }
        });
    }

    /// Prefixes of a plugin that are in effect.
    pub(crate) fn prefixes(&self, plugin: &str) -> Vec<String> {
        let table = self.0.borrow();
        let entry = table.get(plugin).into_iter();
        let prefixes = entry.flat_map(Entry::live_prefixes);
        prefixes.map(str::to_owned).collect()
    }

    /// Routes of a plugin that are in effect.
    pub(crate) fn routes(&self, plugin: &str) -> Vec<Route> {
        let table = self.0.borrow();
        let entry = table.get(plugin).into_iter();
        let claims = entry.flat_map(Entry::live_claims);
        claims.flat_map(|claim| claim.routes.clone()).collect()
    }

    /// The plugin that does not run and whose prefixes covered a path when it last ran.
    pub(crate) fn former_owner(&self, path: &str) -> Option<String> {
        let table = self.0.borrow();
        let covers = |prefix: &String| covers(prefix, path);
        let mut entries = table.iter();
        let owner = entries.find(|(_, entry)| entry.former_prefixes.iter().any(covers));
        owner.map(|(plugin, _)| plugin.clone())
    }

    /// Prefixes of all plugins, including those of plugins that do not run any more, in alphabetical order.
    pub(crate) fn all_prefixes(&self) -> Vec<String> {
        let table = self.0.borrow();
        let prefixes = table.values().flat_map(|entry| {
            let former = entry.former_prefixes.iter().map(String::as_str);
            entry.live_prefixes().chain(former)
        });
        BTreeSet::from_iter(prefixes.map(str::to_owned))
            .into_iter()
            .collect()
    }

    /// The plugin with a prefix in effect that covers a path.
    pub(crate) fn live_owner(&self, path: &str) -> Option<String> {
        let table = self.0.borrow();
        let (id, _) = table.iter().find(|(_, entry)| entry.serves(path))?;
        Some(id.clone())
    }

    /// Leases the target for a request path; waits while the plugin's requests are held.
    pub(crate) async fn for_path(&self, path: &str) -> Option<Lease<S>> {
        self.lease(|table| table.values().find(|entry| entry.serves(path)))
            .await
    }

    /// Leases a plugin's target; waits while the plugin's requests are held.
    pub(crate) async fn for_plugin(&self, plugin: &str) -> Option<Lease<S>> {
        self.lease(|table| table.get(plugin)).await
    }

    /// A plugin's current target, without a lease.
    pub(crate) fn current(&self, plugin: &str) -> Option<Arc<S>> {
        match &self.0.borrow().get(plugin)?.destination {
            Destination::Target(target) => Some(Arc::clone(target)),
            Destination::None | Destination::Held => None,
        }
    }

    async fn lease(&self, find: impl Fn(&Table<S>) -> Option<&Entry<S>>) -> Option<Lease<S>> {
        let mut table = self.0.subscribe();
        loop {
            match &find(&table.borrow_and_update())?.destination {
                // Taken while the table is borrowed, so that a later switch waits for the lease.
                Destination::Target(target) => return Some(Lease::new(target)),
                Destination::None => return None,
                Destination::Held => {}
            }
            // No error is possible while `self` holds the sender.
            table.changed().await.ok()?;
        }
    }
}

/// A request in flight to a target. Before a target ends in order, it waits a limited time for its leases.
///
/// A response that streams holds the lease until its last byte.
#[derive(Debug)]
pub(crate) struct Lease<S> {
    target: Arc<S>,
    _token: TaskTrackerToken,
}

impl<S: Target> Lease<S> {
    fn new(target: &Arc<S>) -> Self {
        Self {
            target: Arc::clone(target),
            _token: target.leases().token(),
        }
    }
}

impl<S> Deref for Lease<S> {
    type Target = S;

    fn deref(&self) -> &S {
        &self.target
    }
}
