//! `cargo stratos schema`

use stratos_manifest::SCHEMA;

use crate::context::Context;
use crate::error::Error;
use crate::exit::Outcome;

/// Print a JSON Schema of plugin.json, for editors
///
/// In Visual Studio Code, name the file under `json.schemas` in the settings.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {}

pub(crate) fn run(cx: &Context, _: &Args) -> Result<Outcome, Error> {
    cx.output.line(SCHEMA.trim_end())?;
    Ok(Outcome::Success)
}
