//! The interface of everything that plays a flight: the simulator, and recordings.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use stratos_protocol::flight_data::SimDataSnapshot;
use stratos_protocol::flight_state::Phase;
use stratos_protocol::landing::{LandingEvent, LandingReport};
use thiserror::Error;

use crate::setup::{LandingError, LandingWishes};

/// A source of flight data that is advanced by its caller, who owns the clock.
///
/// The same total time gives the same moments and the same data, however it is cut into steps.
pub trait FlightSource: fmt::Debug + Send {
    /// Lets a span of time pass, and returns what happened in it, in order.
    ///
    /// A moment at the end of the span belongs to the span. Nothing happens after the end of the flight.
    fn advance(&mut self, by: Duration) -> Vec<Moment>;

    /// Carries out a command, and returns what happened by it, in order.
    ///
    /// # Errors
    ///
    /// If the command makes no sense at present. Nothing has changed then.
    fn command(&mut self, command: &Command) -> Result<Vec<Moment>, CommandError>;

    /// The simulator data now. While the simulator is disconnected, there is none; after the end, it is the last one.
    fn snapshot(&self) -> SimDataSnapshot;

    /// The phase now.
    fn phase(&self) -> &Phase;

    /// The phase before, `None` in the first phase.
    fn previous_phase(&self) -> Option<&Phase>;

    /// Time since the start, with pauses. The end of the flight stops it.
    fn elapsed(&self) -> Duration;

    /// Time of the flight itself: without pauses, and moved by jumps.
    fn position(&self) -> Duration;

    /// The report about the latest landing, once the aircraft has touched down; complete when it has settled.
    fn landing_report(&self) -> Option<&LandingReport>;

    /// Whether the flight has ended. The caller may drop the source then.
    fn is_over(&self) -> bool;
}

/// Event of a flight, with its time.
#[derive(Debug, Clone, PartialEq)]
pub struct Moment {
    /// Time since the start, as in [`FlightSource::elapsed`].
    pub at: Duration,
    /// The event.
    pub event: FlightEvent,
}

/// An event of a flight.
#[derive(Debug, Clone, PartialEq)]
pub enum FlightEvent {
    /// Another phase has begun.
    PhaseChanged {
        /// The phase before.
        from: Phase,
        /// The new phase.
        to: Phase,
    },
    /// The aircraft has touched the runway, bounced or settled.
    Landing(Box<LandingEvent>),
    /// The connection to the simulator is lost.
    ConnectionLost,
    /// The connection to the simulator is there again.
    ConnectionFound,
    /// The aircraft has crashed.
    Crashed,
    /// The flight has ended. No other event follows.
    Ended,
}

/// A command to a running flight.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Command {
    /// Pauses the simulator: the flight stands still.
    Pause,
    /// Ends the pause.
    Resume,
    /// Opens or closes the simulator's menu: the flight stands still while it is open.
    Menu {
        /// Whether the menu is open.
        open: bool,
    },
    /// Switches the slew mode. It is a flag in the data: the flight goes on.
    Slew {
        /// Whether slew mode is on.
        on: bool,
    },
    /// Sets how fast the simulator simulates, against the time of the caller.
    Rate {
        /// A power of two from 0.25 to 128.
        rate: f64,
    },
    /// Ends the connection to the simulator: the flight stands still, and there is no data.
    Disconnect,
    /// Connects to the simulator again; the flight goes on where it stopped.
    Reconnect,
    /// Goes to the start of a phase, forward or back, without the flight between. Fuel that is burnt stays burnt.
    JumpTo {
        /// The phase, in snake case as the platform has it.
        phase: Phase,
    },
    /// Goes to 30 seconds before the touchdown, and lands as wished.
    Land(LandingWishes),
    /// Rejects the take-off run: brakes, taxies back, and takes off again.
    RejectTakeOff,
    /// Breaks the approach off, climbs, and flies another one.
    GoAround,
    /// Crashes: the aircraft stands on the ground. Then only `JumpTo` and `End` make sense.
    Crash,
    /// Ends the flight.
    End,
}

/// Error of a command that makes no sense at present.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum CommandError {
    /// The flight has ended.
    #[error("the flight is over: start another one")]
    Over,
    /// The simulator is disconnected.
    #[error("the simulator is disconnected: reconnect it first")]
    Disconnected,
    /// The aircraft has crashed.
    #[error("the aircraft has crashed: jump to a phase, or end the flight")]
    Crashed,
    /// The command changes nothing.
    #[error("{0}")]
    NoChange(&'static str),
    /// The simulation rate is none of a simulator.
    #[error("simulation rate {0} is none of 0.25, 0.5, 1, 2, 4, 8, 16, 32, 64 and 128")]
    Rate(f64),
    /// The flight never is in this phase.
    #[error(
        "the flight has no phase `{phase}` to jump to: {}",
        no_phase_hint(phase, phases)
    )]
    NoSuchPhase {
        /// The phase.
        phase: Phase,
        /// Names of the phases that it has.
        phases: Vec<String>,
    },
    /// A maneuver of another phase.
    #[error("{maneuver} is not possible in the phase `{phase}`: {hint}")]
    WrongPhase {
        /// The maneuver.
        maneuver: &'static str,
        /// The phase now.
        phase: Phase,
        /// Condition under which the maneuver is possible.
        hint: &'static str,
    },
    /// The wishes for the landing are out of range.
    #[error(transparent)]
    Landing(#[from] LandingError),
    /// A recording cannot be flown differently.
    #[error("{0} is not possible in a recording, which plays as it was flown")]
    Recorded(&'static str),
}

fn no_phase_hint(phase: &Phase, phases: &[String]) -> String {
    match phase {
        Phase::GoAround => {
            "a go-around is flown by a command of its own, during the approach".to_owned()
        }
        Phase::RejectedTakeOff => {
            "a take-off is rejected by a command of its own, during the take-off run".to_owned()
        }
        _ => format!("it has {}", phases.join(", ")),
    }
}
