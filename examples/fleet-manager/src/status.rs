//! Status of the airline for the UI.

use serde::Serialize;

use crate::airline::Aircraft;

/// Status of the airline: answer on the channel `get-status`, and payload of the push `status-update`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Status {
    /// Whether the latest poll of the airline's API succeeded.
    pub(crate) online: bool,
    /// Number of pilots in flight.
    pub(crate) pilots: usize,
}

impl Status {
    /// Status of an airline with this fleet.
    pub(crate) fn of(fleet: &[Aircraft]) -> Self {
        Self {
            online: true,
            pilots: fleet.iter().filter(|a| a.pilot.is_some()).count(),
        }
    }
}
