//! A program on its way: launched, greeting the shell, and in its first hook.

use std::future;
use std::sync::Arc;

use stratos_protocol::auth::AuthState;
use stratos_transport::guard::Guard;
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

use crate::events::Event;
use crate::process::{Launcher, Program};
use crate::session::{Beginning, Session};
use crate::shell::{Backend, chain};
use crate::timeouts;

/// A program on its way. It goes on by itself, and ends with this value.
pub(super) struct Arrival {
    pub(super) generation: u64,
    pub(super) program: Program,
    pub(super) way: Way,
    /// The last build that made this program, for whoever waits for that one.
    pub(super) round: Option<u64>,
    given_up: CancellationToken,
    task: AbortOnDropHandle<Arrived>,
}

/// What it finds in its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Way {
    /// Nothing. Requests are passed on as soon as their prefix is registered, as the shell's server does it.
    Start,
    /// The old generation, which serves until this one has resumed.
    Beside,
    /// The old generation has stopped. Requests wait: their clients must not fail.
    Instead,
    /// The same, and its own successor did not start for this reason.
    Back(String),
}

/// A session that has begun and the login that it was told, or why there is none.
pub(super) type Arrived = Result<(Arc<Session>, AuthState), String>;

/// Who arrives, and where.
pub(super) struct Newcomer {
    pub(super) plugin: String,
    pub(super) generation: u64,
    pub(super) launcher: Arc<dyn Launcher>,
    pub(super) backend: Arc<Backend>,
}

impl Arrival {
    pub(super) fn begin(who: Newcomer, program: Program, way: Way, round: Option<u64>) -> Self {
        let given_up = who.backend.ending.child_token();
        let generation = who.generation;
        let task = arrive(who, program.clone(), way.clone(), given_up.clone());
        Self {
            generation,
            program,
            way,
            round,
            given_up,
            task: AbortOnDropHandle::new(tokio::spawn(task)),
        }
    }

    /// Waits until it has arrived, or has ended.
    pub(super) async fn ended(&mut self) -> Arrived {
        let ended = (&mut self.task).await;
        ended.unwrap_or_else(|_| Err("was lost: a panic in the shell".to_owned()))
    }

    /// Ends it; returns when nothing is left of it.
    pub(super) async fn give_up(self) {
        self.given_up.cancel();
        if let Ok(Ok((session, _))) = self.task.await {
            session.process.terminate().await;
            session.over.cancel();
        }
    }
}

async fn arrive(who: Newcomer, program: Program, way: Way, given_up: CancellationToken) -> Arrived {
    let backend = &who.backend;
    let launched = who.launcher.launch(program, backend.events.clone()).await;
    let launched = launched.map_err(|error| chain(&error))?;
    let process = launched.process.clone();
    let begin = async {
        let session = Session::open(launched, &who.plugin, who.generation, backend).await?;
        let session = Arc::new(session);
        // What it was asked meanwhile has an end if it does not arrive.
        let failed = session.over.clone().drop_guard();
        if way == Way::Start {
            backend.traffic.switch_to(Arc::clone(&session));
        }
        let how = match way {
            Way::Beside => Beginning::Resume,
            Way::Start | Way::Instead | Way::Back(_) => Beginning::Start,
        };
        let auth = backend.login.current();
        wait_for_debugger(&session, backend).await;
        let begun = session.begin(how, auth.clone(), backend.timeouts().start);
        begun.await?;
        failed.disarm();
        Ok((session, auth))
    };
    let over = async {
        given_up.cancelled().await;
        if !Guard::GiveUp.is_on() {
            future::pending::<()>().await;
        }
    };
    let arrived = tokio::select! {
        biased;
        () = over => Err("was given up".to_owned()),
        arrived = begin => arrived,
    };
    if arrived.is_err() {
        process.terminate().await;
    }
    arrived
}

/// Before any code of the author's hook, so that a breakpoint in it is hit.
async fn wait_for_debugger(session: &Session, backend: &Backend) {
    let (Some(debugging), Some(pid)) = (&backend.debugging, session.process.pid()) else {
        return;
    };
    let tell = || {
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
        () = debugging.pause(tell) => {}
        // The hook says how.
        _ = session.process.wait() => {}
    }
}
