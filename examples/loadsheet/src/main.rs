//! The program that the shell starts.

use std::process::ExitCode;

fn main() -> ExitCode {
    stratos::create_plugin(stratos::manifest!())
        .on_start(loadsheet::start)
        .on_stop(async |_ctx| Ok(()))
        .serve()
}
