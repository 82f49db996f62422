//! Starts of a program, and the replacement of a running generation by a new one.

use std::sync::Arc;

use stratos_protocol::auth::AuthState;
use stratos_protocol::logger::Level;
use tokio::time::Instant;

use crate::event::PluginState;
use crate::plugin::Runtime;
use crate::plugin::actor::Actor;
use crate::plugin::lifecycle::LifecycleEvent;
use crate::plugin::pending_start::{LaunchContext, PendingStart, StartMode, StartOutcome};
use crate::process::Program;
use crate::session::{Session, StopMode};

/// Event for the state machine, and outcome for the callers that wait for the start.
type Transition = (LifecycleEvent, Result<(), String>);

impl Actor {
    /// Begins to replace the running program (V1: after an OTA update).
    pub(super) async fn switch(&mut self, program: Program) {
        self.cancel_pending_start().await;
        let can_resume = |old: &Arc<Session>| old.resumes && self.runtime.version.resumes();
        let mode = match self.session.take_if(|old| !can_resume(old)) {
            Some(old) => {
                self.stop_for_replacement(&old).await;
                StartMode::Replace
            }
            None if self.session.is_some() => StartMode::Resume,
            // The old generation has stopped for an earlier update, or has crashed.
            None => StartMode::Replace,
        };
        let build_id = self.builds.last_finished();
        self.spawn_start(program, mode, Some(build_id)).await;
    }

    /// Handles the outcome of the pending start.
    pub(super) async fn handle_start(&mut self, outcome: StartOutcome) {
        let Some(pending) = self.pending_start.take() else {
            return;
        };
        let build_id = pending.build_id;
        let (event, outcome) = match outcome {
            Ok((session, auth)) => self.complete_start(pending, session, &auth).await,
            // Cancelled by the shutdown, which `shut_down` completes.
            Err(_) if self.runtime.shutdown.is_cancelled() => return,
            Err(reason) => match self.roll_back(pending, reason).await {
                Some(transition) => transition,
                None => return,
            },
        };
        if event == LifecycleEvent::Kept
            && let Err(reason) = &outcome
        {
            self.log(Level::Error, reason);
        }
        if build_id == Some(self.builds.last_finished()) {
            self.newest_failed = outcome.is_err();
        }
        let changed_at = build_id.and_then(|_| self.changed_at.take());
        // A build that runs now is about a later change.
        let next_change = changed_at.filter(|_| self.builds.is_running());
        self.changed_at = self.changed_at.or(next_change.map(|_| Instant::now()));
        let reload_time = changed_at
            .filter(|_| outcome.is_ok())
            .map(|at| at.elapsed());
        self.handle_event(event).await;
        if let Some(time) = reload_time {
            self.emit_reload(time);
        }
        // Callers get their reply after the new state is published.
        if let Some(build_id) = build_id {
            self.reply_to_waiters(0..=build_id, &outcome);
        }
    }

    async fn cancel_pending_start(&mut self) {
        let Some(pending) = self.pending_start.take() else {
            return;
        };
        let (routing, generation) = (&self.runtime.routing, pending.generation);
        if pending.mode == StartMode::Fresh {
            routing.clear(&self.id);
        }
        pending.cancel().await;
        routing.remove_claims(&self.id, generation);
    }

    /// Begins to start a program; a pending start is cancelled.
    pub(super) async fn spawn_start(
        &mut self,
        program: Program,
        mode: StartMode,
        build_id: Option<u64>,
    ) {
        self.cancel_pending_start().await;
        if self.runtime.shutdown.is_cancelled() {
            return;
        }
        // Every launch has a generation number of its own.
        if self.launched == self.generation {
            self.generation += 1;
        }
        self.launched = self.generation;
        let context = LaunchContext {
            plugin: self.id.clone(),
            generation: self.generation,
            launcher: Arc::clone(&self.launcher),
            runtime: Arc::clone(&self.runtime),
        };
        self.pending_start = Some(PendingStart::spawn(context, program, mode, build_id));
        self.publish_status();
    }

