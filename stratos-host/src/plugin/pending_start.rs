//! A start in progress: the program is launched, shakes hands with the shell, and runs its first hook.

use std::sync::Arc;

use stratos_protocol::auth::AuthState;
use stratos_protocol::error::chain;
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;
use tracing::debug;

use crate::event::Event;
use crate::plugin::Runtime;
use crate::process::{Launcher, Program};
use crate::services::Caller;
use crate::session::{Session, StartHook};
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

/// Relation of a new generation to the one that it replaces.
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
    pub(super) runtime: Arc<Runtime>,
}

impl PendingStart {
    pub(super) fn spawn(
        context: LaunchContext,
        program: Program,
        mode: StartMode,
        build_id: Option<u64>,
    ) -> Self {
        let cancelled = context.runtime.shutdown.child_token();
        let generation = context.generation;
        debug!(plugin = context.plugin, generation, ?mode, "start begins");
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
        }
    }
}

async fn start(
    context: LaunchContext,
    program: Program,
    mode: StartMode,
    cancelled: CancellationToken,
) -> StartOutcome {
    let runtime = &context.runtime;
    let launched = context
        .launcher
        .launch(program, runtime.events.clone())
        .await;
    let launched = launched.map_err(|error| chain(&error))?;
    let process = launched.process.clone();
    let run_hook = async {
        let caller = Caller::new(
            context.plugin,
            context.generation,
            context.launcher.folders().clone(),
        );
        let session = Session::open(launched, caller, &runtime.session_context).await?;
        let session = Arc::new(session);
        if mode == StartMode::Fresh {
            runtime.routing.switch_to(Arc::clone(&session));
        }
        let hook = match mode {
            StartMode::Resume => StartHook::Resume,
            StartMode::Fresh | StartMode::Replace | StartMode::Rollback(_) => StartHook::Start,
        };
        let auth = runtime.services.auth.current();
        wait_for_debugger(&session, runtime).await;
        session.start(hook, auth.clone()).await?;
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
async fn wait_for_debugger(session: &Session, runtime: &Runtime) {
    let (Some(pause), Some(pid)) = (runtime.timeouts.debugger(), session.process.pid()) else {
        return;
    };
    let announce = || {
        runtime.events.emit(Event::Attach {
            plugin: session.caller.plugin.clone(),
            generation: session.caller.generation,
            pid,
            debugger: timeouts::debugger_command(pid),
            needs: timeouts::debugger_requirement().map(str::to_owned),
            waits: pause.waits(),
        });
    };
    tokio::select! {
        () = pause.pause(announce) => {}
        // The hook that follows reports how the process ended.
        _ = session.process.wait() => {}
    }
}
