//! The pilot's side of a flight in tests.

use std::panic::Location;
use std::sync::Arc;

use stratos_flight::{Command, FlightSetup, LandingWishes};
use stratos_host::control::ControlError;
use stratos_host::event::{Entry, Event, FlightChange};
use stratos_host::remote::{FlightCommand, FlightInfo, FlightRequest};
use stratos_protocol::flight_log::FlightLogEvent;
use stratos_protocol::flight_state::Phase;
use stratos_protocol::landing::LandingKind;

use crate::testing::shared::Shared;
use crate::testing::shell::TestShell;

/// The flight of a [`TestShell`], as the pilot starts and commands it.
///
/// With virtual time (`#[tokio::test(start_paused = true)]`), a flight of two hours passes at once: plugins see a frame of
/// simulator data for each second.
///
/// ```no_run
/// use stratos::flight::Phase;
/// use stratos::testing::{FlightSetup, TestShell};
///
/// # async fn f(shell: TestShell) {
/// let flight = shell.flight();
/// flight.start(FlightSetup::new("EDDF", "LGIR")).await;
/// flight.reaches(Phase::Cruise).await;
/// flight.land(-350.0, 1).await;
/// flight.ends().await;
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct TestFlight {
    shared: Arc<Shared>,
    speed: u32,
}

impl TestShell {
    /// The pilot's side of the flight.
    #[must_use]
    pub fn flight(&self) -> TestFlight {
        TestFlight {
            shared: Arc::clone(self.shared()),
            speed: 1,
        }
    }
}

impl TestFlight {
    /// Flies faster than real time, from 1 to 600 times: for tests in real time, such as those of processes.
    #[must_use]
    pub fn at_speed(mut self, speed: u32) -> Self {
        self.speed = speed;
        self
    }

    /// Starts a flight and waits until it is over.
    ///
    /// # Panics
    ///
    /// If the flight cannot be started, also because of a veto, or is not over within the timeout.
    #[track_caller]
    pub fn fly(&self, setup: FlightSetup) -> impl Future<Output = ()> + Send {
        let at = Location::caller();
        let this = self.clone();
        async move {
            this.start_at(this.simulated(setup), at).await;
            this.ends_at(at).await;
        }
    }

    /// Starts a flight.
    ///
    /// # Panics
    ///
    /// If the flight cannot be started, also because of a veto.
    #[track_caller]
    pub fn start(&self, setup: FlightSetup) -> impl Future<Output = ()> + Send {
        let at = Location::caller();
        let this = self.clone();
        async move { this.start_at(this.simulated(setup), at).await }
    }

    /// Starts a recorded flight. `text` is a recording of `cargo stratos flight record`.
    ///
    /// # Panics
    ///
    /// If the flight cannot be started, also because of a veto, or is no recording.
    #[track_caller]
    pub fn play(&self, text: impl Into<String>) -> impl Future<Output = ()> + Send {
        let at = Location::caller();
        let this = self.clone();
        let request = FlightRequest {
            speed: self.speed,
            ..FlightRequest::recorded("recording", text)
        };
        async move { this.start_at(request, at).await }
    }

    /// Tries to start a flight, from a [`FlightSetup`] or a [`FlightRequest`], for tests of start guards.
    ///
    /// # Errors
    ///
    /// If a plugin refuses the start, or it cannot be started.
    ///
    /// # Panics
    ///
    /// After the timeout.
    #[track_caller]
    pub fn try_start(
        &self,
        request: impl Into<FlightRequest>,
    ) -> impl Future<Output = Result<FlightInfo, ControlError>> + Send {
        let at = Location::caller();
        let (this, request) = (self.clone(), request.into());
        async move {
            let started = this.shared.shell.control().start_flight(request);
            this.shared
                .waiter
                .within("the start of a flight", at, started)
                .await
        }
    }

    fn simulated(&self, setup: FlightSetup) -> FlightRequest {
        FlightRequest {
            speed: self.speed,
            ..FlightRequest::simulated(setup)
        }
    }

    async fn start_at(&self, request: FlightRequest, at: &'static Location<'static>) {
        let started = self.shared.shell.control().start_flight(request);
        let what = "the start of a flight";
        self.shared.waiter.success_within(what, at, started).await;
    }

    /// Waits until the flight has been in a phase since the last call for this phase; the present phase counts.
    ///
    /// # Panics
    ///
    /// If the phase is not reached within the timeout.
    #[track_caller]
    pub fn reaches(&self, phase: Phase) -> impl Future<Output = ()> + Send {
        let at = Location::caller();
        let this = self.clone();
        async move {
            let what = format!("the phase {phase} of the flight");
            let select = |change: &FlightChange| match change {
                FlightChange::Phase { phase: reached } if *reached == phase => Some(()),
                _ => None,
            };
            this.next(what, at, select).await;
        }
    }

    /// Waits for the next touchdown, bounce, or end of a landing.
    ///
    /// # Panics
    ///
    /// If there is no such landing event within the timeout.
    #[track_caller]
    pub fn lands(&self, kind: LandingKind) -> impl Future<Output = ()> + Send {
        let at = Location::caller();
        let this = self.clone();
        async move {
            let what = format!("a {kind} of the flight");
            let select = |change: &FlightChange| match change {
                FlightChange::Landing { kind: found, .. } if *found == kind => Some(()),
                _ => None,
            };
            this.next(what, at, select).await;
        }
    }

