//! Creates a project from the arguments.

use std::fs;
use std::path::{Path, PathBuf};

use stratos_manifest::{Manifest, ProjectFacts, check};
use stratos_templates::{File, IdError, Options, PluginId, PluginType, Template, render, to_id};

use crate::commands::new::author::AuthorArgs;
use crate::commands::new::destination::{Destination, folder_name};
use crate::commands::new::git_init::{Vcs, init_repository};
use crate::commands::new::next_steps::NextSteps;
use crate::commands::new::sdk::{FoundSdk, SdkArgs};
use crate::commands::new::single_line::parse_single_line;
use crate::commands::new::{author, sdk, workspace};
use crate::context::Context;
use crate::error::Error;
use crate::exit::Outcome;

/// Create a new plugin
///
/// Creates a folder with a plugin that builds, runs and passes `cargo stratos check`. Needs no network. Asks for the
/// author in a terminal; every question has an option that answers it.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Folder to create, with those on the way to it; its name becomes the plugin's id
    path: PathBuf,
    /// The plugin's id, if it differs from the folder's name
    #[arg(long)]
    id: Option<String>,
    /// The name that users see [default: derived from the id]
    #[arg(long, value_parser = parse_single_line)]
    name: Option<String>,
    /// Description of the plugin, one sentence
    #[arg(long, value_name = "TEXT", value_parser = parse_single_line, default_value = "A Stratos plugin.")]
    description: String,
    /// Template of the plugin
    #[arg(long, value_name = "NAME", value_enum, default_value_t = TemplateName::Plain)]
    template: TemplateName,
    /// Type of the plugin: user, which a pilot installs, or airline, which an airline installs for all
    #[arg(long = "type", value_name = "TYPE", value_enum, default_value_t = Kind::User)]
    kind: Kind,
    #[command(flatten)]
    author: AuthorArgs,
    #[command(flatten)]
    sdk: SdkArgs,
    /// Whether to create a git repository [default: git, unless the folder is in one]
    #[arg(long, value_enum, hide_possible_values = true, value_name = "git|none")]
    vcs: Option<Vcs>,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum TemplateName {
    /// Answers a channel and a route
    Plain,
    /// Announces the phases of a flight
    Flight,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Kind {
    /// A pilot
    User,
    /// An airline, for all of its pilots
    Airline,
}

pub(crate) fn run(cx: &Context, args: Args) -> Result<Outcome, Error> {
    // Checked first: on Windows, a reserved name such as `nul` is not a path in the current folder.
    let id = plugin_id(args.id.as_deref(), &args.path)?;
    let destination = Destination::new(&args.path)?;
    let FoundSdk { sdk, origin } = sdk::find(&args.sdk)?;
    let (author, author_origin) =
        author::complete(cx, args.author, destination.nearest_existing())?;
    let workspace = workspace::find(destination.folder(), destination.nearest_existing());
    let options = Options {
        name: args.name.unwrap_or_else(|| id.display_name()),
        description: args.description,
        template: match args.template {
            TemplateName::Plain => Template::Plain,
            TemplateName::Flight => Template::Flight,
        },
        plugin_type: match args.kind {
            Kind::User => PluginType::User,
            Kind::Airline => PluginType::Airline,
        },
        author,
        sdk,
        in_workspace: workspace.is_some(),
        id,
    };
    let files = render(&options).map_err(Error::Template)?;
    check_manifest(&files)?;
    destination.create(|folder| {
        write(folder, &files)?;
        init_repository(cx, args.vcs, destination.nearest_existing(), folder)
    })?;
    cx.output.line(NextSteps {
        options: &options,
        path: &args.path,
        sdk_origin: origin,
        author_origin,
        workspace: workspace.as_deref(),
        is_current_dir: destination.is_current_dir(),
    })?;
    Ok(Outcome::Success)
}

/// The id from `--id`, or else from the folder's name: `My First Plugin` becomes `my-first-plugin`.
///
/// A name with other letters than an id can have is refused, because it would lose them.
fn plugin_id(given: Option<&str>, path: &Path) -> Result<PluginId, Error> {
    let name = folder_name(path)?;
    let converted = to_id(&name).filter(|_| given.is_none() && name.is_ascii());
    if let Some(Ok(id)) = converted.map(|id| id.parse()) {
        return Ok(id);
    }
    let usage = |error: IdError| {
        let suggestion = &error.suggestion;
        let help = match given {
            Some(_) => format!("use `--id {suggestion}`"),
            None => {
                format!("use `{suggestion}`, or keep the folder's name and add `--id {suggestion}`")
            }
        };
        Error::usage(error.to_string(), help)
    };
    given.unwrap_or(&name).parse().map_err(usage)
}

/// Refuses arguments that would make an invalid manifest, with the message of the linter.
fn check_manifest(files: &[File]) -> Result<(), Error> {
    let manifest = files.iter().find(|file| file.path == Manifest::FILE_NAME);
    let source = manifest
        .expect("the template has a manifest")
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
            .map_err(|source| Error::file("write", path, source))?;
    }
    Ok(())
}
