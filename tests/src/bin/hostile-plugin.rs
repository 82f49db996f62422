//! The hostile plugin as a program. Its file name is its id, which names the fault.

use std::process::ExitCode;

fn main() -> ExitCode {
    stratos_tests::hostile()
}
