//! The actor of one plugin: feeds events to the state machine and executes its actions, one after the other.

use std::collections::VecDeque;
use std::future;
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;

use stratos_protocol::error::chain;
use stratos_protocol::logger::Level;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::{Instant, sleep_until};
use tracing::{debug, trace};

use crate::event::{BuildStatus, Event, PluginState, millis};
use crate::plugin::PluginError;
use crate::plugin::Runtime;
use crate::plugin::build::{BuildOutcome, Builds};
use crate::plugin::draining::DrainingGenerations;
use crate::plugin::lifecycle::{Action, Lifecycle, LifecycleEvent, ProgramChoice};
use crate::plugin::pending_start::{PendingStart, StartMode, StartOutcome};
use crate::process::{Launcher, Program};
use crate::session::Session;

/// State of a plugin, as the rest of the shell sees it.
#[derive(Debug, Clone)]
pub(crate) struct Status {
    pub(crate) state: PluginState,
    /// Generation that the state is about; 0 before the first start.
    pub(crate) generation: u64,
    pub(crate) build: Option<BuildStatus>,
}

/// Counters of changes to the inputs of the build.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Changes {
    pub(super) total: u64,
    /// Changes that no build makes by itself.
    pub(super) by_user: u64,
    /// Whether the newest version cannot be built since its manifest has errors.
    pub(super) is_blocked: bool,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Command {
    Start,
    Stop,
    Update,
}

/// A command, and the sender for its outcome.
#[derive(Debug)]
pub(super) struct Request {
    pub(super) command: Command,
    pub(super) reply: Reply,
}

/// Sender of an outcome, which may have a warning.
pub(super) type Reply = oneshot::Sender<Result<Option<String>, PluginError>>;

/// Input of an actor. It ends when all senders of requests are dropped.
#[derive(Debug)]
pub(super) struct Mailbox {
    pub(super) requests: mpsc::Receiver<Request>,
    pub(super) changes: watch::Receiver<Changes>,
}

/// A caller that waits for the outcome of this build or of a later one.
struct Waiter {
    build_id: u64,
    reply: Reply,
}

pub(super) struct Actor {
    pub(super) id: String,
    pub(super) launcher: Arc<dyn Launcher>,
    pub(super) runtime: Arc<Runtime>,
    status: watch::Sender<Status>,
    mailbox: Mailbox,
    lifecycle: Lifecycle,
    pub(super) builds: Builds,
    /// Whether the newest version failed to build or to start, and no later build has ended.
    pub(super) newest_failed: bool,
    /// The counters, as far as they were handled.
    handled_changes: Changes,
    /// Time of the oldest change that is not part of the running program.
    pub(super) changed_at: Option<Instant>,
    /// Time of the next restart after a crash.
    retry_at: Option<Instant>,
    waiters: Vec<Waiter>,
    /// Warning of the last stop: `on_stop` failed, or the plugin was killed.
    stop_warning: Option<String>,
    pub(super) session: Option<Arc<Session>>,
    pub(super) pending_start: Option<PendingStart>,
    pub(super) draining: DrainingGenerations,
    /// Program of the latest build, until it is launched.
    newest: Option<Program>,
    /// Program that started successfully last; launched again if an update fails.
    pub(super) last_good: Option<Program>,
    pub(super) generation: u64,
    /// Latest generation that was launched.
    pub(super) launched: u64,
}

/// The next thing that the actor handles.
enum Next {
    Request(Request),
    SourcesChanged,
    BuildEnded(BuildOutcome),
    StartEnded(StartOutcome),
    Crashed(String),
    RetryDue,
    Closed,
}

impl Status {
    pub(super) fn new(state: PluginState) -> Self {
        Self {
            state,
            generation: 0,
            build: None,
        }
    }
}

