//! Errors of flights.

use std::fmt;

use stratos_flight::{CommandError, RecordingError, SetupError};
use thiserror::Error;

use crate::flight::MAX_SPEED;

/// A flight cannot be started or commanded.
#[derive(Debug, Error)]
pub enum FlightError {
    /// The setup cannot be flown.
    #[error(transparent)]
    Setup(#[from] SetupError),
    /// The recording cannot be played.
    #[error(transparent)]
    Recording(#[from] RecordingError),
    /// The speed is out of range.
    #[error("speed {0} is out of range: 1 to {MAX_SPEED} times real time")]
    Speed(u32),
    /// The step is longer than a day.
    #[error("a step is at most 24 h long")]
    Step,
    /// There is a flight already.
    #[error("there is a flight already, {callsign}: end it with `cargo stratos flight end`")]
    Flying {
        /// Callsign of the flight, or the file of a recording.
        callsign: String,
    },
    /// There is no flight.
    #[error("there is no flight: start one with `cargo stratos flight start EDDF LGIR`")]
    NoFlight,
    /// Start guards have refused the start.
    #[error("{}; `--anyway` starts the flight in spite of it", join(vetoes))]
    Vetoed {
        /// The vetoes.
        vetoes: Vec<Veto>,
    },
    /// The command makes no sense at present.
    #[error(transparent)]
    Command(#[from] CommandError),
    /// There is nothing to resume.
    #[error("the flight is neither paused nor held")]
    NothingToResume,
}

/// The veto of a plugin against the start of a flight.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Veto {
    /// Id of the plugin.
    pub plugin: String,
    /// The plugin's reason.
    pub reason: String,
}

impl fmt::Display for Veto {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "plugin `{}` does not want the flight to start: {}",
            self.plugin, self.reason
        )
    }
}

fn join(vetoes: &[Veto]) -> String {
    let mut texts = Vec::new();
    for veto in vetoes {
        // A reason is a sentence of the plugin, with or without its period.
        texts.push(veto.to_string().trim_end_matches('.').to_owned());
    }
    texts.join("; ")
}
