//! A plugin for tests that misbehaves. Its file's name is its id, and the id is the name of its fault.

use std::process::ExitCode;

fn main() -> ExitCode {
    stratos_tests::hostile()
}
