//! `cargo stratos stop`

use crate::cli::Outcome;
use crate::commands::remote::Remote;
use crate::context::Context;
use crate::error::Error;
use crate::output::escape;

/// Stop a plugin of the running shell
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Id of the plugin
    plugin: String,
    #[command(flatten)]
    remote: Remote,
}

pub(crate) fn run(cx: &Context, args: Args) -> Result<Outcome, Error> {
    let Args { plugin, remote } = args;
    remote.ask(cx, async |shell| shell.command(&plugin, "stop").await)?;
    cx.output
        .note(format_args!("{} is stopped", escape(&plugin)));
    Ok(Outcome::Good)
}
