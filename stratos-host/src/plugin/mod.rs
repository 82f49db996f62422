//! One plugin in the shell: what state it is in, and what brings it into another.

mod actor;
mod arrival;
mod build;
#[cfg(test)]
mod histories;
mod lifecycle;
mod retirements;
mod supervision;
mod update;

use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use thiserror::Error;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinHandle;

use crate::plugin::actor::{Actor, Command, Inbox, Order};
use crate::process::Launcher;
use crate::shell::Backend;

/// What a plugin is doing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "name", rename_all = "lowercase")]
pub enum PluginState {
    /// It has no program that this shell could run.
    Listed {
        /// Why, in one sentence.
        note: String,
    },
    /// It has not been started yet.
    Discovered,
    /// It is being built or is running its `on_start`.
    Starting,
    /// It serves.
    Running,
    /// It is running its `on_stop`.
    Stopping,
    /// It was stopped.
    Stopped,
    /// It ended by itself and is started again soon (`--supervise`).
    #[serde(rename = "backing-off")]
    BackingOff {
        /// How it ended.
        reason: String,
        /// How long it waits.
        retry_in_ms: u64,
    },
    /// It failed to start, or ended by itself (V1: marked errored, the others still load).
    Errored {
        /// Why, in one sentence.
        reason: String,
    },
}

/// Why what serves is not what lies on the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum BuildStatus {
    /// A newer version is being built, or is taking over.
    Building,
    /// The newest version does not build or does not start.
    Failed,
}

/// Why a plugin did not do what it was told.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PluginError {
    /// There is none with this id.
    #[error("there is no plugin `{id}`; this shell has {}", known.join(", "))]
    Unknown {
        /// The id as given.
        id: String,
        /// The ids that exist.
        known: Vec<String>,
    },
    /// It has no program that this shell could run.
    #[error("plugin `{id}` has nothing to run here: {note}")]
    NotRunnable {
        /// The plugin.
        id: String,
        /// Why.
        note: String,
    },
    /// It is in a state that does not allow it.
    #[error("plugin `{id}` is {state}{}", way_out(id, state))]
    WrongState {
        /// The plugin.
        id: String,
        /// In words.
        state: &'static str,
    },
    /// It was tried and failed.
    #[error("plugin `{id}`: {reason}")]
    Failed {
        /// The plugin.
        id: String,
        /// Why.
        reason: String,
    },
}

/// What to do about a plugin that is in the wrong state.
pub(crate) fn way_out(id: &str, state: &str) -> String {
    match state {
        "errored" | "stopped" | "backing-off" => format!(": `cargo stratos start {id}` starts it"),
        _ => String::new(),
    }
}

/// The shell's handle on one plugin.
#[derive(Debug)]
pub(crate) struct Slot {
    pub(crate) id: String,
    state: watch::Receiver<Status>,
    orders: Mutex<Option<mpsc::Sender<Order>>>,
    changes: watch::Sender<Changes>,
    task: Mutex<Option<JoinHandle<()>>>,
}

/// A plugin's state and which start of its program it is about.
#[derive(Debug, Clone)]
pub(crate) struct Status {
    pub(crate) state: PluginState,
    pub(crate) generation: u64,
    pub(crate) build: Option<BuildStatus>,
}

/// How often something changed that the plugin is built from.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Changes {
    /// All of them.
    pub(crate) all: u64,
    /// Those that no build makes by itself.
    pub(crate) by_people: u64,
    /// The newest version cannot be built: its manifest has errors.
    pub(crate) is_blocked: bool,
}

impl Slot {
    /// A plugin without a program.
    pub(crate) fn listed(id: String, note: String) -> Self {
        let status = Status {
            state: PluginState::Listed { note },
            generation: 0,
            build: None,
        };
        let (_, state) = watch::channel(status);
        Self {
            id,
            state,
            orders: Mutex::default(),
            changes: watch::Sender::default(),
            task: Mutex::default(),
        }
    }

