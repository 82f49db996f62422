//! `cargo stratos schema`

use stratos_manifest::SCHEMA;

use crate::context::Context;
use crate::error::Error;
use crate::exit::Outcome;

/// Print a JSON Schema of plugin.json, for editors
///
/// For Visual Studio Code, save it to a file and add that to `json.schemas` in the settings.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {}

pub(crate) fn run(cx: &Context, _: &Args) -> Result<Outcome, Error> {
    cx.output.line(SCHEMA.trim_end())?;
    Ok(Outcome::Success)
}
