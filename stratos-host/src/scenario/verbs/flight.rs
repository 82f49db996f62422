//! Verbs of the flight.

use std::time::Duration;

use stratos_flight::{AircraftClass, Command, FlightSetup, LandingWishes, SetupError};
use stratos_protocol::error::chain;

use crate::flight::{FlightCommand, FlightRequest, MAX_SPEED};
use crate::scenario::action::Action;
use crate::scenario::step_reader::StepReader;
use crate::scenario::table_reader::TableReader;
use crate::scenario::verbs::verb::{Verb, for_duration};

/// Time that `reach` waits without a `within`: longer than any flight.
const LONGEST_FLIGHT: Duration = Duration::from_secs(24 * 60 * 60);

pub(super) static FLIGHT: &[Verb] = &[
    Verb {
        name: "fly",
        summary: "starts a flight in the simulator; it ends with the scenario at the latest",
        required: &["from", "to"],
        optional: &[
            "callsign",
            "cruise-level",
            "aircraft",
            "seed",
            "speed",
            "phase",
            "anyway",
            "fails",
        ],
        parse: |step| {
            let (setup, request) = request(step)?;
            let details = format!(" from {} to {}", setup.departure, setup.arrival);
            Some(Action::new(details, |cx| async move {
                Ok(cx.faults.start_flight(request).await?)
            }))
        },
    },
    Verb {
        name: "reach",
        summary: "waits until the flight is in a phase, or has been in it since the last step that had an effect",
        required: &["phase"],
        optional: &["within", "fails"],
        parse: |step| {
            let phase = step.keys.phase("phase")?;
            let within = step.keys.duration("within").unwrap_or(LONGEST_FLIGHT);
            let action = Action::new(format!(" {phase}"), move |cx| async move {
                Ok(cx.observer.reach(&phase, within).await?)
            });
            Some(action.passive())
        },
    },
    Verb {
        name: "jump",
        summary: "goes to the start of a phase, without the flight between",
        required: &["phase"],
        optional: &["fails"],
        parse: |step| {
            let phase = step.keys.phase("phase")?;
            Some(command(format!(" to {phase}"), Command::JumpTo { phase }))
        },
    },
    Verb {
        name: "land",
        summary: "goes to the last moments before the touchdown, and lands",
        required: &[],
        optional: &["rate", "g", "bounces", "fails"],
        parse: |step| {
            let keys = step.keys;
            let wishes = LandingWishes {
                rate: keys.number("rate"),
                g_force: keys.number("g"),
                bounces: keys.integer("bounces", 0, u32::MAX).unwrap_or_default(),
            };
            if let Err(error) = wishes.validate() {
                keys.report("do", error.to_string());
                return None;
            }
            let details = wishes.rate.map(|rate| format!(" at {rate} ft/min"));
            Some(command(details.unwrap_or_default(), Command::Land(wishes)))
        },
    },
    Verb {
        name: "go-around",
        summary: "breaks the approach off and flies another one",
        required: &[],
        optional: &["fails"],
        parse: |_| Some(command("", Command::GoAround)),
    },
    Verb {
        name: "reject-take-off",
        summary: "rejects the take-off run, and takes off again later",
        required: &[],
        optional: &["fails"],
        parse: |_| Some(command("", Command::RejectTakeOff)),
    },
    Verb {
        name: "pause-flight",
        summary: "pauses the simulator",
        required: &[],
        optional: &["fails"],
        parse: |_| Some(command("", Command::Pause)),
    },
    Verb {
        name: "resume-flight",
        summary: "ends `pause-flight`",
        required: &[],
        optional: &["fails"],
        parse: |_| Some(command("", FlightCommand::Resume)),
    },
    Verb {
        name: "flight-speed",
        summary: "sets how many times faster than real time the flight is",
        required: &["speed"],
        optional: &["fails"],
        parse: |step| {
            let speed = step.keys.integer("speed", 1, MAX_SPEED)?;
            Some(command(format!(" {speed}"), FlightCommand::Speed(speed)))
        },
    },
    Verb {
        name: "simulator-gone",
        summary: "ends the connection to the simulator: the flight stands still, without data",
        required: &[],
        optional: &["for", "fails"],
        parse: |step| {
            let duration = step.keys.duration("for");
            Some(Action::new(for_duration(duration), move |cx| async move {
                Ok(cx.faults.disconnect_simulator(duration)?)
            }))
        },
    },
    Verb {
        name: "simulator-back",
        summary: "ends `simulator-gone`",
        required: &[],
        optional: &["fails"],
        parse: |_| {
            Some(Action::new("", |cx| async move {
                Ok(cx.faults.reconnect_simulator()?)
            }))
        },
    },
    Verb {
        name: "crash",
        summary: "crashes the aircraft",
        required: &[],
        optional: &["fails"],
        parse: |_| Some(command("", Command::Crash)),
    },
    Verb {
        name: "end-flight",
        summary: "ends the flight",
        required: &[],
        optional: &["fails"],
        parse: |_| Some(command("", Command::End)),
    },
];

fn command(details: impl Into<String>, command: impl Into<FlightCommand>) -> Action {
    let command = command.into();
    Action::new(details, |cx| async move {
        Ok(cx.control.command_flight(command).map(drop)?)
    })
}

/// The flight of a step with `fly`, if it can be flown.
fn request(step: &StepReader<'_>) -> Option<(FlightSetup, FlightRequest)> {
    let keys = step.keys;
    let mut setup = FlightSetup::new(&keys.text("from")?, &keys.text("to")?);
    if let Some(callsign) = keys.text("callsign") {
        setup.callsign = callsign;
    }
    setup.cruise_level = keys.integer("cruise-level", 0, u32::MAX);
    setup.seed = keys.integer("seed", 0, u64::MAX).unwrap_or_default();
    let classes = AircraftClass::ALL.map(AircraftClass::name);
    if let Some(name) = keys.name("aircraft", "aircraft class", &classes) {
        let mut classes = AircraftClass::ALL.into_iter();
        let class = classes.find(|class| class.name() == name);
        setup.aircraft = class.unwrap_or_default();
    }
    if let Err(error) = setup.validate() {
        let key = match error {
            SetupError::Callsign(_) => "callsign",
            SetupError::Departure(_) => "from",
            SetupError::Arrival(_) | SetupError::NoRoute(_) => "to",
            SetupError::CruiseLevel { .. } | SetupError::RouteTooShort { .. } => "cruise-level",
            SetupError::Landing(_) => "do",
        };
        keys.report(key, chain(&error));
        return None;
    }
    let request = FlightRequest {
        speed: keys.integer("speed", 1, MAX_SPEED).unwrap_or(1),
        phase: keys.optional("phase", TableReader::phase)?,
        anyway: keys.boolean("anyway").unwrap_or(false),
        ..FlightRequest::simulated(setup.clone())
    };
    Some((setup, request))
}
