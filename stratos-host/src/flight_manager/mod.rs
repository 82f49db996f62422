//! Creates, flies and ends the flight of the shell.

mod error;
mod flights;
mod recovery;
mod running;

pub use self::error::{FlightError, Veto};
pub(crate) use self::flights::{FlightManager, FlightOptions};
