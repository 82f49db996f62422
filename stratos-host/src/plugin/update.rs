//! How a program is started, and how a new generation takes the place of the one that runs.

use std::sync::Arc;

use stratos_protocol::auth::AuthState;
use stratos_protocol::log::Level;

use crate::debugging;
use crate::events::Event;
use crate::launch::Program;
use crate::plugin::PluginState;
use crate::plugin::actor::Actor;
use crate::session::{Beginning, Ending, Session};
use crate::shell::{ShellVersion, chain};

/// What happens to requests while `on_start` runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Requests {
    /// They are passed on as soon as their prefix is registered, as the shell's server does it.
    Flow,
    /// They wait: there was an older version a moment ago, whose clients must not fail.
    Wait,
}

impl Actor {
    /// Starts a program while nothing of this plugin runs.
    pub(super) async fn launch(&mut self, program: Program) -> Result<(), String> {
        self.bring_up(program, Requests::Flow).await
    }

    /// Replaces the running program (V1: after an OTA update). Something runs also after a failure, or nothing is
    /// left that would.
    pub(super) async fn switch(&mut self, program: Program) -> Result<(), String> {
        let Some(old) = self.session.clone() else {
            return Err("ended during its update".to_owned());
        };
        if old.resumes() && self.backend.version == ShellVersion::V1 {
            self.resume_beside(&old, program).await
        } else {
            self.replace(&old, program).await
        }
    }

    /// The new generation resumes while the old one serves, then takes over in one step.
    async fn resume_beside(&mut self, old: &Session, program: Program) -> Result<(), String> {
        self.generation += 1;
        let resumed = async {
            let session = self.open(&program).await?;
            let told = self.begin(&session, Beginning::Resume).await?;
            Ok::<_, String>((session, told))
        };
        match resumed.await {
            Ok((session, told)) => {
                old.fence();
                self.backend.traffic.switch_to(Arc::clone(&session));
                let replaced = self.good.take();
                self.settle(session, program, told).await;
                self.show(PluginState::Running);
                self.note(Level::Info, "was updated: on_resume took over");
                self.end(old, Ending::Retire).await;
                // Its program may go only now.
                drop(replaced);
                Ok(())
            }
            Err(reason) => {
                self.backend.traffic.forget(&self.id, self.generation);
                Err(format!(
                    "was not updated, the old version still runs: {reason}"
                ))
            }
        }
    }

    /// The old generation stops, then the new one starts; requests wait meanwhile.
    async fn replace(&mut self, old: &Session, program: Program) -> Result<(), String> {
        self.session = None;
        self.show(PluginState::Stopping);
        self.backend.traffic.hold(&self.id);
        // Bounded in time, and done to its end also when the shell ends meanwhile.
        self.end(old, Ending::Stop).await;
        self.show(PluginState::Stopped);
        self.generation += 1;
        self.show(PluginState::Starting);
        let Err(reason) = self.bring_up(program, Requests::Wait).await else {
            self.note(Level::Info, "was updated: stopped and started");
            return Ok(());
        };
        self.backend.traffic.forget(&self.id, self.generation);
        let good = self
            .good
            .clone()
            .filter(|_| !self.backend.ending.is_cancelled());
        let Some(good) = good else {
            return Err(reason);
        };
        self.generation += 1;
        let Err(again) = self.bring_up(good, Requests::Wait).await else {
            return Err(format!(
                "was not updated, the last good version was started again: {reason}"
            ));
        };
        self.note(Level::Error, format!("the new version {reason}"));
        Err(again)
    }

    async fn bring_up(&mut self, program: Program, requests: Requests) -> Result<(), String> {
        let session = self.open(&program).await?;
        if requests == Requests::Flow {
            self.backend.traffic.switch_to(Arc::clone(&session));
        }
        let told = self.begin(&session, Beginning::Start).await?;
        if requests == Requests::Wait {
            self.backend.traffic.switch_to(Arc::clone(&session));
        }
        self.settle(session, program, told).await;
        Ok(())
    }

    async fn open(&mut self, program: &Program) -> Result<Arc<Session>, String> {
        let events = self.backend.events.clone();
        let launched = self.launcher.launch(program.clone(), events).await;
        let launched = launched.map_err(|error| chain(&error))?;
        self.arriving = Some(launched.life.clone());
        let opening = Session::open(launched, &self.id, self.generation, &self.backend);
        let opened = self.unless_ending(opening).await;
        opened.map(Arc::new).inspect_err(|_| self.is_gone())
    }

    /// Runs the hook; returns the login that the plugin was told.
    async fn begin(&mut self, session: &Session, how: Beginning) -> Result<AuthState, String> {
        let auth = self.backend.login.current();
        let deadline = self.backend.patience().start;
        let hook = async {
            self.wait_for_debugger(session).await;
            let begun = session.begin(how, auth.clone(), deadline).await;
            if begun.is_err() {
                session.life.end().await;
            }
            begun
        };
        let begun = self.unless_ending(hook).await;
        begun.map(|()| auth).inspect_err(|_| self.is_gone())
    }

    /// Before any code of the author's hook, so that a breakpoint in it is hit.
    async fn wait_for_debugger(&self, session: &Session) {
        let (Some(debugging), Some(pid)) = (&self.backend.debugging, session.life.pid()) else {
            return;
        };
        let tell = || {
            self.backend.events.emit(Event::Attach {
                plugin: self.id.clone(),
                generation: session.generation,
                pid,
                debugger: debugging::command(pid),
                needs: debugging::needs().map(str::to_owned),
                waits: debugging.waits(),
            });
        };
        tokio::select! {
            () = debugging.pause(tell) => {}
            // The hook says how.
            _ = session.life.ended() => {}
        }
    }

    /// What arrived and failed has been ended, unless the shell ends: then [`leave`](Self::leave) does it.
    fn is_gone(&mut self) {
        if !self.backend.ending.is_cancelled() {
            self.arriving = None;
        }
    }

    /// Makes a session that has begun the plugin's own.
    async fn settle(&mut self, session: Arc<Session>, program: Program, told: AuthState) {
        self.arriving = None;
        self.good = Some(program);
        self.session = Some(Arc::clone(&session));
        // Whoever switched the login while the session was on its way has not reached it.
        let catch_up = async {
            let _turn = self.backend.switching.lock().await;
            let now = self.backend.login.current();
            if now != told && session.tell_auth(now).await.is_err() {
                self.note(Level::Warn, "did not acknowledge the changed login");
            }
            Ok(())
        };
        // Given up with the shell's end, which makes any login meaningless.
        let _ = self.unless_ending(catch_up).await;
    }

    /// Gives up what may take long when the shell ends.
    async fn unless_ending<T>(
        &self,
        work: impl Future<Output = Result<T, String>>,
    ) -> Result<T, String> {
        tokio::select! {
            done = work => done,
            () = self.backend.ending.cancelled() => Err("was given up: the shell ends".to_owned()),
        }
    }
}
