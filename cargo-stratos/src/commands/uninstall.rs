//! `cargo stratos uninstall`

use std::path::{Path, PathBuf};

use stratos_manifest::{Manifest, ProjectFacts, check};

use crate::commands::install::{AppDataArgs, description};
use crate::context::Context;
use crate::error::Error;
use crate::exit::Outcome;
use crate::manifests::read_manifest;
use crate::output::{BOLD, escape};

/// Remove a plugin from Stratos on this machine
///
/// The data that the plugin has stored is kept. A plugin that Stratos or somebody else has installed is not removed without
/// `--force`.
///
/// Exit codes: 0 the plugin was removed, 2 there is no such plugin, Stratos was not found, or the plugin is not ours, 3 a
/// file cannot be removed, or is in use.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Id of the plugin, or its folder
    #[arg(value_name = "ID|PATH", default_value = ".")]
    plugin: String,
    #[command(flatten)]
    app: AppDataArgs,
    /// Remove a plugin that cargo stratos did not install
    #[arg(long)]
    force: bool,
}

pub(crate) fn run(cx: &Context, args: Args) -> Result<Outcome, Error> {
    let id = plugin_id(&args.plugin)?;
    let app = args.app.open(cx)?;
    let owner = app.uninstall(&id, args.force)?;
    let path = app.plugin(&id);
    cx.output.line(format_args!(
        "removed {BOLD}{id}{BOLD:#} from {}",
        escape(&path.to_string_lossy())
    ))?;
    cx.output.note(format_args!(
        "it was {}; the data that the plugin has stored is kept",
        escape(&description(&owner))
    ));
    Ok(Outcome::Success)
}

/// The id that an argument names. An id never looks like `.` or a path with a separator.
fn plugin_id(argument: &str) -> Result<String, Error> {
    let is_id = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if !argument.is_empty() && argument.bytes().all(is_id) {
        return Ok(argument.to_owned());
    }
    let mut path = PathBuf::from(argument);
    if path.is_dir() {
        path.push(Manifest::FILE_NAME);
    }
    if !path.is_file() {
        return Err(Error::usage(
            format!("`{argument}` is neither the id of a plugin nor its folder"),
            "`cargo stratos installed` lists the plugins by their ids",
        ));
    }
    manifest_id(&path)
}

fn manifest_id(path: &Path) -> Result<String, Error> {
    let report = check(&read_manifest(path)?, &ProjectFacts::none());
    let manifest = report.manifest.ok_or_else(|| {
        Error::usage(
            format!("{} has errors", path.display()),
            "name the id of the plugin; `cargo stratos check` shows the errors",
        )
    })?;
    Ok(manifest.id)
}
