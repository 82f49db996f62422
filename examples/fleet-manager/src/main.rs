//! Program of the plugin, which the shell starts.

use std::process::ExitCode;

use fleet_manager::plugin::Plugin;

fn main() -> ExitCode {
    stratos::serve::<Plugin>()
}
