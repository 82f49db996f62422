//! `cargo stratos ps`

use stratos_host::remote::ListPlugins;

use crate::commands::remote::Remote;
use crate::context::Context;
use crate::error::Error;
use crate::exit::Outcome;
use crate::output::plugin_row;

/// List the plugins of the running shell
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    remote: Remote,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(cx: &Context, args: Args) -> Result<Outcome, Error> {
    let plugins = args
        .remote
        .ask(cx, async |shell| shell.call(&ListPlugins {}).await)?;
    if args.json {
        cx.output.json(&plugins)?;
        return Ok(Outcome::Success);
    }
    for plugin in &plugins {
        cx.output.line(plugin_row(plugin))?;
    }
    Ok(Outcome::Success)
}
