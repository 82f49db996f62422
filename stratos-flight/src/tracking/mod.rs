//! Phases and landings derived from simulator data, for recordings that have the data only.

mod condition_timer;
mod landing_tracker;

mod phase_tracker;

pub use self::landing_tracker::LandingTracker;
pub use self::phase_tracker::PhaseTracker;