    /// Waits until the flight is over.
    ///
    /// # Panics
    ///
    /// If the flight is not over within the timeout.
    #[track_caller]
    pub fn ends(&self) -> impl Future<Output = ()> + Send {
        let at = Location::caller();
        let this = self.clone();
        async move { this.ends_at(at).await }
    }

    async fn ends_at(&self, at: &'static Location<'static>) {
        let what = "the end of the flight".to_owned();
        let select = |change: &FlightChange| (*change == FlightChange::Ended).then_some(());
        self.next(what, at, select).await;
    }

    async fn next(
        &self,
        what: String,
        at: &'static Location<'static>,
        select: impl Fn(&FlightChange) -> Option<()> + Send,
    ) {
        let change = |entry: &Entry| match entry {
            Entry::Event(event) => match &**event {
                Event::Flight { change } => Some(change.clone()),
                _ => None,
            },
            _ => None,
        };
        let waiter = &self.shared.waiter;
        // What an earlier flight did is not waited for.
        let is_start = |entry: &Entry| matches!(change(entry), Some(FlightChange::Started { .. }));
        let begin = waiter
            .journal()
            .read(|entries| entries.iter().rposition(is_start));
        let select = |entry: &Entry| select(&change(entry)?);
        waiter
            .next_from(begin.unwrap_or_default(), what, at, select)
            .await;
    }

    /// Goes to the start of a phase.
    ///
    /// # Panics
    ///
    /// If the flight has no such phase, or there is no flight.
    #[track_caller]
    pub fn jump_to(&self, phase: Phase) -> impl Future<Output = ()> + Send {
        self.command(Command::JumpTo { phase })
    }

    /// Goes to the last moments before the touchdown, and lands with this vertical speed in feet per minute, such as -350,
    /// and this number of bounces.
    ///
    /// # Panics
    ///
    /// If there is no flight, or the landing is out of range.
    #[track_caller]
    pub fn land(&self, rate: f64, bounces: u32) -> impl Future<Output = ()> + Send {
        self.command(Command::Land(LandingWishes {
            rate: Some(rate),
            bounces,
            ..LandingWishes::default()
        }))
    }

    /// Breaks the approach off and flies another one.
    ///
    /// # Panics
    ///
    /// If there is no flight, or it is not in its approach.
    #[track_caller]
    pub fn go_around(&self) -> impl Future<Output = ()> + Send {
        self.command(Command::GoAround)
    }

    /// Rejects the take-off run.
    ///
    /// # Panics
    ///
    /// If there is no flight, or it does not take off.
    #[track_caller]
    pub fn reject_take_off(&self) -> impl Future<Output = ()> + Send {
        self.command(Command::RejectTakeOff)
    }

    /// Ends the connection to the simulator.
    ///
    /// # Panics
    ///
    /// If there is no flight, or the simulator is gone already.
    #[track_caller]
    pub fn disconnect(&self) -> impl Future<Output = ()> + Send {
        self.command(Command::Disconnect)
    }

    /// Connects to the simulator again.
    ///
    /// # Panics
    ///
    /// If there is no flight, or the simulator is connected.
    #[track_caller]
    pub fn reconnect(&self) -> impl Future<Output = ()> + Send {
        self.command(Command::Reconnect)
    }

    /// Pauses the simulator.
    ///
    /// # Panics
    ///
    /// If there is no flight, or it is paused.
    #[track_caller]
    pub fn pause(&self) -> impl Future<Output = ()> + Send {
        self.command(Command::Pause)
    }

    /// Ends the pause, or goes on after a step.
    ///
    /// # Panics
    ///
    /// If there is no flight, or it is not paused.
    #[track_caller]
    pub fn resume(&self) -> impl Future<Output = ()> + Send {
        self.command(FlightCommand::Resume)
    }

    /// Ends the flight.
    ///
    /// # Panics
    ///
    /// If there is no flight.
    #[track_caller]
    pub fn end(&self) -> impl Future<Output = ()> + Send {
        self.command(Command::End)
    }

    /// Carries out any command.
    ///
    /// # Panics
    ///
    /// If there is no flight, or the command makes no sense at present.
    #[track_caller]
    pub fn command(&self, command: impl Into<FlightCommand>) -> impl Future<Output = ()> + Send {
        let at = Location::caller();
        let (this, command) = (self.clone(), command.into());
        async move {
            let done = async { this.shared.shell.control().command_flight(command) };
            this.shared
                .waiter
                .success_within("a command to the flight", at, done)
                .await;
        }
    }

    /// The flight now, or that there is none.
    #[must_use]
    pub fn info(&self) -> FlightInfo {
        self.shared.shell.control().flight()
    }

    /// Entries of the flight log, the oldest first.
    #[must_use]
    pub fn log(&self) -> Vec<FlightLogEvent> {
        self.shared.shell.control().flight_log()
    }
}
