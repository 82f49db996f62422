//! How a program is started, and how a new generation takes the place of the one that runs.

use std::sync::Arc;

use stratos_protocol::auth::AuthState;
use stratos_protocol::logger::Level;
use stratos_transport::guard::Guard;
use tokio::time::Instant;

use crate::config::ShellVersion;
use crate::plugin::PluginState;
use crate::plugin::actor::Actor;
use crate::plugin::arrival::{Arrival, Arrived, Newcomer, Way};
use crate::plugin::lifecycle::Happening;
use crate::process::Program;
use crate::session::{Ending, Session};
use crate::shell::Backend;

/// What an arrival means for the plugin, and what whoever waits for it is told.
type Meaning = (Happening, Result<(), String>);

impl Actor {
    /// Begins to start a program while nothing of this plugin runs.
    pub(super) async fn launch(&mut self, program: Program, round: Option<u64>) {
        self.bring(program, Way::Start, round).await;
    }

    /// Begins to replace the running program (V1: after an OTA update).
    pub(super) async fn switch(&mut self, program: Program) {
        self.give_up_arrival().await;
        let can_resume =
            |old: &Arc<Session>| old.resumes() && self.backend.version == ShellVersion::V1;
        let way = match self.session.take_if(|old| !can_resume(old)) {
            Some(old) => {
                self.make_way(&old).await;
                Way::Instead
            }
            None if self.session.is_some() => Way::Beside,
            // The old one has stopped already, for another update or because it crashed.
            None => Way::Instead,
        };
        let round = self.last_ended();
        self.bring(program, way, Some(round)).await;
    }

    /// Carries on after the arrival of a program.
    pub(super) async fn arrived(&mut self, outcome: Arrived) {
        let Some(arrival) = self.arrival.take() else {
            return;
        };
        let round = arrival.round;
        let (happening, verdict) = match outcome {
            Ok((session, told)) => self.take_over(arrival, session, told).await,
            // What was given up because the shell ends did not fail by itself, and `leave` does the rest.
            Err(_) if self.backend.ending.is_cancelled() => return,
            Err(reason) => match self.turn_back(arrival, reason).await {
                Some(meaning) => meaning,
                None => return,
            },
        };
        if happening == Happening::Kept
            && let Err(reason) = &verdict
        {
            self.note(Level::Error, reason);
        }
        if round == Some(self.last_ended()) {
            self.broken = verdict.is_err();
        }
        let changed = round.and_then(|_| self.changed.take());
        // A build that has begun meanwhile is about another change.
        let follows = changed.filter(|_| self.builds.is_under_way());
        self.changed = self.changed.or(follows.map(|_| Instant::now()));
        if let (Some(changed), Ok(())) = (changed, &verdict) {
            self.reloaded(changed.elapsed());
        }
        self.happens(happening).await;
        // Only now does everybody see what whoever asked is told.
        if let Some(round) = round {
            self.answer(0..=round, &verdict);
        }
    }

    /// Ends what is on its way, if anything is.
    async fn give_up_arrival(&mut self) {
        let Some(arrival) = self.arrival.take() else {
            return;
        };
        let (traffic, generation) = (&self.backend.traffic, arrival.generation);
        if arrival.way == Way::Start {
            traffic.clear(&self.id);
        }
        arrival.give_up().await;
        traffic.forget(&self.id, generation);
    }

    async fn bring(&mut self, program: Program, way: Way, round: Option<u64>) {
        self.give_up_arrival().await;
        if self.backend.ending.is_cancelled() {
            return;
        }
        // Every launch has a number of its own.
        if self.launched == self.generation {
            self.generation += 1;
        }
        self.launched = self.generation;
        let who = Newcomer {
            plugin: self.id.clone(),
            generation: self.generation,
            launcher: Arc::clone(&self.launcher),
            backend: Arc::clone(&self.backend),
        };
        self.arrival = Some(Arrival::begin(who, program, way, round));
        self.tell();
    }

    /// The old generation stops, and requests wait. Bounded in time, and done to its end also when the shell ends.
    async fn make_way(&mut self, old: &Session) {
        self.show(PluginState::Stopping);
        if Guard::Hold.is_on() {
            self.backend.traffic.hold(&self.id);
        } else {
            self.backend.traffic.clear(&self.id);
        }
        self.stop(old).await;
        self.show(PluginState::Stopped);
    }

    /// What arrived becomes what runs.
    async fn take_over(
        &mut self,
        arrival: Arrival,
        session: Arc<Session>,
        told: AuthState,
    ) -> Meaning {
        let Arrival { program, way, .. } = arrival;
        let (old, replaced) = (self.session.take(), self.good.take());
        if let Some(old) = &old {
            old.fence();
        }
        if way != Way::Start {
            self.backend.traffic.switch_to(Arc::clone(&session));
        }
        self.settle(session, program, &told);
        if let Some(old) = old {
            self.retirements.begin(old, replaced, &self.backend);
        }
        match way {
            Way::Start => (Happening::Started, Ok(())),
            Way::Beside => {
                self.tell();
                self.note(Level::Info, "was updated: on_resume took over");
                (Happening::Switched, Ok(()))
            }
            Way::Instead => {
                self.note(Level::Info, "was updated: stopped and started");
                (Happening::Switched, Ok(()))
            }
            Way::Back(reason) => {
                let reason =
                    format!("was not updated, the last good version was started again: {reason}");
                (Happening::Kept, Err(reason))
            }
        }
    }

    /// What became of a program that did not arrive; `None` where another is on its way instead.
    async fn turn_back(&mut self, arrival: Arrival, reason: String) -> Option<Meaning> {
        self.backend.traffic.forget(&self.id, arrival.generation);
        match (arrival.way, self.good.clone()) {
            (Way::Beside, _) if self.session.is_some() => {
                let reason = format!("was not updated, the old version still runs: {reason}");
                return Some((Happening::Kept, Err(reason)));
            }
            (Way::Instead, Some(good)) => {
                self.bring(good, Way::Back(reason), arrival.round).await;
                return None;
            }
            (Way::Back(first), _) => {
                self.note(Level::Error, format!("the new version {first}"));
            }
            (Way::Start | Way::Beside | Way::Instead, _) => {}
        }
        Some((Happening::NotStarted(reason.clone()), Err(reason)))
    }

    /// Makes a session that has begun the plugin's own.
    fn settle(&mut self, session: Arc<Session>, program: Program, told: &AuthState) {
        self.good = Some(program);
        self.session = Some(Arc::clone(&session));
        if self.backend.login.current() != *told {
            // Whoever switched the login while the session was on its way has not reached it. Beside, since other
            // plugins may take their time with it.
            let backend = Arc::clone(&self.backend);
            tokio::spawn(async move {
                let ending = backend.ending.clone();
                ending
                    .run_until_cancelled(catch_up(&session, &backend))
                    .await;
            });
        }
    }

    /// Ends a session, with its `on_stop`.
    pub(super) async fn stop(&self, session: &Session) {
        let hurry = &self.backend.ending;
        let ended = session.end(Ending::Stop, hurry);
        if let Err(reason) = ended.await {
            self.note(Level::Warn, reason);
        }
    }
}

async fn catch_up(session: &Session, backend: &Backend) {
    // Switches follow one another.
    let _turn = backend.switching.lock().await;
    let now = backend.login.current();
    if session.tell_auth(now).await.is_err() {
        let text = "did not acknowledge the changed login";
        backend.events.note(&session.plugin, Level::Warn, text);
    }
}
