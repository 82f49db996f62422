//! The announcements that a flight calls for.

use stratos::flight::Phase;

use crate::announcement::Announcement;

/// The announcements of one flight by its phases: each one is made once, except for that of a go-around.
#[derive(Debug, Default)]
pub(crate) struct Script {
    phase: Option<Phase>,
    made: Vec<Announcement>,
}

impl Script {
    /// The script of a flight that is about to [`enter`](Self::enter) this phase, and whose earlier phases were not seen:
    /// what they called for counts as made.
    pub(crate) fn joining(phase: &Phase) -> Self {
        // A phase of a later shell has an unknown place in the order.
        let earlier = Phase::ALL.iter().position(|known| known == phase);
        let made = Phase::ALL
            .iter()
            .take(earlier.unwrap_or_default())
            .filter_map(called_for)
            .filter(|announcement| called_for(phase).as_ref() != Some(announcement));
        Self {
            phase: None,
            made: made.collect(),
        }
    }

    /// The announcement that a phase calls for, if it was not made before. The present phase may be entered again, which
    /// calls for nothing.
    pub(crate) fn enter(&mut self, phase: &Phase) -> Option<Announcement> {
        if self.phase.as_ref() == Some(phase) {
            return None;
        }
        self.phase = Some(phase.clone());
        let announcement = called_for(phase)?;
        if announcement != Announcement::GoAround {
            if self.made.contains(&announcement) {
                return None;
            }
            self.made.push(announcement.clone());
        }
        Some(announcement)
    }
}

fn called_for(phase: &Phase) -> Option<Announcement> {
    Some(match phase {
        Phase::Boarding => Announcement::Welcome,
        Phase::PushBack => Announcement::Safety,
        Phase::TakeOff => Announcement::TakeOff,
        Phase::Approach | Phase::Final => Announcement::Landing,
        Phase::GoAround => Announcement::GoAround,
        // Not `Landed`: the pilot may still go around.
        Phase::TaxiIn => Announcement::Arrival,
        Phase::Deboarding => Announcement::Farewell,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The announcements that these phases call for.
    fn announcements(mut script: Script, phases: &[&str]) -> Vec<Option<Announcement>> {
        let phases = phases.iter().map(|phase| Phase::from(*phase));
        phases.map(|phase| script.enter(&phase)).collect()
    }

    #[test]
    fn a_second_approach_repeats_nothing_but_tells_of_the_go_around() {
        let phases = [
            "cruise",
            "approach",
            "final",
            "go_around",
            "go_around",
            "approach",
            "go_around",
            "a later phase",
        ];
        let expected = [
            None,
            Some(Announcement::Landing),
            None,
            Some(Announcement::GoAround),
            None,
            None,
            Some(Announcement::GoAround),
            None,
        ];
        assert_eq!(announcements(Script::default(), &phases), expected);
    }

    #[test]
    fn a_flight_that_is_under_way_has_had_its_earlier_announcements() {
        for (phase, expected) in [
            ("approach", Some(Announcement::Landing)),
            ("final", Some(Announcement::Landing)),
            ("landed", None),
            ("go_around", Some(Announcement::GoAround)),
            ("taxi_in", Some(Announcement::Arrival)),
        ] {
            let script = Script::joining(&Phase::from(phase));
            assert_eq!(
                announcements(script, &[phase, "approach", "take_off"]),
                [expected, None, None],
                "{phase}"
            );
        }
        let script = Script::joining(&Phase::from("a later phase"));
        let expected = [None, Some(Announcement::Landing)];
        assert_eq!(announcements(script, &["a later phase", "final"]), expected);
    }
}
