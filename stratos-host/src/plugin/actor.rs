//! Carries out what follows from what happens to one plugin, one thing after the other.

use std::collections::VecDeque;
use std::future;
use std::sync::Arc;
use std::time::Duration;

use stratos_protocol::log::Level;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::{Instant, sleep_until};

use crate::events::Event;
use crate::launch::{Launch, Life, Program};
use crate::plugin::build::{Builds, Prepared};
use crate::plugin::lifecycle::{Action, Happening, Lifecycle, Which};
use crate::plugin::{BuildStatus, Changes, PluginError, PluginState, Status};
use crate::session::{Ending, Session};
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
    pub(super) reply: Reply,
}

pub(super) type Reply = oneshot::Sender<Result<(), PluginError>>;

/// What reaches a plugin from outside.
#[derive(Debug)]
pub(super) struct Inbox {
    pub(super) orders: mpsc::Receiver<Order>,
    pub(super) changes: watch::Receiver<Changes>,
}

/// Whoever asked for a start or an update waits for the outcome of this build, or of a later one.
struct Waiting {
    round: u64,
    reply: Reply,
}

pub(super) struct Actor {
    pub(super) id: String,
    pub(super) launcher: Arc<dyn Launch>,
    pub(super) backend: Arc<Backend>,
    status: watch::Sender<Status>,
    inbox: Inbox,
    lifecycle: Lifecycle,
    builds: Builds,
    /// The newest program does not run, and no build is under way that could change it.
    broken: bool,
    /// The changes, as far as they have been seen.
    seen: Changes,
    /// When the oldest change was seen that does not run yet.
    changed: Option<Instant>,
    retry: Option<Instant>,
    waiting: Vec<Waiting>,
    /// What came of a build, for whoever waits for it.
    verdict: Option<(u64, Result<(), String>)>,
    pub(super) session: Option<Arc<Session>>,
    /// What is being started, so that it can be ended when the start is given up.
    pub(super) arriving: Option<Life>,
    /// What was built last and has not been started.
    newest: Option<Program>,
    /// The last program that started well, and starts again if its update does not.
    pub(super) good: Option<Program>,
    pub(super) generation: u64,
}

/// What the loop waits for.
enum Next {
    Order(Order),
    Changed,
    Built(Prepared),
    Lost(String),
    Due,
    Close,
}

impl Actor {
    pub(super) fn new(
        id: String,
        launcher: Arc<dyn Launch>,
        backend: Arc<Backend>,
        status: watch::Sender<Status>,
        inbox: Inbox,
    ) -> Self {
        Self {
            builds: Builds::new(id.clone(), Arc::clone(&launcher), backend.events.clone()),
            lifecycle: Lifecycle::new(backend.supervise),
            id,
            launcher,
            backend,
            status,
            inbox,
            broken: false,
            seen: Changes::default(),
            changed: None,
            retry: None,
            waiting: Vec::new(),
            verdict: None,
            session: None,
            arriving: None,
            newest: None,
            good: None,
            generation: 0,
        }
    }

    /// Obeys until there is nobody left to give orders, then stops the plugin.
    pub(super) async fn run(mut self) {
        loop {
            match self.next().await {
                Next::Order(order) => self.obey(order).await,
                Next::Changed => self.sources_changed().await,
                Next::Built(prepared) => self.built(prepared).await,
                Next::Lost(how) => self.lost(how).await,
                Next::Due => {
                    self.retry = None;
                    self.happens(Happening::Due).await;
                }
                Next::Close => break,
            }
        }
        self.leave().await;
    }

    async fn next(&mut self) -> Next {
        let (session, retry) = (self.session.clone(), self.retry);
        let lost = async {
            match session {
                Some(session) => session.lost().await,
                None => future::pending().await,
            }
        };
        let due = async {
            match retry {
                Some(at) => sleep_until(at).await,
                None => future::pending().await,
            }
        };
        tokio::select! {
            // A crash first: what else is decided depends on it.
            biased;
            how = lost => Next::Lost(how),
            order = self.inbox.orders.recv() => order.map_or(Next::Close, Next::Order),
            Ok(()) = self.inbox.changes.changed() => Next::Changed,
            prepared = self.builds.ended() => Next::Built(prepared),
            () = due => Next::Due,
        }
    }

