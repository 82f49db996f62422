//! A start in progress: the program is launched, shakes hands with the shell, and runs its first hook.

use std::sync::Arc;

use stratos_protocol::auth::AuthState;
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

use crate::event::Event;
use crate::process::{Launcher, Program};
use crate::session::{Session, StartHook};
use crate::shell::{Backend, chain};
use crate::timeouts;

/// A start in progress, in a task of its own. Dropping it aborts the task and kills the process.
pub(super) struct PendingStart {
    pub(super) generation: u64,
    pub(super) program: Program,
    pub(super) mode: StartMode,
    /// Latest build that produced this program; callers that wait for this build or an earlier one get its outcome.
    pub(super) build_id: Option<u64>,
    cancelled: CancellationToken,
    task: AbortOnDropHandle<StartOutcome>,
}

/// How a new generation relates to the one it replaces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum StartMode {
    /// No generation was running. Requests are routed to the new one as soon as it registers their prefix, as the
    /// real shell's server does.
    Fresh,
    /// The old generation serves until the new one has resumed.
    Resume,
    /// The old generation has stopped, and requests are held until the new one has started.
    Replace,
    /// The last good program is started again, since its replacement failed for this reason. Requests are held.
    Rollback(String),
}

/// The session and the login that its hook was given, or the reason of the failure.
pub(super) type StartOutcome = Result<(Arc<Session>, AuthState), String>;

/// Parameters of a launch.
pub(super) struct LaunchContext {
    pub(super) plugin: String,
    pub(super) generation: u64,
    pub(super) launcher: Arc<dyn Launcher>,
    pub(super) backend: Arc<Backend>,
}

impl PendingStart {
    pub(super) fn spawn(
        context: LaunchContext,
        program: Program,
        mode: StartMode,
        build_id: Option<u64>,
    ) -> Self {
        let cancelled = context.backend.ending.child_token();
        let generation = context.generation;
        let task = start(context, program.clone(), mode.clone(), cancelled.clone());
        Self {
            generation,
            program,
            mode,
            build_id,
            cancelled,
            task: AbortOnDropHandle::new(tokio::spawn(task)),
        }
    }

    /// Waits for the outcome of the start.
    pub(super) async fn wait(&mut self) -> StartOutcome {
        let outcome = (&mut self.task).await;
        outcome.unwrap_or_else(|_| Err("was lost: a panic in the shell".to_owned()))
    }

    /// Cancels the start, and returns when its process has ended.
    pub(super) async fn cancel(self) {
        self.cancelled.cancel();
        if let Ok(Ok((session, _))) = self.task.await {
            session.process.terminate().await;
            session.over.cancel();
        }
    }
}

async fn start(
    context: LaunchContext,
    program: Program,
    mode: StartMode,
    cancelled: CancellationToken,
) -> StartOutcome {
    let backend = &context.backend;
    let launched = context
        .launcher
        .launch(program, backend.events.clone())
        .await;
    let launched = launched.map_err(|error| chain(&error))?;
    let process = launched.process.clone();
    let run_hook = async {
        let session = Session::open(launched, &context.plugin, context.generation, backend).await?;
        let session = Arc::new(session);
        // Requests that the session received meanwhile fail if the start does.
        let failed = session.over.clone().drop_guard();
        if mode == StartMode::Fresh {
            backend.routing.switch_to(Arc::clone(&session));
        }
        let hook = match mode {
            StartMode::Resume => StartHook::Resume,
            StartMode::Fresh | StartMode::Replace | StartMode::Rollback(_) => StartHook::Start,
        };
        let auth = backend.login.current();
        wait_for_debugger(&session, backend).await;
        let started = session.begin(hook, auth.clone(), backend.timeouts().start);
        started.await?;
        failed.disarm();
        Ok((session, auth))
    };
    let outcome = tokio::select! {
        biased;
        () = cancelled.cancelled() => Err("was cancelled".to_owned()),
        outcome = run_hook => outcome,
    };
    if outcome.is_err() {
        process.terminate().await;
    }
    outcome
}

/// Announces the process to debuggers, and pauses if the shell is told to. Called before the first hook, so that a
/// breakpoint in the hook is hit.
async fn wait_for_debugger(session: &Session, backend: &Backend) {
    let (Some(debugging), Some(pid)) = (&backend.debugging, session.process.pid()) else {
        return;
    };
    let announce = || {
        backend.events.emit(Event::Attach {
            plugin: session.plugin.clone(),
            generation: session.generation,
            pid,
            debugger: timeouts::debugger_command(pid),
            needs: timeouts::debugger_requirement().map(str::to_owned),
            waits: debugging.waits(),
        });
    };
    tokio::select! {
        () = debugging.pause(announce) => {}
        // The hook that follows reports how the process ended.
        _ = session.process.wait() => {}
    }
}
