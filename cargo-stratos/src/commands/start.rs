//! `cargo stratos start`

use stratos_host::remote::StartPlugin;

use crate::commands::remote::OnePlugin;
use crate::context::Context;
use crate::error::Error;
use crate::exit::Outcome;

/// Start a plugin of the running shell that was stopped or is errored
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    plugin: OnePlugin,
}

pub(crate) fn run(cx: &Context, args: Args) -> Result<Outcome, Error> {
    args.plugin
        .call(cx, |plugin| StartPlugin { plugin }, "runs")
}