    async fn obey(&mut self, order: Order) {
        let Order { command, reply } = order;
        let happening = match command {
            Command::Start => Happening::Start,
            Command::Stop => Happening::Stop,
            Command::Update => Happening::Update,
        };
        let state = self.lifecycle.state().word();
        if !self.happens(happening).await {
            let id = self.id.clone();
            // Whoever asked may have gone, here and below.
            let _ = reply.send(Err(PluginError::WrongState { id, state }));
            return;
        }
        match command {
            Command::Stop => {
                self.answer(u64::MAX, &Err("was stopped".to_owned()));
                let _ = reply.send(Ok(()));
            }
            Command::Start | Command::Update => {
                let round = self.builds.round + u64::from(self.lifecycle.is_stale());
                self.waiting.push(Waiting { round, reply });
            }
        }
    }

    async fn lost(&mut self, how: String) {
        self.session = None;
        if !self.backend.ending.is_cancelled() {
            let reason = format!("{how} by itself");
            self.happens(Happening::Crashed(reason)).await;
        }
    }

    async fn sources_changed(&mut self) {
        let now = *self.inbox.changes.borrow_and_update();
        let before = std::mem::replace(&mut self.seen, now);
        if now.all == before.all {
            // The manifest is broken, or repaired to what it was.
            self.tell();
            return;
        }
        let by_build = now.by_people == before.by_people;
        let follows = self.happens(Happening::Changed { by_build }).await;
        if follows && !by_build && self.builds.is_under_way() {
            self.changed.get_or_insert_with(Instant::now);
        }
    }

    async fn built(&mut self, prepared: Prepared) {
        let same = match &prepared {
            Ok(newest) => self.runs(newest).await,
            Err(_) => false,
        };
        self.builds.report(&prepared, same, self.session.is_some());
        let round = self.builds.round;
        match prepared {
            Ok(program) => {
                self.newest = Some(program);
                self.broken = false;
                self.happens(Happening::Built { same }).await;
                if same && !self.builds.is_under_way() {
                    self.changed = None;
                }
            }
            Err(error) => {
                self.broken = true;
                let reason = chain(&error);
                let follows = self.lifecycle.is_stale();
                if !follows && self.session.is_some() && !self.launcher.builds() {
                    self.note(Level::Error, format!("was not updated: {reason}"));
                }
                self.happens(Happening::NotBuilt(reason.clone())).await;
                if !follows {
                    // The time until somebody has repaired it is not ours.
                    self.changed = None;
                    self.answer(round, &Err(reason));
                }
            }
        }
    }

    /// Whether this is the very program that runs.
    async fn runs(&self, newest: &Program) -> bool {
        match (&self.session, &self.good) {
            (Some(_), Some(good)) => newest.is_same_as(good).await,
            _ => false,
        }
    }

    /// The shell ends: what runs stops in order, and beside it what was on its way is given up.
    async fn leave(&mut self) {
        let arriving = self.arriving.take();
        let give_up = async {
            if let Some(life) = arriving {
                life.end().await;
            }
        };
        let stop = self.happens(Happening::Close);
        tokio::join!(give_up, stop);
        self.answer(u64::MAX, &Err("was given up: the shell ends".to_owned()));
        self.backend.traffic.clear(&self.id);
    }

    /// Decides and acts; false where this cannot happen now.
    async fn happens(&mut self, happening: Happening) -> bool {
        let Some(actions) = self.decide(happening) else {
            return false;
        };
        let mut todo = VecDeque::from(actions);
        while let Some(action) = todo.pop_front() {
            if let Some(outcome) = self.act(action).await {
                todo.extend(self.decide(outcome).into_iter().flatten());
            }
            // Only now does everybody see what whoever asked is told.
            if let Some((round, verdict)) = self.verdict.take() {
                self.answer(round, &verdict);
            }
        }
        // Whether a build is under way is part of it.
        self.tell();
        true
    }

    fn decide(&mut self, happening: Happening) -> Option<Vec<Action>> {
        let now = Instant::now().into_std();
        let started = *self.lifecycle.state() == PluginState::Starting;
        let actions = self.lifecycle.step(happening, now, chance())?;
        if !started && *self.lifecycle.state() == PluginState::Starting {
            self.generation += 1;
        }
        match self.lifecycle.state() {
            PluginState::Running | PluginState::Starting | PluginState::Stopping => {}
            // It serves nobody, and its prefixes are free.
            _ => self.backend.traffic.clear(&self.id),
        }
        match self.lifecycle.state() {
            PluginState::BackingOff { .. } => {}
            _ => self.retry = None,
        }
        self.tell();
        Some(actions)
    }

