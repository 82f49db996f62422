//! Program of the plugin, which the shell starts.

use std::process::ExitCode;

use cabin_crew::CabinCrew;

fn main() -> ExitCode {
    stratos::serve::<CabinCrew>()
}
