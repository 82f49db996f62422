//! Carries out what follows from what happens to one plugin, one thing after the other.

use std::collections::VecDeque;
use std::future;
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;

use stratos_protocol::logger::Level;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::{Instant, sleep_until};

use crate::events::Event;
use crate::plugin::arrival::{Arrival, Arrived, Way};
use crate::plugin::build::{Builds, Prepared};
use crate::plugin::lifecycle::{Action, Happening, Lifecycle, Which};
use crate::plugin::retirements::Retirements;
use crate::plugin::{BuildStatus, Changes, PluginError, PluginState, Status};
use crate::process::{Launcher, Program};
use crate::session::Session;
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
    pub(super) launcher: Arc<dyn Launcher>,
    pub(super) backend: Arc<Backend>,
    status: watch::Sender<Status>,
    inbox: Inbox,
    lifecycle: Lifecycle,
    pub(super) builds: Builds,
    /// The newest program does not run, and no build is under way that could change it.
    pub(super) broken: bool,
    /// The changes, as far as they have been seen.
    seen: Changes,
    /// When the oldest change was seen that does not run yet.
    pub(super) changed: Option<Instant>,
    retry: Option<Instant>,
    waiting: Vec<Waiting>,
    pub(super) session: Option<Arc<Session>>,
    pub(super) arrival: Option<Arrival>,
    pub(super) retirements: Retirements,
    /// What was built last and has not been started.
    newest: Option<Program>,
    /// The last program that started well, and starts again if its update does not.
    pub(super) good: Option<Program>,
    pub(super) generation: u64,
    /// The last generation that was launched.
    pub(super) launched: u64,
}

/// What the loop waits for.
enum Next {
    Order(Order),
    Changed,
    Built(Prepared),
    Arrived(Arrived),
    Lost(String),
    Due,
    Close,
}