    /// Does it, and says what came of it where that is not known by itself.
    async fn act(&mut self, action: Action) -> Option<Happening> {
        match action {
            Action::Build => self.builds.begin(),
            Action::GiveUpBuild => self.builds.give_up(),
            Action::Wait(delay) => self.wait(delay),
            Action::End => {
                // An update that the shell's end cut short has ended it already.
                if let Some(session) = self.session.take() {
                    self.end(&session, Ending::Stop).await;
                }
                return Some(Happening::Stopped);
            }
            Action::Launch(Which::LastGood) => {
                let started = self.launch(self.good.clone()?).await;
                return self.unless_over(match started {
                    Ok(()) => Happening::Started,
                    Err(reason) => Happening::NotStarted(reason),
                });
            }
            Action::Launch(Which::Newest) => {
                let newest = self.newest.take()?;
                let started = self.launch(newest).await;
                return self.tried(started.map(|()| Happening::Started));
            }
            Action::Switch => {
                let newest = self.newest.take()?;
                let switched = self.switch(newest).await;
                return self.tried(switched.map(|()| Happening::Switched));
            }
        }
        None
    }

    /// What the start of the newest program means.
    fn tried(&mut self, outcome: Result<Happening, String>) -> Option<Happening> {
        // A build that has begun meanwhile is another round.
        let follows = self.builds.is_under_way();
        let round = self.builds.round - u64::from(follows);
        self.verdict = Some((round, outcome.as_ref().map(drop).map_err(Clone::clone)));
        self.broken = outcome.is_err();
        let changed = self.changed.take();
        self.changed = changed.filter(|_| follows).map(|_| Instant::now());
        match outcome {
            Ok(happening) => {
                if let Some(changed) = changed {
                    self.reloaded(changed.elapsed());
                }
                Some(happening)
            }
            Err(reason) if self.session.is_some() => {
                self.note(Level::Error, reason);
                self.unless_over(Happening::Kept)
            }
            Err(reason) => self.unless_over(Happening::NotStarted(reason)),
        }
    }

    /// What was given up because the shell ends did not fail by itself, and [`leave`](Self::leave) does the rest.
    fn unless_over(&self, happening: Happening) -> Option<Happening> {
        (!self.backend.ending.is_cancelled()).then_some(happening)
    }

    fn reloaded(&self, time: Duration) {
        self.backend.events.emit(Event::Reload {
            plugin: self.id.clone(),
            generation: self.generation,
            ms: u64::try_from(time.as_millis()).unwrap_or(u64::MAX),
        });
    }

    fn wait(&mut self, delay: Duration) {
        self.retry = Some(Instant::now() + delay);
    }

    /// Tells whoever waits for this build or an earlier one.
    fn answer(&mut self, round: u64, outcome: &Result<(), String>) {
        let answered = self
            .waiting
            .extract_if(.., |waiting| waiting.round <= round);
        for Waiting { reply, .. } in answered {
            let outcome = outcome.clone().map_err(|reason| PluginError::Failed {
                id: self.id.clone(),
                reason,
            });
            let _ = reply.send(outcome);
        }
    }

    pub(super) async fn end(&self, session: &Session, how: Ending) {
        // Whoever debugs it may take as long as they like, until the shell ends.
        let cut_short = async {
            match &self.backend.debugging {
                Some(_) if !self.backend.ending.is_cancelled() => {
                    self.backend.ending.cancelled().await;
                }
                _ => future::pending().await,
            }
        };
        let ended = tokio::select! {
            ended = session.end(how) => ended,
            () = cut_short => Err(format!("{}: the shell ends", session.life.end().await)),
        };
        if let Err(reason) = ended {
            self.note(Level::Warn, reason);
        }
    }

    /// Tells everybody where something is new.
    fn tell(&self) {
        self.show(self.lifecycle.state().clone());
    }

    /// The event comes first, so that whoever waits for the status has been told by then.
    pub(super) fn show(&self, state: PluginState) {
        let status = Status {
            generation: match (&state, &self.session) {
                // What failed to take its place had a number of its own.
                (PluginState::Running, Some(session)) => session.generation,
                _ => self.generation,
            },
            state,
            build: match (
                self.builds.is_under_way(),
                self.broken || self.seen.is_blocked,
            ) {
                (true, _) => Some(BuildStatus::Building),
                (false, true) => Some(BuildStatus::Failed),
                (false, false) => None,
            },
        };
        let before = self.status.borrow().clone();
        if (&before.state, before.generation) != (&status.state, status.generation) {
            self.backend.events.emit(Event::State {
                plugin: self.id.clone(),
                state: status.state.clone(),
                generation: status.generation,
            });
        }
        self.status.send_replace(status);
    }

    pub(super) fn note(&self, level: Level, text: impl Into<String>) {
        self.backend.events.note(&self.id, level, text);
    }
}

/// Evenly spread over 0 to 1.
fn chance() -> f64 {
    let random = getrandom::u32().unwrap_or(u32::MAX / 2);
    f64::from(random) / f64::from(u32::MAX)
}
