//! The announcements that a flight calls for.

use stratos::flight::Phase;

use crate::announcement::Announcement;

/// The announcements of one flight by its phases: each one is made once, except for that of a go-around.
#[derive(Debug, Default)]
pub(crate) struct Script {
    made: Vec<Announcement>,
}

impl Script {
    /// The announcement that a phase calls for, if it was not made before.
    pub(crate) fn enter(&mut self, phase: &Phase) -> Option<Announcement> {
        let announcement = match phase {
            Phase::Boarding => Announcement::Welcome,
            Phase::PushBack => Announcement::Safety,
            Phase::TakeOff => Announcement::TakeOff,
            Phase::Approach | Phase::Final => Announcement::Landing,
            Phase::GoAround => return Some(Announcement::GoAround),
            // Not `Landed`: the pilot may still go around.
            Phase::TaxiIn => Announcement::Arrival,
            Phase::Deboarding => Announcement::Farewell,
            _ => return None,
        };
        if self.made.contains(&announcement) {
            return None;
        }
        self.made.push(announcement.clone());
        Some(announcement)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_approach_repeats_nothing_but_tells_of_the_go_around() {
        let mut script = Script::default();
        let mut enter = |phase: &str| script.enter(&Phase::from(phase));
        assert_eq!(enter("cruise"), None);
        assert_eq!(enter("approach"), Some(Announcement::Landing));
        assert_eq!(enter("final"), None);
        for _ in 0..2 {
            assert_eq!(enter("go_around"), Some(Announcement::GoAround));
            assert_eq!(enter("approach"), None);
        }
        assert_eq!(enter("a later phase"), None);
    }
}
