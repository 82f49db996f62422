//! What `run` starts beside itself, to clean up after it.

use std::io;
use std::path::PathBuf;

use stratos_host::process::run_guardian;

use crate::error::Error;
use crate::exit::Outcome;

/// Wait for the end of a shell, and clean up after it
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// What the shell has started
    record: PathBuf,
}

pub(crate) fn run(args: Args) -> Result<Outcome, Error> {
    run_guardian(&args.record, io::stdin().lock()).map_err(|source| Error::File {
        operation: "read",
        path: args.record,
        source,
    })?;
    Ok(Outcome::Success)
}
