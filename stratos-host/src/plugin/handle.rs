//! The handle through which the rest of the shell reads and controls one plugin.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinHandle;
use tracing::debug;

use crate::event::{BuildStatus, LatestBuild, PluginState};
use crate::plugin::Runtime;
use crate::plugin::actor::{Actor, Changes, Command, Mailbox, Request, Status};
use crate::plugin::{PluginError, PluginSpec};
use crate::process::Launcher;

/// Handle to the actor of one plugin.
#[derive(Debug)]
pub(crate) struct PluginHandle {
    pub(crate) id: String,
    status: watch::Receiver<Status>,
    latest_build: watch::Receiver<Option<LatestBuild>>,
    /// Sender of requests; taken at shutdown, which ends the actor.
    requests: Mutex<Option<mpsc::Sender<Request>>>,
    changes: watch::Sender<Changes>,
    task: Mutex<Option<JoinHandle<()>>>,
}

impl PluginHandle {
    /// Spawns the actor of a plugin, if it has a program to run.
    pub(crate) fn new(spec: PluginSpec, runtime: &Arc<Runtime>) -> Self {
        match spec.launcher {
            Ok(launcher) => Self::spawn(spec.id, launcher, Arc::clone(runtime)),
            Err(note) => Self::listed(spec.id, note),
        }
    }

    /// A plugin without a program, which is only listed.
    fn listed(id: String, note: String) -> Self {
        let (_, status) = watch::channel(Status::new(PluginState::Listed { note }));
        Self {
            id,
            status,
            latest_build: watch::channel(None).1,
            requests: Mutex::default(),
            changes: watch::Sender::default(),
            task: Mutex::default(),
        }
    }

    /// Spawns the actor of a plugin, which waits for a request to start.
    fn spawn(id: String, launcher: Arc<dyn Launcher>, runtime: Arc<Runtime>) -> Self {
        let (status_sender, status) = watch::channel(Status::new(PluginState::Discovered));
        let (requests, receiver) = mpsc::channel(4);
        let changes = watch::Sender::default();
        let mailbox = Mailbox {
            requests: receiver,
            changes: changes.subscribe(),
        };
        let actor = Actor::new(id.clone(), launcher, runtime, status_sender, mailbox);
        let latest_build = actor.builds.subscribe();
        let task = tokio::spawn(actor.run());
        Self {
            id,
            status,
            latest_build,
            requests: Mutex::new(Some(requests)),
            changes,
            task: Mutex::new(Some(task)),
        }
    }

    pub(crate) fn status(&self) -> Status {
        self.status.borrow().clone()
    }

    pub(crate) fn build_status(&self) -> Option<BuildStatus> {
        self.status.borrow().build
    }

    /// Subscribes to starts and ends of builds.
    pub(crate) fn latest_build(&self) -> watch::Receiver<Option<LatestBuild>> {
        self.latest_build.clone()
    }

    pub(crate) async fn start(&self) -> Result<(), PluginError> {
        self.request(Command::Start).await.map(drop)
    }

    /// Stops the plugin; returns what has gone wrong meanwhile.
    pub(crate) async fn stop(&self) -> Result<Option<String>, PluginError> {
        self.request(Command::Stop).await
    }

    pub(crate) async fn update(&self) -> Result<(), PluginError> {
        self.request(Command::Update).await.map(drop)
    }

    /// Reports a change of the build's inputs. A running plugin is built and replaced, and an errored one is started;
    /// this method does not wait for it.
    pub(crate) fn sources_changed(&self, by_build: bool) {
        debug!(plugin = self.id, by_build, "build inputs changed");
        self.changes.send_modify(|changes| {
            changes.total += 1;
            changes.by_user += u64::from(!by_build);
        });
    }

    /// Reports whether the newest version cannot be built since its manifest has errors.
    pub(crate) fn set_blocked(&self, is_blocked: bool) {
        self.changes.send_if_modified(|changes| {
            let differs = changes.is_blocked != is_blocked;
            changes.is_blocked = is_blocked;
            differs
        });
    }

    /// Waits until state or generation differ from `before`.
    pub(crate) async fn wait_for_change(&self, before: &Status) {
        self.wait_for(|now| now.state != before.state || now.generation != before.generation)
            .await;
    }

    /// Waits until the plugin is in the state with this name.
    pub(crate) async fn wait_for_state(&self, name: &str) {
        self.wait_for(|now| now.state.as_str() == name).await;
    }

    /// Waits until the plugin is in a state that does not change by itself.
    pub(crate) async fn wait_until_settled(&self) {
        let is_transient = |state: &PluginState| {
            matches!(
                state,
                PluginState::Discovered
                    | PluginState::Starting
                    | PluginState::Stopping
                    | PluginState::BackingOff { .. }
            )
        };
        self.wait_for(|status| !is_transient(&status.state)).await;
    }

    async fn wait_for(&self, condition: impl FnMut(&Status) -> bool) {
        // An error means that the actor has ended, so that no state follows.
        let _ = self.status.clone().wait_for(condition).await;
    }

    /// Shuts the plugin down, and waits until its processes have ended.
    pub(crate) async fn close(&self) {
        self.begin_close();
        let task = self
            .task
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(task) = task {
            // After a panic of the actor, dropping its session has ended the process.
            let _ = task.await;
        }
    }

    /// Begins to shut the plugin down, without waiting.
    pub(crate) fn begin_close(&self) {
        debug!(plugin = self.id, "plugin is shut down");
        let sender = self
            .requests
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        drop(sender);
    }

    async fn request(&self, command: Command) -> Result<Option<String>, PluginError> {
        debug!(plugin = self.id, ?command, "command requested");
        if let PluginState::Listed { note } = self.status().state {
            return Err(PluginError::NotRunnable {
                id: self.id.clone(),
                note,
            });
        }
        let closed = || PluginError::Closed {
            id: self.id.clone(),
        };
        let requests = self
            .requests
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        let requests = requests.ok_or_else(closed)?;
        let (reply, outcome) = oneshot::channel();
        // The block drops the sender before the wait: the actor ends when all senders are dropped.
        let sent = { requests }.send(Request { command, reply }).await;
        sent.map_err(|_| closed())?;
        outcome.await.map_err(|_| closed())?
    }
}
