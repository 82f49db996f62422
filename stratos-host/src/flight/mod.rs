//! The flight of the shell: its state, what sessions are sent of it, and what flies it.

mod feed;
mod hub;
mod request;

pub(crate) use self::feed::{FlightFeed, OrderedEvent, SimFrame};
pub(crate) use self::hub::FlightHub;
pub use self::request::{FlightCommand, FlightInfo, FlightRequest, FlightSourceRequest, MAX_SPEED};
