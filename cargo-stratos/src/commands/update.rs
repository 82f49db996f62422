//! `cargo stratos update`

use stratos_host::remote::UpdatePlugin;

use crate::commands::shell_args::PluginArgs;
use crate::context::Context;
use crate::error::Error;
use crate::exit::Outcome;

/// Rebuild a plugin and replace it in the running shell, as an update from the store does
///
/// A plugin with on_resume is replaced without downtime, another one is stopped and started. If the
/// new version does not build or start, the old one keeps running.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    plugin: PluginArgs,
}

pub(crate) fn run(cx: &Context, args: Args) -> Result<Outcome, Error> {
    args.plugin
        .call(cx, |plugin| UpdatePlugin { plugin }, "runs its new version")
}
