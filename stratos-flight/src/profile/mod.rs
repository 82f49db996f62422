//! The profile of a simulated flight: the state of the aircraft as a function of time.

mod approach;
mod builder;
mod departure;
mod en_route;
mod flight_profile;
mod landing;
mod maneuvers;
mod path;
mod planned_flight;
mod segment;
mod weather;

pub(crate) use self::flight_profile::{AircraftState, FlightProfile, ProfileEvent};
pub(crate) use self::planned_flight::PlannedFlight;
