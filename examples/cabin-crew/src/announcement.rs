//! Announcements and their texts.

use serde::{Deserialize, Serialize};

use crate::settings::Language;

/// An announcement, in JSON a name such as `"safety"`, or `{"text": "Dinner is served."}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Announcement {
    /// Passengers come on board.
    Welcome,
    /// Safety instructions at push-back.
    Safety,
    /// The aircraft is about to take off.
    TakeOff,
    /// The aircraft is about to land.
    Landing,
    /// The landing was broken off.
    GoAround,
    /// The aircraft has landed.
    Arrival,
    /// Passengers leave.
    Farewell,
    /// A text of the pilot.
    Text(String),
}

/// Details of a flight that announcements mention. Unknown ones are left out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct FlightDetails {
    pub(crate) airline: Option<String>,
    pub(crate) callsign: Option<String>,
    pub(crate) destination: Option<String>,
}

impl Announcement {
    /// The text in a language.
    pub(crate) fn text(&self, language: Language, flight: &FlightDetails) -> String {
        match language {
            Language::En => self.english(flight),
            Language::De => self.german(flight),
        }
    }

    fn english(&self, flight: &FlightDetails) -> String {
        let airline = words(" ", flight.airline.as_deref());
        let number = words(" flight ", flight.callsign.as_deref());
        let destination = words(" to ", flight.destination.as_deref());
        match self {
            Self::Welcome => format!("Welcome on board{airline}{number}{destination}."),
            Self::Safety => "Please follow our safety instructions.".to_owned(),
            Self::TakeOff => "Cabin crew, please take your seats for take-off.".to_owned(),
            Self::Landing => "Cabin crew, please take your seats for landing.".to_owned(),
            Self::GoAround => {
                "We have broken off our approach and will land in a few minutes. Please stay seated."
                    .to_owned()
            }
            Self::Arrival => {
                let place = words(" to ", flight.destination.as_deref());
                format!("Welcome{place}. Please stay seated until we have reached our stand.")
            }
            Self::Farewell => {
                let airline = words(" with ", flight.airline.as_deref());
                format!("Thank you for flying{airline}. Goodbye!")
            }
            Self::Text(text) => text.clone(),
        }
    }

    fn german(&self, flight: &FlightDetails) -> String {
        let airline = words(" bei ", flight.airline.as_deref());
        let number = words(" auf Flug ", flight.callsign.as_deref());
        let destination = words(" nach ", flight.destination.as_deref());
        match self {
            Self::Welcome => format!("Willkommen an Bord{airline}{number}{destination}."),
            Self::Safety => "Bitte beachten Sie unsere Sicherheitshinweise.".to_owned(),
            Self::TakeOff => "Cabin Crew, bitte Platz nehmen zum Start.".to_owned(),
            Self::Landing => "Cabin Crew, bitte Platz nehmen zur Landung.".to_owned(),
            Self::GoAround => {
                "Wir haben den Anflug abgebrochen und landen in einigen Minuten. Bitte bleiben Sie angeschnallt."
                    .to_owned()
            }
            Self::Arrival => {
                let place = words(" in ", flight.destination.as_deref());
                format!("Willkommen{place}. Bitte bleiben Sie sitzen, bis wir die Parkposition erreicht haben.")
            }
            Self::Farewell => {
                let airline = words(" mit ", flight.airline.as_deref());
                format!("Danke für Ihren Flug{airline}. Auf Wiedersehen!")
            }
            Self::Text(text) => text.clone(),
        }
    }
}

/// A part of a sentence; empty without its value.
fn words(before: &str, value: Option<&str>) -> String {
    let value = value.filter(|value| !value.is_empty());
    value.map_or_else(String::new, |value| format!("{before}{value}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_known_is_left_out() {
        let nothing = FlightDetails::default();
        let text = |flight| Announcement::Welcome.text(Language::En, flight);
        assert_eq!(text(&nothing), "Welcome on board.");
        let known = FlightDetails {
            airline: Some("Sky Virtual".to_owned()),
            callsign: Some("SKV1".to_owned()),
            destination: Some("LGIR".to_owned()),
        };
        assert_eq!(
            text(&known),
            "Welcome on board Sky Virtual flight SKV1 to LGIR."
        );
    }
}
