//! Program of the plugin, which the shell starts.

use std::process::ExitCode;

use landing_diary::LandingDiary;

fn main() -> ExitCode {
    stratos::serve::<LandingDiary>()
}