    /// Stops the old generation and holds requests. Bounded in time, and completed even if the shell shuts down.
    async fn stop_for_replacement(&mut self, old: &Session) {
        self.publish(PluginState::Stopping);
        self.runtime.routing.hold(&self.id);
        self.stop_session(old).await;
        self.publish(PluginState::Stopped);
    }

    /// Makes the started generation the running one.
    async fn complete_start(
        &mut self,
        pending: PendingStart,
        session: Arc<Session>,
        auth: &AuthState,
    ) -> Transition {
        let PendingStart { program, mode, .. } = pending;
        let (old, old_program) = (self.session.take(), self.last_good.take());
        if let Some(old) = &old {
            old.caller.revoke_writes();
            old.mute_flight_events();
        }
        if mode != StartMode::Fresh {
            self.runtime.routing.switch_to(Arc::clone(&session));
        }
        self.last_good = Some(program);
        self.session = Some(Arc::clone(&session));
        self.send_missed_auth(session, auth);
        if let Some(old) = old {
            self.draining.add(old, old_program, &self.runtime);
        }
        match mode {
            StartMode::Fresh => (LifecycleEvent::Started, Ok(())),
            StartMode::Resume => {
                self.publish_status();
                self.log(Level::Info, "was updated: on_resume took over");
                (LifecycleEvent::Switched, Ok(()))
            }
            StartMode::Replace => {
                self.log(Level::Info, "was updated: stopped and started");
                (LifecycleEvent::Switched, Ok(()))
            }
            StartMode::Rollback(reason) => {
                let reason =
                    format!("was not updated, the last good version was started again: {reason}");
                (LifecycleEvent::Kept, Err(reason))
            }
        }
    }

    /// Handles a failed start; `None` where the last good program is started instead.
    async fn roll_back(&mut self, pending: PendingStart, reason: String) -> Option<Transition> {
        self.runtime
            .routing
            .remove_claims(&self.id, pending.generation);
        match (pending.mode, self.last_good.clone()) {
            (StartMode::Resume, _) if self.session.is_some() => {
                let reason = format!("was not updated, the old version still runs: {reason}");
                return Some((LifecycleEvent::Kept, Err(reason)));
            }
            (StartMode::Replace, Some(program)) => {
                let mode = StartMode::Rollback(reason);
                self.spawn_start(program, mode, pending.build_id).await;
                return None;
            }
            (StartMode::Rollback(first), _) => {
                self.log(Level::Error, format!("the new version {first}"));
            }
            (StartMode::Fresh | StartMode::Resume | StartMode::Replace, _) => {}
        }
        Some((LifecycleEvent::NotStarted(reason.clone()), Err(reason)))
    }

    /// Sends the current login to a new session whose hook was given an older one.
    ///
    /// Runs in a task of its own, since it waits for a login switch that other plugins may delay.
    fn send_missed_auth(&self, session: Arc<Session>, auth: &AuthState) {
        if self.runtime.services.auth.current() == *auth {
            return;
        }
        let runtime = Arc::clone(&self.runtime);
        tokio::spawn(async move {
            let shutdown = runtime.shutdown.clone();
            let sent = send_current_auth(&session, &runtime);
            shutdown.run_until_cancelled(sent).await;
        });
    }

    /// Stops a session with its `on_stop`; returns what has gone wrong.
    pub(super) async fn stop_session(&self, session: &Session) -> Option<String> {
        let stopped = session.stop(StopMode::Stop, &self.runtime.shutdown);
        let warning = stopped.await.err();
        if let Some(reason) = &warning {
            self.log(Level::Warn, reason);
        }
        warning
    }
}

async fn send_current_auth(session: &Session, runtime: &Runtime) {
    let auth = &runtime.services.auth;
    let _turn = auth.lock_switch().await;
    session.send_auth(auth.current()).await;
}
