//! Creates, flies and ends the flight of the shell.

mod error;
mod flight_manager;
mod recovery;
mod running;

pub use self::error::{FlightError, Veto};
pub(crate) use self::flight_manager::{FlightManager, FlightOptions};
