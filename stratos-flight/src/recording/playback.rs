//! Plays a recording.

use std::time::{Duration, SystemTime};

use stratos_protocol::flight_data::SimDataSnapshot;
use stratos_protocol::flight_state::Phase;
use stratos_protocol::landing::LandingReport;

use crate::recording::recorded_frame::RecordedFrame;
use crate::source::{Command, CommandError, FlightEvent, FlightSource, Moment};
use crate::source_clock::SourceClock;
use crate::tracking::{LandingTracker, PhaseTracker};

/// A recording that plays.
///
/// Phases are those of the frames; a frame without one is in the phase of the frame before. If no frame has a phase,
/// [`PhaseTracker`] derives them. Landings are always derived, by [`LandingTracker`]. The playback ends at its last
/// frame.
#[derive(Debug, Clone)]
pub struct Playback {
    /// At least one frame; the first one is at 0.
    frames: Vec<RecordedFrame>,
    /// The phase of each frame.
    phases: Vec<Phase>,
    /// Index of the frame that is shown.
    current: usize,
    previous_phase: Option<Phase>,
    landing: LandingTracker,
    clock: SourceClock,
    started_at: SystemTime,
}

impl Playback {
    pub(super) fn new(mut frames: Vec<RecordedFrame>, started_at: SystemTime) -> Self {
        let start = frames.first().map_or(0, |frame| frame.elapsed_ms);
        for frame in &mut frames {
            frame.elapsed_ms -= start;
        }
        let mut playback = Self {
            phases: phases(&frames),
            frames,
            current: 0,
            previous_phase: None,
            landing: LandingTracker::new(),
            clock: SourceClock::new(),
            started_at,
        };
        playback.track_landing();
        playback
    }

    /// Shows a frame, and returns what differs from the one before.
    fn show(&mut self, index: usize) -> Vec<FlightEvent> {
        let before = std::mem::replace(&mut self.current, index);
        let mut events = Vec::new();
        let is_connected = |index: usize| self.frames[index].snapshot.is_connected;
        match (is_connected(before), is_connected(index)) {
            (true, false) => events.push(FlightEvent::ConnectionLost),
            (false, true) => events.push(FlightEvent::ConnectionFound),
            _ => {}
        }
        let (from, to) = (&self.phases[before], &self.phases[index]);
        if from != to {
            self.previous_phase = Some(from.clone());
            let (from, to) = (from.clone(), to.clone());
            events.push(FlightEvent::PhaseChanged { from, to });
        }
        if self.is_crashed(index) && !self.is_crashed(before) {
            events.push(FlightEvent::Crashed);
        }
        events.extend(self.track_landing());
        events
    }

    fn track_landing(&mut self) -> Option<FlightEvent> {
        let now = self.clock.elapsed();
        let data = self.frames[self.current].snapshot.data.as_ref()?;
        let time = self.started_at.checked_add(now);
        let event = self.landing.update(now, time, data)?;
        Some(FlightEvent::Landing(Box::new(event)))
    }

    fn moment(&self, event: FlightEvent) -> Moment {
        Moment {
            at: self.clock.elapsed(),
            event,
        }
    }

    fn is_crashed(&self, index: usize) -> bool {
        let data = self.frames[index].snapshot.data.as_ref();
        data.and_then(|data| data.crashed) == Some(true)
    }

    fn jump_to(&mut self, phase: &Phase) -> Result<Vec<FlightEvent>, CommandError> {
        let Some(index) = self.phases.iter().position(|it| it == phase) else {
            let mut phases: Vec<_> = self.phases.iter().map(Phase::to_string).collect();
            phases.dedup();
            return Err(CommandError::NoSuchPhase {
                phase: phase.clone(),
                phases,
            });
        };
        let millis = self.frames[index].elapsed_ms;
        self.clock.set_millis(millis);
        self.landing = LandingTracker::new();
        Ok(self.show(index))
    }
}

impl FlightSource for Playback {
    fn advance(&mut self, by: Duration) -> Vec<Moment> {
        let (mut moments, mut rest) = (Vec::new(), by);
        while !self.clock.is_over() {
            let next = self.current + 1;
            let mut events = match self.frames.get(next) {
                Some(frame) => {
                    let Some(left) = self.clock.advance(rest, Some(frame.elapsed_ms)) else {
                        break;
                    };
                    rest = left;
                    self.show(next)
                }
                None => Vec::new(),
            };
            if self.current + 1 == self.frames.len() {
                self.clock.end();
                events.push(FlightEvent::Ended);
            }
            moments.extend(events.into_iter().map(|event| self.moment(event)));
        }
        moments
    }

    fn command(&mut self, command: &Command) -> Result<Vec<Moment>, CommandError> {
        let events = match (self.clock.command(command)?, command) {
            (Some(events), _) => events,
            (None, Command::JumpTo { phase }) => self.jump_to(phase)?,
            (None, Command::Land(_)) => return Err(CommandError::Recorded("a commanded landing")),
            (None, Command::RejectTakeOff) => {
                return Err(CommandError::Recorded("a rejected take-off"));
            }
            (None, Command::GoAround) => return Err(CommandError::Recorded("a go-around")),
            (None, _) => return Err(CommandError::Recorded("a crash")),
        };
        let moments = events.into_iter().map(|event| self.moment(event));
        Ok(moments.collect())
    }

    fn snapshot(&self) -> SimDataSnapshot {
        let mut snapshot = self.frames[self.current].snapshot.clone();
        self.clock.mark(&mut snapshot);
        snapshot
    }

