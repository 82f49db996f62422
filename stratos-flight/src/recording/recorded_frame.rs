//! A line of a recording.

use serde::{Deserialize, Serialize};
use stratos_protocol::flight_data::SimDataSnapshot;
use stratos_protocol::flight_state::Phase;

/// A line of a recording: the simulator data at a time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RecordedFrame {
    /// Milliseconds since the start of the recording.
    pub elapsed_ms: u64,
    /// The phase, if it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phase: Option<Phase>,
    /// The simulator data.
    pub snapshot: SimDataSnapshot,
}

/// Appends a frame to a recording, with the end of its line.
///
/// # Errors
///
/// If the data contains a number that JSON does not have in a field that the platform does not know.
pub fn write_frame(recording: &mut String, frame: &RecordedFrame) -> Result<(), serde_json::Error> {
    recording.push_str(&serde_json::to_string(frame)?);
    recording.push('\n');
    Ok(())
}
