//! Time of a source: how far the flight is, and what holds or hurries it.

use std::time::Duration;

use stratos_protocol::flight_data::SimDataSnapshot;

use crate::source::{Command, CommandError, FlightEvent};

/// Units of the flight's time in a millisecond: quarters of a nanosecond, so that every rate gives whole numbers.
const UNITS_PER_MILLI: u128 = 4_000_000;

/// Time of a source.
///
/// All of it is in whole numbers, so that steps of any size add up to the same.
#[derive(Debug, Clone)]
pub(crate) struct SourceClock {
    /// Time since the start, with pauses.
    elapsed: Duration,
    /// Time of the flight, which stands still in pauses, in [units](UNITS_PER_MILLI).
    position: u128,
    /// Simulation rate in quarters.
    rate: u32,
    is_paused: bool,
    is_in_menu: bool,
    is_slewing: bool,
    is_disconnected: bool,
    is_over: bool,
}

impl SourceClock {
    pub(crate) fn new() -> Self {
        Self {
            elapsed: Duration::ZERO,
            position: 0,
            rate: 4,
            is_paused: false,
            is_in_menu: false,
            is_slewing: false,
            is_disconnected: false,
            is_over: false,
        }
    }

    pub(crate) fn elapsed(&self) -> Duration {
        self.elapsed
    }

    pub(crate) fn is_over(&self) -> bool {
        self.is_over
    }

    /// Time of the flight in whole milliseconds, rounded down.
    pub(crate) fn millis(&self) -> u64 {
        u64::try_from(self.position / UNITS_PER_MILLI).unwrap_or(u64::MAX)
    }

    /// Time of the flight in seconds.
    #[expect(clippy::cast_precision_loss, reason = "a day in these units is exact")]
    pub(crate) fn seconds(&self) -> f64 {
        self.position as f64 / (UNITS_PER_MILLI as f64 * 1000.0)
    }

    /// Ends the flight.
    pub(crate) fn end(&mut self) {
        self.is_over = true;
    }

    /// Moves the flight, but not the time that has elapsed.
    pub(crate) fn set_millis(&mut self, millis: u64) {
        self.position = u128::from(millis) * UNITS_PER_MILLI;
    }

    /// Advances to a time of the flight in milliseconds if it is reached within a span, or else to the end of the span.
    /// Returns what is left of the span if the time was reached.
    pub(crate) fn advance(&mut self, by: Duration, until: Option<u64>) -> Option<Duration> {
        if self.is_over {
            return None;
        }
        let rate = match self.is_paused || self.is_in_menu || self.is_disconnected {
            true => 0,
            false => u128::from(self.rate),
        };
        let units = by.as_nanos() * rate;
        let until = until.map(|millis| u128::from(millis) * UNITS_PER_MILLI);
        match until {
            Some(until) if until <= self.position => Some(by),
            Some(until) if rate > 0 && until <= self.position + units => {
                // Whole nanoseconds after which it is reached; the flight may be less than one further.
                let nanos = (until - self.position).div_ceil(rate);
                let nanos = Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX)).min(by);
                self.position += nanos.as_nanos() * rate;
                self.elapsed = self.elapsed.saturating_add(nanos);
                Some(by - nanos)
            }
            _ => {
                self.position = self.position.saturating_add(units);
                self.elapsed = self.elapsed.saturating_add(by);
                None
            }
        }
    }

    /// Carries out the commands that every source has the same way; `None` for others, if the source may carry them out.
    pub(crate) fn command(
        &mut self,
        command: &Command,
    ) -> Result<Option<Vec<FlightEvent>>, CommandError> {
        if self.is_over {
            return Err(CommandError::Over);
        }
        match command {
            Command::End => {
                self.is_over = true;
                return Ok(Some(vec![FlightEvent::Ended]));
            }
            Command::Reconnect => {
                let text = "the simulator is connected already";
                change(&mut self.is_disconnected, false, text, text)?;
                return Ok(Some(vec![FlightEvent::ConnectionFound]));
            }
            _ if self.is_disconnected => return Err(CommandError::Disconnected),
            Command::Disconnect => {
                self.is_disconnected = true;
                return Ok(Some(vec![FlightEvent::ConnectionLost]));
            }
            Command::Pause | Command::Resume => change(
                &mut self.is_paused,
                *command == Command::Pause,
                "the flight is paused already",
                "the flight is not paused",
            )?,
            Command::Menu { open } => change(
                &mut self.is_in_menu,
                *open,
                "the menu is open already",
                "the menu is not open",
            )?,
            Command::Slew { on } => change(
                &mut self.is_slewing,
                *on,
                "slew mode is on already",
                "slew mode is not on",
            )?,
            Command::Rate { rate } => {
                let powers = (0..10).map(|power| 1_u32 << power);
                let quarters = powers.into_iter().find(|it| f64::from(*it) / 4.0 == *rate);
                self.rate = quarters.ok_or(CommandError::Rate(*rate))?;
            }
            Command::JumpTo { .. }
            | Command::Land(_)
            | Command::RejectTakeOff
            | Command::GoAround
            | Command::Crash => return Ok(None),
        }
        Ok(Some(Vec::new()))
    }

    /// Adds the simulator's state to data: what was commanded, and otherwise what the data says.
    pub(crate) fn mark(&self, snapshot: &mut SimDataSnapshot) {
        if self.is_disconnected {
            *snapshot = SimDataSnapshot {
                is_connected: false,
                simulator_type: snapshot.simulator_type.take(),
                ..SimDataSnapshot::default()
            };
            return;
        }
        let Some(data) = &mut snapshot.data else {
            return;
        };
        let switch = |flag: &mut Option<bool>, on: bool| {
            if on {
                *flag = Some(true);
            }
        };
        switch(&mut data.pause_flag, self.is_paused);
        switch(&mut data.is_in_menu, self.is_in_menu);
        switch(&mut data.slew_mode, self.is_slewing);
        if self.rate != 4 {
            data.simulation_rate = Some(f64::from(self.rate) / 4.0);
        }
    }
}

/// Changes a flag, or says why that changes nothing.
fn change(
    flag: &mut bool,
    to: bool,
    is_on: &'static str,
    is_off: &'static str,
) -> Result<(), CommandError> {
    if *flag == to {
        return Err(CommandError::NoChange(match to {
            true => is_on,
            false => is_off,
        }));
    }
    *flag = to;
    Ok(())
}