impl Actor {
    pub(super) fn new(
        id: String,
        launcher: Arc<dyn Launcher>,
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
            session: None,
            arrival: None,
            retirements: Retirements::default(),
            newest: None,
            good: None,
            generation: 0,
            launched: 0,
        }
    }

    /// Obeys until there is nobody left to give orders, then stops the plugin.
    pub(super) async fn run(mut self) {
        loop {
            match self.next().await {
                Next::Order(order) => self.obey(order).await,
                Next::Changed => self.sources_changed().await,
                Next::Built(prepared) => self.built(prepared).await,
                Next::Arrived(outcome) => self.arrived(outcome).await,
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
        let arrived = async {
            match &mut self.arrival {
                Some(arrival) => arrival.ended().await,
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
            outcome = arrived => Next::Arrived(outcome),
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
                self.answer(0..=u64::MAX, &Err("was stopped".to_owned()));
                let _ = reply.send(Ok(()));
            }
            Command::Start | Command::Update => {
                let round = self.builds.round + u64::from(self.lifecycle.is_stale());
                self.waiting.push(Waiting { round, reply });
            }
        }
    }

    async fn lost(&mut self, reason: String) {
        self.session = None;
        if self.backend.ending.is_cancelled() {
            return;
        }
        if self.arrival.is_some() {
            self.backend.traffic.hold(&self.id);
            let text = format!("{reason}, while its newer version is on its way");
            self.note(Level::Error, text);
        }
        self.happens(Happening::Crashed(reason)).await;
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
            Ok(newest) => self.is_there(newest).await,
            Err(_) => false,
        };
        self.builds.report(&prepared, same, self.session.is_some());
        let round = self.builds.round;
        match prepared {
            Ok(program) => {
                self.newest = Some(program);
                self.broken = false;
                if let Some(arrival) = self.arrival.as_mut().filter(|_| same) {
                    arrival.round = Some(round);
                }
                self.happens(Happening::Built { same }).await;
                if same && self.arrival.is_none() && !self.builds.is_under_way() {
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
                    // What is on its way is about an earlier build.
                    let arriving = self.arrival.as_ref().and_then(|arrival| arrival.round);
                    let first = arriving.map_or(0, |round| round + 1);
                    self.answer(first..=round, &Err(reason));
                }
            }
        }
    }

    /// Whether this is the very program that is on its way, or else the one that runs.
    async fn is_there(&self, newest: &Program) -> bool {
        match (&self.arrival, &self.session, &self.good) {
            (Some(arrival), ..) => {
                !matches!(arrival.way, Way::Back(_)) && newest.is_same_as(&arrival.program).await
            }
            (None, Some(_), Some(good)) => newest.is_same_as(good).await,
            _ => false,
        }
    }

    /// The last build that has ended.
    pub(super) fn last_ended(&self) -> u64 {
        self.builds.round - u64::from(self.builds.is_under_way())
    }

    /// The shell ends: what runs stops in order, and beside it what was on its way is given up.
    async fn leave(&mut self) {
        self.happens(Happening::Close).await;
        // What was replaced may be left where nothing runs any more.
        self.kill_all().await;
        let reason = "was given up: the shell ends".to_owned();
        self.answer(0..=u64::MAX, &Err(reason));
        self.backend.traffic.clear(&self.id);
    }

    /// Ends every generation: the running one is stopped, the arriving one given up, the replaced ones are retired.
    async fn kill_all(&mut self) {
        let (session, arrival) = (self.session.take(), self.arrival.take());
        let mut retirements = std::mem::take(&mut self.retirements);
        let stop = async {
            if let Some(session) = session {
                self.stop(&session).await;
            }
        };
        let give_up = async {
            if let Some(arrival) = arrival {
                arrival.give_up().await;
            }
        };
        tokio::join!(stop, give_up, retirements.end());
    }

    /// Decides and acts; false where this cannot happen now.
    pub(super) async fn happens(&mut self, happening: Happening) -> bool {
        let Some(actions) = self.decide(happening) else {
            return false;
        };
        let mut todo = VecDeque::from(actions);
        while let Some(action) = todo.pop_front() {
            if let Some(outcome) = self.act(action).await {
                todo.extend(self.decide(outcome).into_iter().flatten());
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
                self.kill_all().await;
                return Some(Happening::Stopped);
            }
            Action::Launch(Which::LastGood) => {
                let good = self.good.clone()?;
                self.launch(good, None).await;
            }
            Action::Launch(Which::Newest) => {
                let newest = self.newest.take()?;
                let round = self.last_ended();
                self.launch(newest, Some(round)).await;
            }
            Action::Switch => {
                let newest = self.newest.take()?;
                self.switch(newest).await;
            }
        }
        None
    }

    pub(super) fn reloaded(&self, time: Duration) {
        self.backend.events.emit(Event::Reload {
            plugin: self.id.clone(),
            generation: self.generation,
            ms: u64::try_from(time.as_millis()).unwrap_or(u64::MAX),
        });
    }

    fn wait(&mut self, delay: Duration) {
        self.retry = Some(Instant::now() + delay);
    }

    /// Tells whoever waits for one of these builds.
    pub(super) fn answer(&mut self, rounds: RangeInclusive<u64>, outcome: &Result<(), String>) {
        let answered = self
            .waiting
            .extract_if(.., |waiting| rounds.contains(&waiting.round));
        for Waiting { reply, .. } in answered {
            let outcome = outcome.clone().map_err(|reason| PluginError::Failed {
                id: self.id.clone(),
                reason,
            });
            let _ = reply.send(outcome);
        }
    }

    /// Tells everybody where something is new.
    pub(super) fn tell(&self) {
        self.show(match self.lifecycle.state() {
            // It has made way for what is on its way.
            PluginState::Running if self.session.is_none() => PluginState::Starting,
            state => state.clone(),
        });
    }

    /// The event comes first, so that whoever waits for the status has been told by then.
    pub(super) fn show(&self, state: PluginState) {
        let takes_over = self.session.is_some() && self.arrival.is_some();
        let status = Status {
            generation: match (&state, &self.session) {
                // What failed to take its place had a number of its own.
                (PluginState::Running, Some(session)) => session.generation,
                _ => self.generation,
            },
            state,
            build: match (
                self.builds.is_under_way() || takes_over,
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
