//! `cargo stratos installed`

use crate::app_data::{InstalledBy, InstalledPlugin, list_installed};
use crate::commands::install::AppDataArgs;
use crate::context::Context;
use crate::error::Error;
use crate::exit::Outcome;
use crate::output::{BOLD, DIM, RED, escape, escape_line};

/// List the plugins in Stratos on this machine
///
/// Exit codes: 0 the list was printed, 2 Stratos was not found, 3 a folder cannot be read.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    app: AppDataArgs,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(cx: &Context, args: Args) -> Result<Outcome, Error> {
    let app = args.app.open(cx)?;
    let plugins = list_installed(&app)?;
    if args.json {
        cx.output.json(&plugins)?;
        return Ok(Outcome::Success);
    }
    for plugin in &plugins {
        cx.output.line(row(plugin))?;
    }
    if plugins.is_empty() {
        let folder = app.plugins();
        cx.output.note(format_args!(
            "there are no plugins in {}",
            escape(&folder.to_string_lossy())
        ));
    }
    Ok(Outcome::Success)
}

fn row(plugin: &InstalledPlugin) -> String {
    let InstalledPlugin {
        folder,
        name,
        version,
        installed_by,
        source,
        problem,
    } = plugin;
    let source = source.as_deref().map(escape).unwrap_or_default();
    let owner = match installed_by {
        InstalledBy::CargoStratos => format!("installed by cargo stratos from {source}"),
        InstalledBy::Link => format!("linked to {source}"),
        InstalledBy::App => "installed by Stratos or by hand".to_owned(),
    };
    let mut row = format!("{BOLD}{}{BOLD:#}", escape_line(folder));
    for part in [version, name].into_iter().flatten() {
        row = format!("{row} {}", escape(part));
    }
    row = format!("{row}  {DIM}{owner}{DIM:#}");
    match problem {
        Some(problem) => format!("{row}\n  {RED}broken{RED:#}: {}", escape(problem)),
        None => row,
    }
}
