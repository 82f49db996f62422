//! `cargo stratos ps`

use stratos_host::control::PluginInfo;
use stratos_host::{BuildStatus, PluginState};

use crate::cli::Outcome;
use crate::commands::remote::Remote;
use crate::context::Context;
use crate::error::Error;
use crate::output::{BOLD, DIM, escape};

/// List the plugins of the running shell
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    remote: Remote,
    /// Print JSON instead of a table
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(cx: &Context, args: Args) -> Result<Outcome, Error> {
    let plugins = args.remote.ask(cx, async |shell| shell.plugins().await)?;
    if args.json {
        cx.output.json(&plugins)?;
        return Ok(Outcome::Good);
    }
    for plugin in &plugins {
        cx.output.line(row(plugin))?;
    }
    Ok(Outcome::Good)
}

/// One plugin in one line, and the reason of its state in a second one.
pub(crate) fn row(plugin: &PluginInfo) -> String {
    let PluginInfo {
        id,
        version,
        state,
        routes,
        channels,
        build,
        ..
    } = plugin;
    let mut parts = vec![
        format!("{BOLD}{id}{BOLD:#} {version}"),
        state.word().to_owned(),
    ];
    match build {
        Some(BuildStatus::Building) => parts.push("building".to_owned()),
        // Of one that is errored there is no other version.
        Some(BuildStatus::Failed) if *state == PluginState::Running => {
            parts.push("newest version failed".to_owned());
        }
        _ => {}
    }
    if !routes.is_empty() {
        parts.push(format!("routes {}", routes.join(" ")));
    }
    if !channels.is_empty() {
        parts.push(format!("channels {}", escape(&channels.join(" "))));
    }
    let row = parts.join("  ");
    match state {
        PluginState::Errored { reason: why }
        | PluginState::BackingOff { reason: why, .. }
        | PluginState::Listed { note: why } => {
            format!("{row}\n  {DIM}{}{DIM:#}", escape(why))
        }
        _ => row,
    }
}