    fn phase(&self) -> &Phase {
        &self.phases[self.current]
    }

    fn previous_phase(&self) -> Option<&Phase> {
        self.previous_phase.as_ref()
    }

    fn elapsed(&self) -> Duration {
        self.clock.elapsed()
    }

    fn position(&self) -> Duration {
        Duration::from_millis(self.clock.millis())
    }

    fn landing_report(&self) -> Option<&LandingReport> {
        self.landing.report()
    }

    fn is_over(&self) -> bool {
        self.clock.is_over()
    }
}

/// The phase of each frame.
fn phases(frames: &[RecordedFrame]) -> Vec<Phase> {
    let is_stated = frames.iter().any(|frame| frame.phase.is_some());
    let (mut tracker, mut phase) = (PhaseTracker::new(), Phase::default());
    let phases = frames.iter().map(|frame| {
        let next = match (is_stated, &frame.snapshot.data) {
            (true, _) => frame.phase.clone(),
            (false, Some(data)) => tracker.update(Duration::from_millis(frame.elapsed_ms), data),
            (false, None) => None,
        };
        if let Some(next) = next {
            phase = next;
        }
        phase.clone()
    });
    phases.collect()
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use proptest::prelude::*;

    use super::*;
    use crate::recording::Recording;

    fn playback(text: &str) -> Playback {
        Recording::parse("a.jsonl", text).unwrap().play(UNIX_EPOCH)
    }

    fn events(moments: &[Moment]) -> Vec<(u128, FlightEvent)> {
        let events = moments
            .iter()
            .map(|it| (it.at.as_millis(), it.event.clone()));
        events.collect()
    }

    const FLIGHT: &str = r#"{"elapsedMs":5000,"phase":"taxi","snapshot":{"isConnected":true,"data":{}}}
{"elapsedMs":6000,"phase":"take_off","snapshot":{"isConnected":true,"data":{"altitude":1}}}
{"elapsedMs":7000,"snapshot":{"isConnected":false}}
{"elapsedMs":8000,"phase":"climb","snapshot":{"isConnected":true,"data":{"crashed":true}}}
"#;

    #[test]
    fn a_recording_plays_its_frames() {
        let mut playback = playback(FLIGHT);
        assert_eq!(playback.phase(), &Phase::Taxi);
        assert_eq!(playback.advance(Duration::from_millis(999)), []);
        let change = |from, to| FlightEvent::PhaseChanged { from, to };
        let moments = playback.advance(Duration::from_millis(1));
        assert_eq!(
            events(&moments),
            [(1000, change(Phase::Taxi, Phase::TakeOff))]
        );
        assert_eq!(playback.snapshot().data.unwrap().altitude, Some(1.0));
        assert_eq!(playback.previous_phase(), Some(&Phase::Taxi));
        playback.command(&Command::Pause).unwrap();
        playback.advance(Duration::from_millis(500));
        assert_eq!(playback.snapshot().data.unwrap().pause_flag, Some(true));
        playback.command(&Command::Resume).unwrap();
        let moments = playback.advance(Duration::from_secs(9));
        let expected = [
            (2500, FlightEvent::ConnectionLost),
            (3500, FlightEvent::ConnectionFound),
            (3500, change(Phase::TakeOff, Phase::Climb)),
            (3500, FlightEvent::Crashed),
            (3500, FlightEvent::Ended),
        ];
        assert_eq!(events(&moments), expected);
        assert!(playback.is_over());
    }

    #[test]
    fn a_recording_cannot_be_flown_differently() {
        let mut playback = playback(FLIGHT);
        let error = playback
            .command(&Command::GoAround)
            .unwrap_err()
            .to_string();
        assert_eq!(
            error,
            "a go-around is not possible in a recording, which plays as it was flown"
        );
        let jump = |phase| Command::JumpTo { phase };
        let error = playback
            .command(&jump(Phase::Final))
            .unwrap_err()
            .to_string();
        assert_eq!(
            error,
            "the flight has no phase `final` to jump to: it has taxi, take_off, climb"
        );
        playback.command(&jump(Phase::Climb)).unwrap();
        let moments = playback.advance(Duration::ZERO);
        assert_eq!(events(&moments), [(0, FlightEvent::Ended)]);
    }

    proptest! {
        #[test]
        fn any_steps_give_the_same_moments(
            frames in prop::collection::vec((0..3000_u64, any::<bool>(), 0.0..100.0), 1..60),
            steps in prop::collection::vec(1..5_000_000_000_u64, 1..40),
        ) {
            let mut now = 0;
            let mut text = String::new();
            for (after, on_ground, height) in frames {
                now += after;
                let line = format!(
                    "{{\"elapsedMs\":{now},\"snapshot\":{{\"isConnected\":true,\"data\":{{\"planeOnground\":{on_ground},\
                     \"altitudeAgl\":{height},\"verticalSpeed\":-100}}}}}}\n"
                );
                text.push_str(&line);
            }
            let (mut at_once, mut in_steps) = (playback(&text), playback(&text));
            let total = Duration::from_nanos(steps.iter().sum());
            let expected = at_once.advance(total);
            let steps = steps.into_iter().map(Duration::from_nanos);
            let found: Vec<_> = steps.flat_map(|step| in_steps.advance(step)).collect();
            prop_assert_eq!(found, expected);
            prop_assert_eq!(at_once.snapshot(), in_steps.snapshot());
            prop_assert_eq!(at_once.landing_report(), in_steps.landing_report());
        }
    }
}
