//! Flights for the mocked shell: a simulator that flies a plan, and recordings of flights that play the same way.
//!
//! Both are a [`FlightSource`]. The caller owns the clock: it lets time pass in steps of any size, is told what happened
//! in each step, and asks for the simulator data when it needs it. This crate has no clock, does no I/O, and gives the
//! same bytes on every system.
//!
//! ```
//! use std::time::{Duration, UNIX_EPOCH};
//!
//! use stratos_flight::{Command, FlightSetup, FlightSource, LandingWishes, Simulator};
//!
//! let mut flight = Simulator::new(&FlightSetup::new("EDDF", "LGIR"), UNIX_EPOCH)?;
//! flight.command(&Command::Land(LandingWishes { rate: Some(-350.0), ..LandingWishes::default() }))?;
//! flight.advance(Duration::from_secs(40));
//! let report = flight.landing_report().expect("the aircraft has landed");
//! assert_eq!(report.landing_rate, Some(-350.0));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # The model of the simulator
//!
//! The model is plausible enough for the thresholds of plugins; it is not physics. A flight is a list of segments in
//! which ground speed, vertical speed, pitch, engine speed and fuel flow change linearly, so that position, altitude and
//! fuel are quadratic functions of the time. A state depends on the time of the flight only, not on earlier steps.
//!
//! - *Track*: stand, push-back, taxi to the threshold of the runway that has a headwind, 6 nm straight ahead, then the
//!   great circle to a point 14 nm before the runway of the arrival, straight in, and taxi to the stand. Where two parts
//!   meet, the heading turns smoothly, with a bank of at most 25 degrees. Runways and stands are not those of the real
//!   airport: one runway with the heading of the main one, 0.9 nm from the airport's reference point.
//! - *Phases*:
//!
//!   | phase | begins | state |
//!   |---|---|---|
//!   | boarding | at the start, for 8 to 12 minutes | engines off |
//!   | push_back | with the first movement | 2.5 kt backwards, then the engines start |
//!   | taxi | when the engines run | 15 kt, flaps for the take-off; 30 s on the runway |
//!   | take_off | with the take-off run | strobes and landing lights on; gear up 8 s after the lift-off |
//!   | climb | 1,500 ft above the ground | flaps up; landing lights off above 10,000 ft |
//!   | cruise | at the cruise level | constant speed and level |
//!   | descent | with the first descent | idle; landing lights on below 10,000 ft |
//!   | approach | 6,000 ft above the runway | flaps; level at 3,000 ft, then a glide of 3 degrees |
//!   | final | 2,000 ft above the runway | gear down since 2,200 ft, full flaps, final speed from 1,200 ft |
//!   | landed | with the first touchdown | bounces, then brakes |
//!   | taxi_in | at 30 kt | flaps up, strobes and landing lights off |
//!   | arrived | when the engines stop, 15 s after the aircraft | at the stand |
//!   | deboarding | 60 s later | ends after 5 minutes |
//!
//! - *Speeds*: an indicated speed of at most 245 kt below 10,000 ft, the climb speed of the class above 12,000 ft, and
//!   its cruise Mach number where that is slower. True airspeed is that of the standard atmosphere. There is no drift:
//!   the wind is in the data, but the ground speed is the true airspeed.
//! - *Ground*: flat around both airports, and a slope between.
//! - *Load factor*: from the change of the vertical speed, and the impact of a touchdown; turns have none.
//! - *Landing*: the last second before the touchdown has the landing rate. The load factor is 1 g and 1 g more for each
//!   600 ft/min, unless it is wished. The vertical speed at the end of a bounce is 0.6 of the touchdown before. The
//!   aircraft has settled 3 s after the last touchdown.
//! - *Fuel*: what the flight burns, 5 % more, and 45 minutes of cruise. The flow is linear in the engine speed: a tenth
//!   of the cruise flow at idle.
//! - *Seed*: wind and pressure at both airports, the time of the boarding, and the landing rate where none is wished.
//! - *Default level*: FL100 and 10 more for each 22 nm, up to FL370 (turboprop: FL210), or less where climb and descent
//!   leave no cruise of 15 nm.
//!
//! From EDDF to LGIR, a narrow-body takes 2 hours and 53 minutes from the push-back to the stand.
//!
//! # Commands
//!
//! A [`Command`] pauses the flight, disconnects the simulator, jumps to a phase, and more. A pause, an open menu and a
//! lost connection hold the flight, and time goes on. A rejected take-off brakes, taxies back and flies on as planned; a
//! go-around climbs to 3,000 ft above the runway and flies another approach. A jump leads to the flight as planned.
//!
//! # Recordings
//!
//! A [`Recording`] is a file of JSON lines, which [`write_frame`] writes. [`PhaseTracker`] and [`LandingTracker`] state
//! how phases and landings are derived from data alone.

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
#[cfg(test)]
mod simulator_proptest;
#[cfg(test)]
mod simulator_test;
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
