//! `cargo stratos flight`

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Subcommand;
use clap::builder::PossibleValuesParser;
use clap::builder::TypedValueParser as _;
use stratos_flight::{AircraftClass, Command, FlightSetup, LandingWishes, airports};
use stratos_host::remote::{
    CommandFlight, FlightCommand, FlightInfo, FlightRequest, FlightSourceRequest, GetFlight,
    StartFlight,
};
use stratos_protocol::flight_state::Phase;

use crate::commands::flight_record::record;
use crate::commands::shell_args::ShellArgs;
use crate::context::Context;
use crate::error::Error;
use crate::exit::Outcome;
use crate::output::{escape, flight_status};

/// Start and command a simulated flight in the running shell
///
/// Plugins see a flight as in the real shell: its phases, simulator data, landings. No simulator is needed.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  cargo stratos flight start EDDF LGIR --speed 60    from Frankfurt to Heraklion in three minutes
  cargo stratos flight phase descent                 go to the descent
  cargo stratos flight land --rate -600 --bounces 2  land hard")]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Option<Action>,
    #[command(flatten)]
    shell: ShellArgs,
}

#[derive(Debug, Subcommand)]
enum Action {
    Start(Box<StartArgs>),
    /// Print the flight (also without a subcommand)
    Status {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Pause the simulator
    Pause,
    /// Go on with a flight that is paused or held, or with that of an earlier run of the shell
    Resume,
    /// Go to the start of a phase, forward or back
    #[command(alias = "jump")]
    Phase {
        /// The phase
        #[arg(value_parser = phase_parser())]
        phase: Phase,
    },
    /// Set how many times faster than real time the flight is, from 1 to 600
    Speed {
        times: u32,
    },
    /// Let the flight go on for a time, and hold it then, until `resume`
    Step {
        /// The time, such as 50ms, 1s, 5m
        #[arg(default_value = "1s", value_parser = humantime::parse_duration)]
        time: Duration,
    },
    /// Go to the last moments before the touchdown, and land
    Land {
        /// Vertical speed at the touchdown in ft/min, from -2000 to -20
        #[arg(long, allow_hyphen_values = true, value_name = "FT_PER_MIN")]
        rate: Option<f64>,
        /// Load factor at the touchdown in g, from 1 to 5
        #[arg(long = "g", value_name = "G")]
        g_force: Option<f64>,
        /// Number of bounces, at most 5
        #[arg(long, default_value_t = 0)]
        bounces: u32,
    },
    /// Reject the take-off run
    RejectTakeOff,
    /// Break the approach off and fly another one
    GoAround,
    /// Open or close the simulator's menu
    Menu {
        state: Switch,
    },
    /// Switch the slew mode of the simulator
    Slew {
        state: Switch,
    },
    /// Set the simulation rate of the simulator, a power of two from 0.25 to 128, as plugins see it
    SimRate {
        rate: f64,
    },
    /// End the connection to the simulator
    Disconnect,
    /// Connect to the simulator again
    Reconnect,
    /// Crash the aircraft
    Crash,
    /// End the flight, or forget that of an earlier run
    End,
    /// List the airports that the simulator knows
    #[command(alias = "airports")]
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Record the flight into a file, until it ends or Ctrl-C
    Record {
        /// The file, which must not exist; each line is the simulator data at a time
        file: PathBuf,
    },
}

/// Start a flight, after asking the start guards of the plugins
#[derive(Debug, clap::Args)]
struct StartArgs {
    /// Departure, the ICAO code of an airport, such as EDDF
    #[arg(required_unless_present = "recording")]
    departure: Option<String>,
    /// Arrival, the ICAO code of an airport, such as LGIR
    #[arg(required_unless_present = "recording")]
    arrival: Option<String>,
    /// Play this recording of `flight record` instead
    #[arg(long, value_name = "FILE", conflicts_with_all = ["departure", "arrival", "callsign", "cruise_level", "aircraft", "seed"])]
    recording: Option<PathBuf>,
    /// Callsign
    #[arg(long)]
    callsign: Option<String>,
    /// Cruise level in hundreds of feet [default: one that fits the distance]
    #[arg(long, value_name = "LEVEL")]
    cruise_level: Option<u32>,
    /// Class of the aircraft
    #[arg(long, default_value = "narrow-body", value_parser = aircraft_parser())]
    aircraft: AircraftClass,
    /// Seed of wind, times and landing: the same seed flies the same flight
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Multiple of real time, from 1 to 600
    #[arg(long, default_value_t = 1)]
    speed: u32,
    /// Begin in this phase, as if the shell had been started during the flight
    #[arg(long, value_parser = phase_parser())]
    phase: Option<Phase>,
    /// Start in spite of the vetoes of plugins, as the pilot can
    #[arg(long)]
    anyway: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Switch {
    On,
    Off,
}

fn phase_parser() -> impl clap::builder::TypedValueParser<Value = Phase> {
    // `flight go-around` and `reject-take-off` fly these two.
    let is_planned = |phase: &&Phase| !matches!(phase, Phase::GoAround | Phase::RejectedTakeOff);
    let names = Phase::ALL.iter().filter(is_planned).map(Phase::as_str);
    PossibleValuesParser::new(names).map(|name| Phase::from(&*name))
}

fn aircraft_parser() -> impl clap::builder::TypedValueParser<Value = AircraftClass> {
    let names = AircraftClass::ALL.map(AircraftClass::name);
    PossibleValuesParser::new(names).map(|name| {
        let mut classes = AircraftClass::ALL.into_iter();
        let class = classes.find(|class| class.name() == name);
        class.expect("clap accepts these names only")
    })
}

pub(crate) fn run(cx: &Context, args: Args) -> Result<Outcome, Error> {
    let Args { action, shell } = args;
    let command = match action.unwrap_or(Action::Status { json: false }) {
        Action::Start(start) => return start.run(cx, shell),
        Action::Status { json } => {
            let flight = shell.call(cx, &GetFlight {})?;
            match json {
                true => cx.output.json(&flight)?,
                false => cx.output.line(flight_status(&flight))?,
            }
            return Ok(Outcome::Success);
        }
        Action::List { json } => return list(cx, json),
        Action::Record { file } => return record(cx, shell, &file),
        Action::Resume => FlightCommand::Resume,
        Action::Speed { times } => FlightCommand::Speed(times),
        Action::Step { time } => {
            FlightCommand::Step(u64::try_from(time.as_millis()).unwrap_or(u64::MAX))
        }
        Action::Pause => Command::Pause.into(),
        Action::Phase { phase } => Command::JumpTo { phase }.into(),
        Action::Land {
            rate,
            g_force,
            bounces,
        } => Command::Land(LandingWishes {
            rate,
            g_force,
            bounces,
        })
        .into(),
        Action::RejectTakeOff => Command::RejectTakeOff.into(),
        Action::GoAround => Command::GoAround.into(),
        Action::Menu { state } => Command::Menu {
            open: state == Switch::On,
        }
        .into(),
        Action::Slew { state } => Command::Slew {
            on: state == Switch::On,
        }
        .into(),
        Action::SimRate { rate } => Command::Rate { rate }.into(),
        Action::Disconnect => Command::Disconnect.into(),
        Action::Reconnect => Command::Reconnect.into(),
        Action::Crash => Command::Crash.into(),
        Action::End => Command::End.into(),
    };
    let flight = shell.call(cx, &CommandFlight { command })?;
    note(cx, &flight);
    Ok(Outcome::Success)
}

impl StartArgs {
    fn run(self, cx: &Context, shell: ShellArgs) -> Result<Outcome, Error> {
        let source = match &self.recording {
            Some(file) => read_recording(file)?,
            None => {
                let departure = self.departure.as_deref().unwrap_or_default();
                let arrival = self.arrival.as_deref().unwrap_or_default();
                let default = FlightSetup::new(departure, arrival);
                FlightSourceRequest::Simulated(FlightSetup {
                    callsign: self.callsign.unwrap_or(default.callsign.clone()),
                    cruise_level: self.cruise_level,
                    aircraft: self.aircraft,
                    seed: self.seed,
                    ..default
                })
            }
        };
        let request = FlightRequest {
            source,
            speed: self.speed,
            phase: self.phase,
            anyway: self.anyway,
        };
        let flight = shell.call(cx, &StartFlight { request })?;
        note(cx, &flight);
        Ok(Outcome::Success)
    }
}

fn read_recording(file: &Path) -> Result<FlightSourceRequest, Error> {
    let text = fs::read_to_string(file).map_err(|source| Error::Recording {
        path: file.to_owned(),
        source,
    })?;
    let file = file.display().to_string();
    Ok(FlightSourceRequest::Recorded { file, text })
}

fn note(cx: &Context, flight: &FlightInfo) {
    cx.output.note(flight_status(flight));
}

fn list(cx: &Context, json: bool) -> Result<Outcome, Error> {
    if json {
        let rows = airports().iter().map(|airport| {
            serde_json::json!({
                "icao": airport.icao,
                "name": airport.name,
                "latitude": airport.latitude,
                "longitude": airport.longitude,
                "elevation": airport.elevation,
            })
        });
        cx.output.json(&rows.collect::<Vec<_>>())?;
        return Ok(Outcome::Success);
    }
    for airport in airports() {
        let line = format!(
            "{} {:<28} {:>8.3} {:>8.3} {:>6.0} ft",
            airport.icao,
            escape(airport.name),
            airport.latitude,
            airport.longitude,
            airport.elevation
        );
        cx.output.line(line)?;
    }
    Ok(Outcome::Success)
}
