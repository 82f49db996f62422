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
            (None, Command::Land(_)) => return Err(CommandError::Recorded("another landing")),
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