impl Actor {
    pub(super) fn new(
        id: String,
        launcher: Arc<dyn Launcher>,
        runtime: Arc<Runtime>,
        status: watch::Sender<Status>,
        mailbox: Mailbox,
    ) -> Self {
        Self {
            builds: Builds::new(id.clone(), Arc::clone(&launcher), runtime.events.clone()),
            lifecycle: Lifecycle::new(runtime.supervise),
            id,
            launcher,
            runtime,
            status,
            mailbox,
            newest_failed: false,
            handled_changes: Changes::default(),
            changed_at: None,
            retry_at: None,
            waiters: Vec::new(),
            stop_warning: None,
            session: None,
            pending_start: None,
            draining: DrainingGenerations::default(),
            newest: None,
            last_good: None,
            generation: 0,
            launched: 0,
        }
    }

    /// Runs until all senders of requests are dropped, then stops the plugin.
    pub(super) async fn run(mut self) {
        loop {
            match self.next().await {
                Next::Request(request) => self.handle_command(request).await,
                Next::SourcesChanged => self.handle_changes().await,
                Next::BuildEnded(outcome) => self.handle_build(outcome).await,
                Next::StartEnded(outcome) => self.handle_start(outcome).await,
                Next::Crashed(reason) => self.handle_crash(reason).await,
                Next::RetryDue => {
                    self.retry_at = None;
                    self.handle_event(LifecycleEvent::RetryDue).await;
                }
                Next::Closed => break,
            }
        }
        self.shut_down().await;
    }

    async fn next(&mut self) -> Next {
        let (session, retry_at) = (self.session.clone(), self.retry_at);
        let crashed = async {
            match session {
                Some(session) => session.wait_for_crash().await,
                None => future::pending().await,
            }
        };
        let retry_due = async {
            match retry_at {
                Some(at) => sleep_until(at).await,
                None => future::pending().await,
            }
        };
        let started = async {
            match &mut self.pending_start {
                Some(pending) => pending.wait().await,
                None => future::pending().await,
            }
        };
        tokio::select! {
            // A crash comes first, since the other decisions depend on it.
            biased;
            reason = crashed => Next::Crashed(reason),
            request = self.mailbox.requests.recv() => request.map_or(Next::Closed, Next::Request),
            Ok(()) = self.mailbox.changes.changed() => Next::SourcesChanged,
            outcome = self.builds.wait() => Next::BuildEnded(outcome),
            outcome = started => Next::StartEnded(outcome),
            () = retry_due => Next::RetryDue,
        }
    }

    async fn handle_command(&mut self, request: Request) {
        let Request { command, reply } = request;
        let event = match command {
            Command::Start => LifecycleEvent::Start,
            Command::Stop => LifecycleEvent::Stop,
            Command::Update => LifecycleEvent::Update,
        };
        let state = self.lifecycle.state().clone();
        if !self.handle_event(event).await {
            let id = self.id.clone();
            // Sending fails if the caller is gone, here and below.
            let _ = reply.send(Err(PluginError::WrongState { id, state }));
            return;
        }
        match command {
            Command::Stop => {
                self.reply_to_waiters(0..=u64::MAX, &Err("was stopped".to_owned()));
                let _ = reply.send(Ok(self.stop_warning.take()));
            }
            Command::Start | Command::Update => {
                let build_id = self.builds.build_id + u64::from(self.lifecycle.is_stale());
                self.waiters.push(Waiter { build_id, reply });
            }
        }
    }

    async fn handle_crash(&mut self, reason: String) {
        self.session = None;
        if self.runtime.shutdown.is_cancelled() {
            return;
        }
        if self.pending_start.is_some() {
            self.runtime.routing.hold(&self.id);
            let text = format!("ended while its newer version is on its way: {reason}");
            self.log(Level::Error, text);
        }
        self.handle_event(LifecycleEvent::Crashed(reason)).await;
    }

    async fn handle_changes(&mut self) {
        let now = *self.mailbox.changes.borrow_and_update();
        let before = std::mem::replace(&mut self.handled_changes, now);
        if now.total == before.total {
            // Only `is_blocked` differs.
            self.publish_status();
            return;
        }
        let by_build = now.by_user == before.by_user;
        let accepted = self
            .handle_event(LifecycleEvent::Changed { by_build })
            .await;
        if accepted && !by_build && self.builds.is_running() {
            self.changed_at.get_or_insert_with(Instant::now);
        }
        if !by_build && *self.lifecycle.state() == PluginState::Stopped {
            let text = format!(
                "is stopped: `cargo stratos start {}` builds the change",
                self.id
            );
            self.log(Level::Info, text);
        }
    }