    /// A plugin that waits to be started.
    pub(crate) fn spawn(id: String, launcher: Arc<dyn Launcher>, backend: Arc<Backend>) -> Self {
        let status = Status {
            state: PluginState::Discovered,
            generation: 0,
            build: None,
        };
        let (status, state) = watch::channel(status);
        let (orders, receiver) = mpsc::channel(4);
        let changes = watch::Sender::default();
        let inbox = Inbox {
            orders: receiver,
            changes: changes.subscribe(),
        };
        let actor = Actor::new(id.clone(), launcher, backend, status, inbox);
        let task = tokio::spawn(actor.run());
        Self {
            id,
            state,
            orders: Mutex::new(Some(orders)),
            changes,
            task: Mutex::new(Some(task)),
        }
    }

    pub(crate) fn status(&self) -> Status {
        self.state.borrow().clone()
    }

    pub(crate) fn build_status(&self) -> Option<BuildStatus> {
        self.state.borrow().build
    }

    pub(crate) async fn start(&self) -> Result<(), PluginError> {
        self.order(Command::Start).await
    }

    pub(crate) async fn stop(&self) -> Result<(), PluginError> {
        self.order(Command::Stop).await
    }

    pub(crate) async fn update(&self) -> Result<(), PluginError> {
        self.order(Command::Update).await
    }

    /// Something changed that the plugin is built from. It is built and replaced if it runs, and started if it is
    /// errored; nobody waits for that.
    pub(crate) fn changed(&self, by_build: bool) {
        self.changes.send_modify(|changes| {
            changes.all += 1;
            changes.by_people += u64::from(!by_build);
        });
    }

    /// The newest version has a manifest with errors, or not any more.
    pub(crate) fn block(&self, is_blocked: bool) {
        self.changes.send_if_modified(|changes| {
            let differs = changes.is_blocked != is_blocked;
            changes.is_blocked = is_blocked;
            differs
        });
    }

    /// Waits until the plugin is not any more what it was.
    pub(crate) async fn leaves(&self, before: &Status) {
        self.until(|now| now.state != before.state || now.generation != before.generation)
            .await;
    }

    /// Waits until the plugin is in the state of this name.
    pub(crate) async fn reaches(&self, word: &str) {
        self.until(|now| now.state.word() == word).await;
    }

    /// Waits until the plugin is not on its way to another state.
    pub(crate) async fn settled(&self) {
        let on_its_way = |state: &PluginState| {
            matches!(
                state,
                PluginState::Discovered
                    | PluginState::Starting
                    | PluginState::Stopping
                    | PluginState::BackingOff { .. }
            )
        };
        self.until(|status| !on_its_way(&status.state)).await;
    }

    async fn until(&self, is_so: impl Fn(&Status) -> bool) {
        // An error means that nothing changes any more.
        let _ = self.state.clone().wait_for(is_so).await;
    }

    /// Stops the plugin for good, if it runs.
    pub(crate) async fn close(&self) {
        drop(take(&self.orders));
        if let Some(task) = take(&self.task) {
            // An actor that panicked has dropped its session, and with it ended the plugin.
            let _ = task.await;
        }
    }

    /// Lets the plugin stop for good by itself.
    pub(crate) fn abandon(&self) {
        drop(take(&self.orders));
    }

    async fn order(&self, command: Command) -> Result<(), PluginError> {
        if let PluginState::Listed { note } = self.status().state {
            return Err(PluginError::NotRunnable {
                id: self.id.clone(),
                note,
            });
        }
        let gone = || PluginError::WrongState {
            id: self.id.clone(),
            state: "gone: the shell ends",
        };
        let orders = self
            .orders
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        let orders = orders.ok_or_else(gone)?;
        let (reply, done) = oneshot::channel();
        // Gone before the wait: while there is anybody who could give orders, a plugin does not end.
        let sent = { orders }.send(Order { command, reply }).await;
        sent.map_err(|_| gone())?;
        done.await.map_err(|_| gone())?
    }
}

fn take<T>(place: &Mutex<Option<T>>) -> Option<T> {
    place.lock().unwrap_or_else(PoisonError::into_inner).take()
}
