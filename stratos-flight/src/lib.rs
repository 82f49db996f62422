//! Flights for the mocked shell.
#![warn(missing_docs)]

mod aircraft;
mod airport;
mod atmosphere;
mod frame;
mod great_circle;
mod profile;
mod random;
mod recording;
mod setup;
mod simulator;
mod source;
mod source_clock;
mod tracking;

pub use crate::aircraft::AircraftClass;
pub use crate::airport::{Airport, UnknownAirport, airports, find_airport};
pub use crate::recording::{
    Gap, Playback, RecordedFrame, Recording, RecordingError, RecordingProblem, write_frame,
};
pub use crate::setup::{FlightSetup, LandingError, LandingWishes, SetupError};
pub use crate::simulator::Simulator;
pub use crate::source::{Command, CommandError, FlightEvent, FlightSource, Moment};
pub use crate::tracking::{LandingTracker, PhaseTracker};
