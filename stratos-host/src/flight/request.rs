//! Starts, commands and the state of flights, as bodies of the control API.

use serde::{Deserialize, Serialize};
use stratos_flight::{Command, FlightSetup};
use stratos_protocol::flight_data::SimDataSnapshot;
use stratos_protocol::flight_state::{FlightState, Phase};

/// A flight to start.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FlightRequest {
    /// Simulator or recording.
    pub source: FlightSourceRequest,
    /// Multiple of real time, from 1 to [`MAX_SPEED`].
    #[serde(default = "real_time")]
    pub speed: u32,
    /// Phase to begin in, as if the shell had been started during the flight; the first one if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phase: Option<Phase>,
    /// Whether the flight starts in spite of vetoes; the start guards are not asked then.
    #[serde(default)]
    pub anyway: bool,
}

/// Simulator or recording of a flight.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FlightSourceRequest {
    /// A simulated flight.
    Simulated(FlightSetup),
    /// A recorded flight.
    Recorded {
        /// Name of the recording's file, for messages.
        file: String,
        /// Lines of JSON.
        text: String,
    },
}

/// The highest speed of a flight, as a multiple of real time.
pub const MAX_SPEED: u32 = 600;

fn real_time() -> u32 {
    1
}

impl FlightRequest {
    /// A simulated flight in real time, whose start guards are asked.
    #[must_use]
    pub fn simulated(setup: FlightSetup) -> Self {
        Self {
            source: FlightSourceRequest::Simulated(setup),
            speed: real_time(),
            phase: None,
            anyway: false,
        }
    }

    /// A recorded flight in real time, whose start guards are asked. `file` is a name for messages, `text` has the lines of
    /// `cargo stratos flight record`.
    #[must_use]
    pub fn recorded(file: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            source: FlightSourceRequest::Recorded {
                file: file.into(),
                text: text.into(),
            },
            speed: real_time(),
            phase: None,
            anyway: false,
        }
    }

    /// Starts the flight in spite of vetoes, as the pilot can.
    #[must_use]
    pub fn anyway(mut self) -> Self {
        self.anyway = true;
        self
    }
}

/// A command to the flight.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FlightCommand {
    /// A command to the simulator.
    Simulator(Command),
    /// Another speed, from 1 to [`MAX_SPEED`].
    Speed(u32),
    /// Lets the flight go on by this many milliseconds, at most a day, and holds it then, until it is resumed.
    Step(u64),
    /// Goes on with a flight that is held or paused, or with that of an earlier run.
    Resume,
}

impl From<FlightSetup> for FlightRequest {
    fn from(setup: FlightSetup) -> Self {
        Self::simulated(setup)
    }
}

impl From<Command> for FlightCommand {
    fn from(command: Command) -> Self {
        Self::Simulator(command)
    }
}

/// The flight, for people.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FlightInfo {
    /// The state, as plugins see it.
    pub state: FlightState,
    /// The phase; `unknown` without a flight.
    pub phase: Phase,
    /// The newest simulator data.
    pub snapshot: Option<SimDataSnapshot>,
    /// Time since the start of the flight in milliseconds.
    pub elapsed_ms: u64,
    /// Multiple of real time.
    pub speed: u32,
    /// Whether the flight is held after a step.
    pub is_held: bool,
    /// Number of holes of over 10 s in the recording that is played.
    #[serde(default)]
    pub holes: usize,
    /// Plugins that have start guards.
    pub guards: Vec<String>,
}
