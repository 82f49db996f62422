//! Program of the plugin, which the shell starts.

use std::process::ExitCode;

fn main() -> ExitCode {
    loadsheet::plugin().serve()
}
