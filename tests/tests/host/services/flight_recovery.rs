//! The flight of an earlier run, from the file in the state folder.

use std::fs;
use std::path::Path;
use std::time::Duration;

use serde_json::json;
use stratos::testing::{Command, FlightCommand};
use stratos_host::{ShellOptions, StateDir};
use stratos_protocol::flight::GetState;
use stratos_protocol::flight_state::Phase;
use stratos_tests::{RawPlugin, RawShell};

use super::{jump_to, start_flight};

const END: FlightCommand = FlightCommand::Simulator(Command::End);

async fn start(folder: &Path, plugin: &RawPlugin) -> RawShell {
    let options = ShellOptions::new(StateDir::open(folder).unwrap());
    RawShell::start_with(options, &[plugin]).await
}

/// Waits until the file of the flight is written, and ends the shell.
async fn end(RawShell { shell, .. }: RawShell) {
    tokio::time::sleep(Duration::from_secs(1)).await;
    shell.stop().await;
}

#[tokio::test]
async fn a_broken_file_counts_as_no_flight() {
    let state = tempfile::tempdir().unwrap();
    fs::write(state.path().join("flight.json"), "{").unwrap();
    let shell = start(state.path(), &RawPlugin::without_folders("demo")).await;
    for command in [FlightCommand::Resume, END] {
        let error = shell.shell.control().command_flight(command).unwrap_err();
        assert!(
            error.to_string().starts_with("there is no flight"),
            "{error}"
        );
    }
}

#[tokio::test]
async fn a_flight_is_resumed_where_it_was_or_forgotten() {
    let state = tempfile::tempdir().unwrap();
    let plugin = RawPlugin::without_folders("demo");
    let shell = start(state.path(), &plugin).await;
    start_flight(&shell).await;
    // From here on, the flight is another one than planned.
    jump_to(&shell, Phase::Final);
    let control = shell.shell.control();
    let go_around = FlightCommand::Simulator(Command::GoAround);
    let going_around = control.command_flight(go_around).unwrap();
    assert_eq!(going_around.phase, Phase::GoAround);
    end(shell).await;

    let mut plugin = RawPlugin::without_folders("demo");
    let shell = start(state.path(), &plugin).await;
    let ctx = plugin.next().await;
    let pending = ctx.call(&GetState {}).await.unwrap().pending_recovery;
    let plan = &pending.unwrap()["flightPlan"];
    assert_eq!(plan["departureIcao"], json!("EDDF"), "{plan}");
    let control = shell.shell.control();
    let resumed = control.command_flight(FlightCommand::Resume).unwrap();
    assert_eq!(resumed.phase, Phase::Approach);
    assert_eq!(resumed.state.pending_recovery, None);
    end(shell).await;

    let shell = start(state.path(), &RawPlugin::without_folders("demo")).await;
    let control = shell.shell.control();
    assert!(control.flight().state.pending_recovery.is_some());
    let forgotten = control.command_flight(END).unwrap();
    assert_eq!(forgotten.state.pending_recovery, None);
    end(shell).await;

    let shell = start(state.path(), &RawPlugin::without_folders("demo")).await;
    let control = shell.shell.control();
    assert_eq!(control.flight().state.pending_recovery, None);
    control.command_flight(FlightCommand::Resume).unwrap_err();
}
