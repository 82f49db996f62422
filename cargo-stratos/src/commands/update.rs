//! `cargo stratos update`

use stratos_host::remote::UpdatePlugin;

use crate::commands::remote::OnePlugin;
use crate::context::Context;
use crate::error::Error;
use crate::exit::Outcome;

/// Build a plugin anew and replace it in the running shell, as an update from the store does
///
/// A plugin with on_resume takes over without a stop, another one is stopped and started. When the
/// new version does not build or start, the old one runs on.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    plugin: OnePlugin,
}

pub(crate) fn run(cx: &Context, args: Args) -> Result<Outcome, Error> {
    args.plugin
        .call(cx, |plugin| UpdatePlugin { plugin }, "runs its new version")
}
