//! The program that the shell starts.

use std::process::ExitCode;

use fleet_manager::FleetManager;

fn main() -> ExitCode {
    stratos::serve::<FleetManager>()
}
