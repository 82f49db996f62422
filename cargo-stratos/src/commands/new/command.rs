//! The command: from arguments to a project.

use std::fs;
use std::path::{Path, PathBuf};

use stratos_manifest::{ProjectFacts, check};
use stratos_templates::{File, IdError, Options, PluginId, PluginType, render};

use crate::commands::new::author::AuthorArgs;
use crate::commands::new::place::Place;
use crate::commands::new::repository::{self, Vcs};
use crate::commands::new::words::{Next, one_line};
use crate::commands::new::{author, place, sdk};
use crate::context::Context;
use crate::error::Error;
use crate::exit::Outcome;

/// Make a new plugin
///
/// Makes a folder with a plugin that builds, runs and passes `cargo stratos check`. Needs no network. Asks for the
/// author where there is somebody to ask; every answer has an option as well.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The folder to make; its name becomes the plugin's id
    path: PathBuf,
    /// The plugin's id, where the folder is called something else
    #[arg(long)]
    id: Option<String>,
    /// The name that people see [default: made of the id]
    #[arg(long, value_parser = one_line)]
    name: Option<String>,
    /// What the plugin does, in a sentence
    #[arg(long, value_name = "TEXT", value_parser = one_line, default_value = "A Stratos plugin.")]
    description: String,
    /// Who installs it
    #[arg(long = "type", value_name = "TYPE", value_enum, default_value_t = Kind::User)]
    kind: Kind,
    #[command(flatten)]
    author: AuthorArgs,
    /// Build against the SDK in this folder instead of the published one
    #[arg(long, value_name = "DIR")]
    sdk_path: Option<PathBuf>,
    /// Whether to make a git repository [default: git, unless the folder is in one]
    #[arg(long, value_enum, hide_possible_values = true, value_name = "git|none")]
    vcs: Option<Vcs>,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Kind {
    /// A pilot, for themselves
    User,
    /// An airline, for all its pilots
    Airline,
}

pub(crate) fn run(cx: &Context, args: Args) -> Result<Outcome, Error> {
    // Before the path is looked at: a name that Windows keeps for itself leads to strange places.
    let id = plugin_id(args.id.as_deref(), &args.path)?;
    let place = Place::find(&args.path)?;
    let sdk = sdk::find(args.sdk_path.as_deref())?;
    let author = author::complete(cx, args.author, place.near())?;
    let options = Options {
        name: args.name.unwrap_or_else(|| id.display_name()),
        description: args.description,
        plugin_type: match args.kind {
            Kind::User => PluginType::User,
            Kind::Airline => PluginType::Airline,
        },
        author,
        sdk,
        id,
    };
    let files = render(&options).map_err(Error::Template)?;
    check_manifest(&files)?;
    place.fill(|folder| {
        write(folder, &files)?;
        repository::make(cx, args.vcs, &place, folder)
    })?;
    let next = Next {
        options: &options,
        path: &args.path,
        is_here: place.is_here(),
    };
    cx.output.line(next)?;
    Ok(Outcome::Success)
}

fn plugin_id(given: Option<&str>, path: &Path) -> Result<PluginId, Error> {
    let name = place::name(path)?;
    let refuse = |error: IdError| {
        let suggestion = &error.suggestion;
        let help = match given {
            Some(_) => format!("use `--id {suggestion}`"),
            None => {
                format!("use `{suggestion}`, or keep the folder's name and add `--id {suggestion}`")
            }
        };
        Error::Usage {
            message: error.to_string(),
            help: Some(help),
        }
    };
    given.unwrap_or(&name).parse().map_err(refuse)
}

/// What was given may not be fit for a manifest; its engine says so better than a second set of rules could.
fn check_manifest(files: &[File]) -> Result<(), Error> {
    let manifest = files.iter().find(|file| file.path == "plugin.json");
    let source = manifest
        .expect("a plugin has a manifest")
        .contents
        .as_bytes();
    match check(source, &ProjectFacts::none()).diagnostics.pop() {
        None => Ok(()),
        Some(finding) => Err(Error::Usage {
            message: finding.message,
            help: finding.help,
        }),
    }
}

fn write(folder: &Path, files: &[File]) -> Result<(), Error> {
    for file in files {
        let path: PathBuf = folder
            .iter()
            .chain(file.path.split('/').map(AsRef::as_ref))
            .collect();
        path.parent()
            .map_or(Ok(()), fs::create_dir_all)
            .and_then(|()| fs::write(&path, &file.contents))
            .map_err(|source| Error::File {
                operation: "write",
                path,
                source,
            })?;
    }
    Ok(())
}