    async fn handle_build(&mut self, outcome: BuildOutcome) {
        let unchanged = match &outcome {
            Ok(newest) => self.is_current(newest).await,
            Err(_) => false,
        };
        self.builds
            .finish(&outcome, unchanged, self.session.is_some());
        let build_id = self.builds.build_id;
        match outcome {
            Ok(program) => {
                self.newest = Some(program);
                self.newest_failed = false;
                if let Some(pending) = self.pending_start.as_mut().filter(|_| unchanged) {
                    pending.build_id = Some(build_id);
                }
                self.handle_event(LifecycleEvent::Built { unchanged }).await;
                if unchanged && self.pending_start.is_none() && !self.builds.is_running() {
                    self.changed_at = None;
                }
            }
            Err(error) => {
                self.newest_failed = true;
                let reason = chain(&error);
                let is_rebuilt = self.lifecycle.is_stale();
                if !is_rebuilt && self.session.is_some() && !self.launcher.builds() {
                    self.log(Level::Error, format!("was not updated: {reason}"));
                }
                self.handle_event(LifecycleEvent::NotBuilt(reason.clone()))
                    .await;
                if !is_rebuilt {
                    // The time until the author's repair does not count as reload time.
                    self.changed_at = None;
                    // Callers that wait for the pending start's build get the outcome of that start.
                    let pending = self.pending_start.as_ref().and_then(|start| start.build_id);
                    let first = pending.map_or(0, |build_id| build_id + 1);
                    self.reply_to_waiters(first..=build_id, &Err(reason));
                }
            }
        }
    }

    /// Whether the program equals the pending one, or the running one if no start is pending.
    async fn is_current(&self, newest: &Program) -> bool {
        match (&self.pending_start, &self.session, &self.last_good) {
            (Some(pending), ..) => {
                !matches!(pending.mode, StartMode::Rollback(_))
                    && newest.is_same_as(&pending.program).await
            }
            (None, Some(_), Some(running)) => newest.is_same_as(running).await,
            _ => false,
        }
    }

    /// Stops the running generation in order and cancels a pending start, as the shell shuts down.
    async fn shut_down(&mut self) {
        self.handle_event(LifecycleEvent::Close).await;
        // Draining generations may be left although no program runs.
        self.end_all().await;
        let reason = "was given up: the shell ends".to_owned();
        self.reply_to_waiters(0..=u64::MAX, &Err(reason));
        self.runtime.routing.clear(&self.id);
    }

    /// Ends every generation: stops the running one, cancels the pending one, and stops the draining ones.
    async fn end_all(&mut self) {
        let (session, pending) = (self.session.take(), self.pending_start.take());
        let mut draining = std::mem::take(&mut self.draining);
        let stop = async {
            match session {
                Some(session) => self.stop_session(&session).await,
                None => None,
            }
        };
        let cancel = async {
            if let Some(pending) = pending {
                pending.cancel().await;
            }
        };
        let (warning, ..) = tokio::join!(stop, cancel, draining.stop_all());
        self.stop_warning = warning;
    }

    /// Applies an event and executes the actions that follow; false where the state does not allow the event.
    pub(super) async fn handle_event(&mut self, event: LifecycleEvent) -> bool {
        let Some(actions) = self.step(event) else {
            return false;
        };
        let mut queue = VecDeque::from(actions);
        while let Some(action) = queue.pop_front() {
            if let Some(outcome) = self.execute(action).await {
                queue.extend(self.step(outcome).into_iter().flatten());
            }
        }
        // The status includes whether a build is running.
        self.publish_status();
        true
    }

    fn step(&mut self, event: LifecycleEvent) -> Option<Vec<Action>> {
        trace!(plugin = self.id, ?event, "lifecycle event");
        let now = Instant::now().into_std();
        let was_starting = *self.lifecycle.state() == PluginState::Starting;
        let actions = self.lifecycle.step(event, now, random_unit())?;
        if !was_starting && *self.lifecycle.state() == PluginState::Starting {
            self.generation += 1;
        }
        match self.lifecycle.state() {
            PluginState::Running | PluginState::Starting | PluginState::Stopping => {}
            // No generation serves, so its prefixes are free.
            _ => self.runtime.routing.clear(&self.id),
        }
        match self.lifecycle.state() {
            PluginState::BackingOff { .. } => {}
            _ => self.retry_at = None,
        }
        self.publish_status();
        Some(actions)
    }

