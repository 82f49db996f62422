//! The flight as lines for people.

use std::time::Duration;

use serde_json::Value;
use stratos_host::remote::FlightInfo;
use stratos_protocol::flight_data::FlightData;
use stratos_protocol::flight_state::FlightPlan;

use crate::output::escape;

/// Formats the flight: plan, phase and time, then the aircraft, then what is unusual.
pub(crate) fn flight_status(info: &FlightInfo) -> String {
    let Some(flight) = &info.state.flight else {
        let pending = match info.state.pending_recovery {
            Some(_) => "; that of an earlier run goes on with `cargo stratos flight resume`",
            None => "",
        };
        return format!("no flight{pending}");
    };
    let mut parts = vec![format!(
        "{}: {}, {} after {}",
        name(&flight.flight_plan),
        escape(flight.status.as_str()),
        escape(info.phase.as_str()),
        humantime::format_duration(Duration::from_secs(info.elapsed_ms / 1000)),
    )];
    if info.speed != 1 {
        parts.push(format!("{} times faster than real time", info.speed));
    }
    if info.is_held {
        parts.push("held".to_owned());
    }
    match info.holes {
        0 => {}
        1 => parts.push("1 hole of over 10 s in the recording".to_owned()),
        holes => parts.push(format!("{holes} holes of over 10 s in the recording")),
    }
    if info.state.sim_disconnected {
        parts.push("the simulator is gone".to_owned());
    }
    let status = parts.join(", ");
    let data = info.snapshot.as_ref();
    match data.and_then(|snapshot| snapshot.data.as_ref()) {
        Some(data) => format!("{status}\n  {}", aircraft(data)),
        None => status,
    }
}

fn aircraft(data: &FlightData) -> String {
    let number = |value: Option<f64>| value.map_or("?".to_owned(), |value| format!("{value:.0}"));
    format!(
        "{} ft, {} kt over ground, {} ft/min, heading {}",
        number(data.altitude),
        number(data.ground_speed),
        number(data.vertical_speed),
        number(data.heading),
    )
}

/// Callsign and airports, or the file of a recording.
fn name(plan: &FlightPlan) -> String {
    let text = |text: &Option<String>| escape(text.as_deref().unwrap_or("?")).into_owned();
    match (&plan.callsign, &plan.source_id) {
        (None, Some(Value::String(file))) => format!("recording {}", escape(file)),
        _ => format!(
            "{} {} - {}",
            text(&plan.callsign),
            text(&plan.departure_icao),
            text(&plan.arrival_icao)
        ),
    }
}
