//! Carries out what one plugin is told, one thing after the other.

use std::future;
use std::sync::Arc;

use stratos_protocol::auth::AuthState;
use stratos_protocol::log::Level;
use tokio::sync::{mpsc, oneshot, watch};

use crate::events::Event;
use crate::launch::{Launch, Life, Program};
use crate::plugin::lifecycle::Happening;
use crate::plugin::{PluginError, PluginState, Status};
use crate::session::{Beginning, Ending, Session};
use crate::shell::{Backend, chain};

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

/// What happens to requests while `on_start` runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Requests {
    /// They are passed on as soon as their prefix is registered, as the shell's server does it.
    Flow,
    /// They wait: there was an older version a moment ago, whose clients must not fail.
    Wait,
}

/// Why a command was not carried out.
pub(super) enum Refusal {
    WrongState,
    Failed(String),
}

pub(super) struct Actor {
    pub(super) id: String,
    launcher: Arc<dyn Launch>,
    pub(super) backend: Arc<Backend>,
    status: watch::Sender<Status>,
    orders: mpsc::Receiver<Order>,
    pub(super) session: Option<Arc<Session>>,
    /// What is being started, so that it can be ended when the start is given up.
    arriving: Option<Life>,
    /// The last program that started well, and starts again if its update does not.
    pub(super) good: Option<Program>,
    pub(super) generation: u64,
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
        self.leave().await;
    }

    /// The shell ends: what runs stops in order, and beside it what was on its way is given up.
    async fn leave(&mut self) {
        let arriving = self.arriving.take();
        let give_up = async {
            if let Some(life) = arriving {
                life.end().await;
            }
        };
        let stop = async {
            // What goes wrong is noted; a plugin that does not run needs no stop.
            let _ = self.stop().await;
        };
        tokio::join!(give_up, stop);
        self.backend.traffic.clear(&self.id);
        if self.happens(Happening::Stop) {
            self.happens(Happening::Stopped);
        }
    }

    async fn obey(&mut self, command: Command) -> Result<(), PluginError> {
        let done = match command {
            Command::Start => self.start().await,
            Command::Stop => self.stop().await,
            Command::Update => self.update().await,
        };
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
        let started = match self.prepare().await {
            Ok(program) => self.bring_up(program, Requests::Flow).await,
            Err(reason) => Err(reason),
        };
        started.map_err(|reason| {
            self.fail(reason.clone());
            Refusal::Failed(reason)
        })
    }

    pub(super) async fn prepare(&self) -> Result<Program, String> {
        let prepared = async {
            let program = self.launcher.prepare(self.generation).await;
            program.map_err(|error| chain(&error))
        };
        self.unless_ending(prepared).await
    }

    /// Starts a program while nothing else of this plugin runs.
    pub(super) async fn bring_up(
        &mut self,
        program: Program,
        requests: Requests,
    ) -> Result<(), String> {
        let session = self.open(&program).await?;
        if requests == Requests::Flow {
            self.backend.traffic.switch_to(Arc::clone(&session));
        }
        let told = self.begin(&session, Beginning::Start).await?;
        if requests == Requests::Wait {
            self.backend.traffic.switch_to(Arc::clone(&session));
        }
        self.settle(session, program, told).await;
        self.happens(Happening::Started);
        Ok(())
    }

    pub(super) async fn open(&mut self, program: &Program) -> Result<Arc<Session>, String> {
        let events = self.backend.events.clone();
        let launched = self.launcher.launch(program.clone(), events).await;
        let launched = launched.map_err(|error| chain(&error))?;
        self.arriving = Some(launched.life.clone());
        let opening = Session::open(launched, &self.id, self.generation, &self.backend);
        let opened = self.unless_ending(opening).await;
        opened.map(Arc::new).inspect_err(|_| self.is_gone())
    }

    /// Runs the hook; returns the login that the plugin was told.
    pub(super) async fn begin(
        &mut self,
        session: &Session,
        how: Beginning,
    ) -> Result<AuthState, String> {
        let auth = self.backend.login.current();
        let deadline = self.backend.deadlines.start;
        let hook = async {
            let begun = session.begin(how, auth.clone(), deadline).await;
            if begun.is_err() {
                session.life.end().await;
            }
            begun
        };
        let begun = self.unless_ending(hook).await;
        begun.map(|()| auth).inspect_err(|_| self.is_gone())
    }

    /// What arrived and failed has been ended, unless the shell ends: then [`leave`](Self::leave) does it.
    fn is_gone(&mut self) {
        if !self.backend.ending.is_cancelled() {
            self.arriving = None;
        }
    }

    /// Makes a session that has begun the plugin's own.
    pub(super) async fn settle(
        &mut self,
        session: Arc<Session>,
        program: Program,
        told: AuthState,
    ) {
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

    pub(super) async fn end(&self, session: &Session, how: Ending) {
        if let Err(reason) = session.end(how, self.backend.deadlines.stop).await {
            self.note(Level::Warn, reason);
        }
    }

    fn state(&self) -> PluginState {
        self.status.borrow().state.clone()
    }

    /// Moves to the next state, if this can happen now, and tells everybody.
    pub(super) fn happens(&self, happening: Happening) -> bool {
        let Some(state) = self.state().after(happening) else {
            return false;
        };
        self.tell(state);
        true
    }

    /// Another generation is in the same state.
    pub(super) fn announce(&self) {
        self.tell(self.state());
    }

    /// The event comes first, so that whoever waits for the status has been told by then.
    fn tell(&self, state: PluginState) {
        let generation = self.generation;
        self.backend.events.emit(Event::State {
            plugin: self.id.clone(),
            state: state.clone(),
            generation,
        });
        self.status.send_replace(Status { state, generation });
    }

    pub(super) fn fail(&self, reason: String) {
        self.backend.traffic.clear(&self.id);
        if self.backend.ending.is_cancelled() {
            // It did not fail by itself, and `leave` says the rest.
            return;
        }
        self.happens(Happening::Failed(reason));
    }

    pub(super) fn note(&self, level: Level, text: impl Into<String>) {
        self.backend.events.note(&self.id, level, text);
    }
}