    /// Executes an action; returns the event that follows from it immediately, if any.
    async fn execute(&mut self, action: Action) -> Option<LifecycleEvent> {
        match action {
            Action::Build => self.builds.start(),
            Action::CancelBuild => self.builds.cancel(),
            Action::Wait(delay) => self.retry_at = Some(Instant::now() + delay),
            Action::Stop => {
                self.end_all().await;
                return Some(LifecycleEvent::Stopped);
            }
            Action::Launch(ProgramChoice::LastGood) => {
                let program = self.last_good.clone()?;
                self.spawn_start(program, StartMode::Fresh, None).await;
            }
            Action::Launch(ProgramChoice::Newest) => {
                let program = self.newest.take()?;
                let build_id = self.builds.last_finished();
                self.spawn_start(program, StartMode::Fresh, Some(build_id))
                    .await;
            }
            Action::Switch => {
                let program = self.newest.take()?;
                self.switch(program).await;
            }
        }
        None
    }

    /// Sends an outcome to the callers that wait for one of these builds.
    pub(super) fn reply_to_waiters(
        &mut self,
        build_ids: RangeInclusive<u64>,
        outcome: &Result<(), String>,
    ) {
        let served = self
            .waiters
            .extract_if(.., |waiter| build_ids.contains(&waiter.build_id));
        for Waiter { reply, .. } in served {
            let outcome = outcome.clone().map(|()| None);
            let outcome = outcome.map_err(|reason| PluginError::Failed {
                id: self.id.clone(),
                reason,
            });
            let _ = reply.send(outcome);
        }
    }

    /// Publishes the state of the state machine.
    pub(super) fn publish_status(&self) {
        self.publish(match self.lifecycle.state() {
            // The old generation has stopped for the pending one.
            PluginState::Running if self.session.is_none() => PluginState::Starting,
            state => state.clone(),
        });
    }

    /// Emits an event if the state differs, then updates the status: tasks that wait for a status find its event in
    /// their queue.
    pub(super) fn publish(&self, state: PluginState) {
        let is_replacing = self.session.is_some() && self.pending_start.is_some();
        // The program that is being started is already built, and a newer one shows once this one runs.
        let is_built = state == PluginState::Starting && self.pending_start.is_some();
        let status = Status {
            generation: match (&state, &self.session) {
                // A replacement that failed has used up a generation number.
                (PluginState::Running, Some(session)) => session.caller.generation,
                _ => self.generation,
            },
            state,
            build: if self.builds.is_running() && !is_built || is_replacing {
                Some(BuildStatus::Building)
            } else if self.handled_changes.is_blocked {
                Some(BuildStatus::Blocked)
            } else {
                self.newest_failed.then_some(BuildStatus::Failed)
            },
        };
        let before = self.status.borrow().clone();
        if (&before.state, before.generation) != (&status.state, status.generation) {
            let (state, generation) = (status.state.as_str(), status.generation);
            debug!(plugin = self.id, state, generation, "plugin state changed");
            self.runtime.events.emit(Event::State {
                plugin: self.id.clone(),
                state: status.state.clone(),
                generation: status.generation,
            });
        }
        self.status.send_replace(status);
    }

    pub(super) fn emit_reload(&self, elapsed: Duration) {
        self.runtime.events.emit(Event::Reload {
            plugin: self.id.clone(),
            generation: self.generation,
            ms: millis(elapsed),
        });
    }

    pub(super) fn log(&self, level: Level, text: impl Into<String>) {
        self.runtime.events.log_from_shell(&self.id, level, text);
    }
}

/// A random number between 0 and 1.
fn random_unit() -> f64 {
    let random = getrandom::u32().unwrap_or(u32::MAX / 2);
    f64::from(random) / f64::from(u32::MAX)
}
