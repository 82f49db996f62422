//! Services of `ctx` in the mocked shell, with plugins that send raw requests.

mod airline;
mod commands;
mod database;
mod flight;
mod flight_events;
mod flight_log;
mod flight_recovery;
mod indicator;
mod modals;
mod notify;
mod order;

use stratos::testing::{Command, FlightCommand, FlightRequest, FlightSetup};
use stratos_protocol::flight_state::Phase;
use stratos_tests::RawShell;

fn flight() -> FlightRequest {
    FlightRequest::simulated(FlightSetup::new("EDDF", "LGIR"))
}

async fn start_flight(shell: &RawShell) {
    shell.shell.control().start_flight(flight()).await.unwrap();
}

fn jump_to(shell: &RawShell, phase: Phase) {
    let jump = FlightCommand::Simulator(Command::JumpTo { phase });
    shell.shell.control().command_flight(jump).unwrap();
}
