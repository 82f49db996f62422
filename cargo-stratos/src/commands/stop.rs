//! `cargo stratos stop`

use stratos_host::remote::StopPlugin;

use crate::commands::shell_args::PluginArgs;
use crate::context::Context;
use crate::error::Error;
use crate::exit::Outcome;

/// Stop a plugin of the running shell
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    plugin: PluginArgs,
}

pub(crate) fn run(cx: &Context, args: Args) -> Result<Outcome, Error> {
    args.plugin
        .call(cx, |plugin| StopPlugin { plugin }, "is stopped")
}
