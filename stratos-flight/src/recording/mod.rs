//! Recorded flights: lines of JSON, and their playback.

mod parse;
mod playback;
mod recorded_frame;

pub use self::parse::{Gap, Recording, RecordingError, RecordingProblem};
pub use self::playback::Playback;
pub use self::recorded_frame::{RecordedFrame, write_frame};
