//! `cargo stratos guardian`: process that cleans up after a shell that was killed. `run` starts it.

use std::io;
use std::path::PathBuf;

use stratos_host::process::run_guardian;

use crate::error::Error;
use crate::exit::Outcome;

/// Wait for the end of a shell, then end its processes
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// File with the processes of the shell
    record: PathBuf,
}

pub(crate) fn run(args: Args) -> Result<Outcome, Error> {
    run_guardian(&args.record, io::stdin().lock())
        .map_err(|source| Error::file("read", args.record, source))?;
    Ok(Outcome::Success)
}
