//! A landing, as the diary, the UI and the airline have it.

use std::time::{SystemTime, UNIX_EPOCH};

use serde::Serialize;
use stratos::flight::{FlightPlan, LandingReport};

/// A landing.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Landing {
    /// Time of the landing in milliseconds since 1970.
    pub(crate) landed_at: i64,
    /// ICAO code of the departure, if the flight has one.
    pub(crate) departure: Option<String>,
    /// ICAO code of the arrival, if the flight has one.
    pub(crate) arrival: Option<String>,
    /// Vertical speed at the first touchdown in feet per minute, negative.
    pub(crate) rate: f64,
    /// Load factor at the first touchdown in g, if the simulator tells it.
    pub(crate) g_force: Option<f64>,
    /// Number of bounces.
    pub(crate) bounces: u32,
}

impl Landing {
    /// The landing of a report; `None` if the report has no rate. `now` counts if no touchdown has a time.
    pub(crate) fn new(report: &LandingReport, plan: &FlightPlan, now: SystemTime) -> Option<Self> {
        let touchdown = report.touchdowns.first();
        let rate = report
            .landing_rate
            .or_else(|| touchdown?.vertical_speed)
            .filter(|rate| rate.is_finite())?;
        let landed_at = touchdown.and_then(|touchdown| touchdown.timestamp);
        let since_1970 = landed_at.unwrap_or(now).duration_since(UNIX_EPOCH);
        let millis = since_1970.unwrap_or_default().as_millis();
        Some(Self {
            landed_at: i64::try_from(millis).unwrap_or(i64::MAX),
            departure: plan.departure_icao.clone(),
            arrival: plan.arrival_icao.clone(),
            rate,
            g_force: touchdown.and_then(|touchdown| touchdown.g_force),
            bounces: report.bounce_count.unwrap_or_default(),
        })
    }

    /// Whether the landing was as hard as this or harder, in feet per minute.
    pub(crate) fn is_hard(&self, threshold: i64) -> bool {
        // A setting of at most 2000.
        #[expect(clippy::cast_precision_loss, reason = "small numbers are exact")]
        let threshold = threshold as f64;
        self.rate.abs() >= threshold
    }

    /// The landing in a sentence.
    pub(crate) fn summary(&self) -> String {
        let place = self.arrival.as_ref();
        let place = place.map_or_else(String::new, |icao| format!(" at {icao}"));
        let g_force = self.g_force.map(|g| format!(", {g:.1} g"));
        let bounces = match self.bounces {
            0 => String::new(),
            1 => ", 1 bounce".to_owned(),
            bounces => format!(", {bounces} bounces"),
        };
        let rate = self.rate;
        format!(
            "Landed{place} with {rate:.0} ft/min{}{bounces}",
            g_force.unwrap_or_default()
        )
    }
}

#[cfg(test)]
mod tests {
    use stratos::flight::CapturePoint;

    use super::*;

    #[test]
    fn a_report_may_have_little() {
        let plan = FlightPlan::default();
        let landing = |report: &LandingReport| Landing::new(report, &plan, UNIX_EPOCH);
        assert_eq!(landing(&LandingReport::default()), None);
        let odd = LandingReport {
            landing_rate: Some(f64::NAN),
            ..LandingReport::default()
        };
        assert_eq!(landing(&odd), None);

        let touchdown = CapturePoint {
            vertical_speed: Some(-320.0),
            ..CapturePoint::default()
        };
        let bare = landing(&LandingReport {
            touchdowns: vec![touchdown],
            ..LandingReport::default()
        });
        let bare = bare.unwrap();
        assert_eq!(bare.summary(), "Landed with -320 ft/min");
        assert!(bare.is_hard(320) && !bare.is_hard(330));
    }
}
