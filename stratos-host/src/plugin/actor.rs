//! Carries out what one plugin is told, one thing after the other.

use std::future;
use std::sync::Arc;

use stratos_protocol::log::Level;
use tokio::sync::{mpsc, oneshot, watch};

use crate::events::Event;
use crate::launch::{Launch, Life, Program};
use crate::plugin::lifecycle::Happening;
use crate::plugin::{PluginError, PluginState, Status};
use crate::session::{Beginning, Ending, Session};
use crate::shell::{Backend, ShellVersion, chain};

/// What a plugin can be told.
#[derive(Debug, Clone, Copy)]
pub(super) enum Command {
    Start,
    Stop,
    Update,
}

/// A command and where its outcome goes.
#[derive(Debug)]
pub(super) struct Order {
    pub(super) command: Command,
    pub(super) reply: oneshot::Sender<Result<(), PluginError>>,
}

/// Why a command was not carried out.
enum Refusal {
    WrongState,
    Failed(String),
}

pub(super) struct Actor {
    id: String,
    launcher: Arc<dyn Launch>,
    backend: Arc<Backend>,
    status: watch::Sender<Status>,
    orders: mpsc::Receiver<Order>,
    session: Option<Arc<Session>>,
    /// What is being started, so that it can be ended when the start is given up.
    arriving: Option<Life>,
    /// The last program that started well, and starts again if its update does not.
    good: Option<Program>,
    generation: u64,
}

impl Actor {
    pub(super) fn new(
        id: String,
        launcher: Arc<dyn Launch>,
        backend: Arc<Backend>,
        status: watch::Sender<Status>,
        orders: mpsc::Receiver<Order>,
    ) -> Self {
        Self {
            id,
            launcher,
            backend,
            status,
            orders,
            session: None,
            arriving: None,
            good: None,
            generation: 0,
        }
    }

    /// Obeys until there is nobody left to give orders, then stops the plugin.
    pub(super) async fn run(mut self) {
        loop {
            let session = self.session.clone();
            let lost = async {
                match session {
                    Some(session) => session.lost().await,
                    None => future::pending().await,
                }
            };
            tokio::select! {
                order = self.orders.recv() => match order {
                    Some(Order { command, reply }) => {
                        let done = self.obey(command).await;
                        // Whoever asked may have gone.
                        let _ = reply.send(done);
                    }
                    None => break,
                },
                how = lost => {
                    self.session = None;
                    self.fail(format!("{how} by itself"));
                }
            }
        }
        if self.session.is_some() {
            // What went wrong has been noted; the shell ends either way.
            let _ = self.stop().await;
        }
    }

    async fn obey(&mut self, command: Command) -> Result<(), PluginError> {
        let ending = self.backend.ending.clone();
        let work = async {
            match command {
                Command::Start => self.start().await,
                Command::Stop => self.stop().await,
                Command::Update => self.update().await,
            }
        };
        let done = tokio::select! {
            done = work => done,
            // A stop is bounded in time and must not be given up.
            () = ending.cancelled(), if !matches!(command, Command::Stop) => {
                Err(Refusal::Failed("was given up: the shell ends".to_owned()))
            }
        };
        if let Some(life) = self.arriving.take() {
            life.end().await;
        }
        let id = self.id.clone();
        done.map_err(|refusal| match refusal {
            Refusal::WrongState => PluginError::WrongState {
                id,
                state: self.state().word(),
            },
            Refusal::Failed(reason) => PluginError::Failed { id, reason },
        })
    }

    async fn start(&mut self) -> Result<(), Refusal> {
        if self.state().after(Happening::Start).is_none() {
            return Err(Refusal::WrongState);
        }
        self.generation += 1;
        self.happens(Happening::Start);
        let started = match self.launcher.prepare(self.generation).await {
            Ok(program) => self.bring_up(program).await,
            Err(error) => Err(chain(&error)),
        };
        started.map_err(|reason| {
            self.fail(reason.clone());
            Refusal::Failed(reason)
        })
    }

    /// Starts a program while nothing else of this plugin runs.
    async fn bring_up(&mut self, program: Program) -> Result<(), String> {
        let session = self.open(&program).await?;
        self.backend.traffic.switch_to(Arc::clone(&session));
        self.begin(&session, Beginning::Start).await?;
        self.good = Some(program);
        self.session = Some(session);
        self.happens(Happening::Started);
        Ok(())
    }

    async fn open(&mut self, program: &Program) -> Result<Arc<Session>, String> {
        let events = self.backend.events.clone();
        let launched = self.launcher.launch(program.clone(), events).await;
        let launched = launched.map_err(|error| chain(&error))?;
        self.arriving = Some(launched.life.clone());
        let session = Session::open(launched, &self.id, self.generation, &self.backend).await?;
        Ok(Arc::new(session))
    }

