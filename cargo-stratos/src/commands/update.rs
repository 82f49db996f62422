//! `cargo stratos update`

use crate::cli::Outcome;
use crate::commands::remote::Remote;
use crate::context::Context;
use crate::error::Error;
use crate::output::escape;

/// Build a plugin anew and replace it in the running shell, as an update from the store does
///
/// A plugin with on_resume takes over without a stop, another one is stopped and started. When the
/// new version does not build or start, the old one runs on.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Id of the plugin
    plugin: String,
    #[command(flatten)]
    remote: Remote,
}

pub(crate) fn run(cx: &Context, args: Args) -> Result<Outcome, Error> {
    let Args { plugin, remote } = args;
    remote.ask(cx, async |shell| shell.command(&plugin, "update").await)?;
    cx.output
        .note(format_args!("{} runs its new version", escape(&plugin)));
    Ok(Outcome::Good)
}
