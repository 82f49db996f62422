//! Creates, flies and ends the flight of the shell.

mod current_flight;
mod error;
mod flights;
mod recovery;

pub use self::error::{FlightError, Veto};
pub(crate) use self::flights::{FlightManager, FlightOptions};