    async fn begin(&mut self, session: &Session, how: Beginning) -> Result<(), String> {
        let auth = self.backend.login.current();
        let begun = session
            .begin(how, auth.clone(), self.backend.deadlines.start)
            .await;
        if let Err(reason) = begun {
            session.life.end().await;
            return Err(reason);
        }
        self.arriving = None;
        // Whoever switched the login meanwhile may not have reached this session yet.
        let now = self.backend.login.current();
        if now != auth && session.tell_auth(now).await.is_err() {
            self.note(Level::Warn, "did not acknowledge the changed login");
        }
        Ok(())
    }

    async fn stop(&mut self) -> Result<(), Refusal> {
        let Some(session) = self.session.take() else {
            return Err(Refusal::WrongState);
        };
        self.happens(Happening::Stop);
        self.end(&session, Ending::Stop).await;
        self.backend.traffic.clear(&self.id);
        self.happens(Happening::Stopped);
        Ok(())
    }

    async fn end(&self, session: &Session, how: Ending) {
        if let Err(reason) = session.end(how, self.backend.deadlines.stop).await {
            self.note(Level::Warn, reason);
        }
    }

    /// Replaces the running program by its newest version (V1: after an OTA update).
    ///
    /// A build that fails changes nothing.
    async fn update(&mut self) -> Result<(), Refusal> {
        let Some(old) = self.session.clone() else {
            return Err(Refusal::WrongState);
        };
        let next = self.generation + 1;
        let prepared = self.launcher.prepare(next).await;
        let program = prepared.map_err(|error| Refusal::Failed(chain(&error)))?;
        self.generation = next;
        let updated = if old.resumes() && self.backend.version == ShellVersion::V1 {
            self.resume_beside(&old, program).await
        } else {
            self.replace(&old, program).await
        };
        updated.map_err(Refusal::Failed)
    }

    /// The new generation resumes while the old one serves, then takes over in one step.
    async fn resume_beside(&mut self, old: &Session, program: Program) -> Result<(), String> {
        let resumed = async {
            let session = self.open(&program).await?;
            self.begin(&session, Beginning::Resume).await?;
            Ok::<_, String>(session)
        };
        match resumed.await {
            Ok(session) => {
                self.backend.traffic.switch_to(Arc::clone(&session));
                old.fence();
                self.session = Some(session);
                self.good = Some(program);
                self.announce();
                self.note(Level::Info, "was updated: on_resume took over");
                self.end(old, Ending::Retire).await;
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
        self.happens(Happening::Stop);
        self.backend.traffic.hold(&self.id);
        self.end(old, Ending::Stop).await;
        self.happens(Happening::Stopped);
        self.happens(Happening::Start);
        let Err(reason) = self.bring_up_held(program).await else {
            self.note(Level::Info, "was updated: stopped and started");
            return Ok(());
        };
        self.note(Level::Error, format!("the new version {reason}"));
        self.backend.traffic.forget(&self.id, self.generation);
        let Some(good) = self.good.clone() else {
            self.fail(reason.clone());
            return Err(reason);
        };
        self.generation += 1;
        match self.bring_up_held(good).await {
            Ok(()) => Err(format!(
                "was not updated, the last good version was started again: {reason}"
            )),
            Err(again) => {
                self.fail(again);
                Err(reason)
            }
        }
    }

    /// Like [`bring_up`](Self::bring_up), but requests wait until `on_start` has returned.
    async fn bring_up_held(&mut self, program: Program) -> Result<(), String> {
        let session = self.open(&program).await?;
        self.begin(&session, Beginning::Start).await?;
        self.backend.traffic.switch_to(Arc::clone(&session));
        self.good = Some(program);
        self.session = Some(session);
        self.happens(Happening::Started);
        Ok(())
    }

    fn state(&self) -> PluginState {
        self.status.borrow().state.clone()
    }

    /// Moves to the next state, if this can happen now, and tells everybody.
    fn happens(&self, happening: Happening) -> bool {
        let Some(state) = self.state().after(happening) else {
            return false;
        };
        self.status.send_replace(Status {
            state,
            generation: self.generation,
        });
        self.announce();
        true
    }

    fn announce(&self) {
        self.status
            .send_modify(|status| status.generation = self.generation);
        self.backend.events.emit(Event::State {
            plugin: self.id.clone(),
            state: self.state(),
            generation: self.generation,
        });
    }

    fn fail(&self, reason: String) {
        self.backend.traffic.clear(&self.id);
        self.happens(Happening::Failed(reason));
    }

    fn note(&self, level: Level, text: impl Into<String>) {
        self.backend.events.note(&self.id, level, text);
    }
}
