//! `ctx.flight`: the flight, its phases, simulator data and landings.

mod events;
mod flight_log;
mod handle;
mod sim_frames;
mod start_guards;

pub use self::events::FlightEvents;
pub use self::flight_log::FlightLog;
pub use self::handle::{Flight, StartGuard};
pub use self::sim_frames::{SimFrame, SimFrames};
pub use self::start_guards::StartVerdict;
