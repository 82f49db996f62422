//! `cargo stratos ps`

use stratos_host::remote::ListPlugins;

use crate::commands::shell_args::ShellArgs;
use crate::context::Context;
use crate::error::Error;
use crate::exit::Outcome;
use crate::output::plugin_rows;

/// List the plugins of the running shell
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    shell: ShellArgs,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(cx: &Context, args: Args) -> Result<Outcome, Error> {
    let plugins = args.shell.call(cx, &ListPlugins {})?;
    if args.json {
        cx.output.json(&plugins)?;
        return Ok(Outcome::Success);
    }
    for plugin in &plugins {
        cx.output.line(plugin_rows(plugin, ""))?;
    }
    Ok(Outcome::Success)
}
