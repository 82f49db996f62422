//! What the UI's banner shows.

use serde::Serialize;

use crate::airline::Aircraft;

/// The answer of the channel `get-status`, and what `status-update` pushes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Status {
    /// Whether the airline's API answered the latest poll.
    pub(crate) online: bool,
    /// How many pilots fly at the moment.
    pub(crate) pilots: usize,
}

impl Status {
    /// The status of an airline whose API answered with this fleet.
    pub(crate) fn of(fleet: &[Aircraft]) -> Self {
        Self {
            online: true,
            pilots: fleet.iter().filter(|a| a.pilot.is_some()).count(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_aircraft_with_a_pilot_count() {
        let aircraft = |pilot: Option<&str>| Aircraft {
            id: "D-AIZA".to_owned(),
            name: "Airbus A320".to_owned(),
            location: "EDDF".to_owned(),
            pilot: pilot.map(str::to_owned),
        };
        for (fleet, pilots) in [
            (vec![], 0),
            (vec![aircraft(None)], 0),
            (vec![aircraft(Some("Ada")), aircraft(None)], 1),
        ] {
            let online = true;
            assert_eq!(Status::of(&fleet), Status { online, pilots });
        }
    }
}
