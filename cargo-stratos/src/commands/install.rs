//! `cargo stratos install`

use std::path::{Path, PathBuf};

use stratos_bundle::{Bundle, DistFolder, layout};
use stratos_host::config::ProjectKind;
use stratos_manifest::{Level, Manifest};

use crate::app_data::{AppData, Marker, Owner, PluginFiles, create_link};
use crate::bundle_file::{BundleFile, bundle_manifest};
use crate::commands::find_projects::find_project;
use crate::context::Context;
use crate::error::Error;
use crate::exit::Outcome;
use crate::output::{BOLD, DIM, escape};
use crate::release::{BuildOptions, DIST, build, read_ignore_file};

/// Install a plugin into Stratos on this machine
///
/// Writes the files for this machine beside the present plugin, and then takes its place in one step. A plugin that Stratos
/// or somebody else has installed is not replaced without `--force`. Stratos loads the plugin when it starts the next time.
///
/// A folder with a plugin's sources is built first.
///
/// Exit codes: 0 the plugin was installed, 1 the build failed, 2 there is no plugin, Stratos was not found, or the present
/// plugin is not ours, 3 a file cannot be written, or is in use.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The plugin's folder, a built plugin such as its folder `dist`, or a zip
    #[arg(default_value = ".")]
    path: PathBuf,
    #[command(flatten)]
    app: AppDataArgs,
    /// Install a link to the built plugin instead of a copy, so that each build is installed at once
    ///
    /// Whether Stratos follows links is not known.
    #[arg(long)]
    link: bool,
    /// Replace a plugin that cargo stratos did not install
    #[arg(long)]
    force: bool,
}

/// Option for the data folder of the shell.
#[derive(Debug, clap::Args)]
pub(crate) struct AppDataArgs {
    /// Data folder of Stratos [default: that of this user]
    #[arg(long, value_name = "DIR")]
    app_data: Option<PathBuf>,
}

/// A built plugin to install.
struct BuiltPlugin {
    manifest: Manifest,
    bundle: Bundle,
    /// The folder or zip.
    source: PathBuf,
    /// SHA-256 of the zip; `None` for a folder.
    sha256: Option<String>,
}

/// A folder to install.
struct BuiltFolder {
    folder: PathBuf,
    /// The folder with `.stratosignore`.
    project: PathBuf,
}

impl AppDataArgs {
    /// The data folder that the command line names, or that of this user.
    pub(super) fn open(self, cx: &Context) -> Result<AppData, Error> {
        AppData::open(self.app_data, cx.app_data_dir())
    }
}

pub(crate) fn run(cx: &Context, args: Args) -> Result<Outcome, Error> {
    let app = args.app.open(cx)?;
    let plugin = BuiltPlugin::read(cx, &args.path)?;
    let id = plugin.manifest.id.clone();
    let version = plugin.manifest.version.to_string();
    let source = absolute(&plugin.source)?;
    let (replaced, details) = if args.link {
        if plugin.sha256.is_some() {
            return Err(Error::usage(
                "a zip cannot be linked",
                "name the plugin's folder, or leave out `--link`",
            ));
        }
        let replaced = app.install(&id, args.force, |folder| {
            create_link(&source, folder).map_err(|error| Error::file("create", folder, error))
        })?;
        (replaced, format!("a link to {}", source.display()))
    } else {
        let mut files = PluginFiles::select(plugin.bundle)?;
        let sha256 = plugin.sha256.unwrap_or(std::mem::take(&mut files.sha256));
        let marker = Marker::new(&id, &version, &source, sha256);
        let replaced = app.install(&id, args.force, |folder| files.write(folder, &marker))?;
        let platform = files
            .platform
            .map_or_else(|| "without a program".to_owned(), |it| format!("for {it}"));
        (replaced, format!("{} files, {platform}", files.len()))
    };
    let folder = app.plugin(&id);
    cx.output.line(format_args!(
        "installed {BOLD}{id}{BOLD:#} {version} in {} {DIM}({}){DIM:#}",
        escape(&folder.to_string_lossy()),
        escape(&details)
    ))?;
    if let Some(owner) = replaced {
        cx.output
            .note(format_args!("it replaced {}", escape(&description(&owner))));
    }
    if args.link {
        cx.output.note(
            "whether Stratos follows links is not known: if the plugin is missing there, install it without `--link`",
        );
    }
    cx.output
        .note("Stratos loads the plugin when it starts: restart it if it runs");
    Ok(Outcome::Success)
}

/// A present plugin in words.
pub(super) fn description(owner: &Owner) -> String {
    match owner {
        Owner::CargoStratos(marker) => {
            format!(
                "version {}, installed by {}",
                marker.version, marker.installed_by
            )
        }
        Owner::Link(target) => format!("a link to {}", target.display()),
        Owner::Other => "a plugin that cargo stratos did not install".to_owned(),
    }
}

impl BuiltPlugin {
    /// Reads a zip, a built folder, or the built folder of a plugin's folder.
    fn read(cx: &Context, path: &Path) -> Result<Self, Error> {
        if path.is_file() {
            let zip = BundleFile::read(path.to_owned())?;
            return Ok(Self {
                manifest: zip.manifest,
                bundle: zip.bundle,
                source: zip.path,
                sha256: Some(zip.sha256),
            });
        }
        let BuiltFolder { folder, project } = built_folder(cx, path)?;
        let failed =
            |error: stratos_bundle::ReadFolderError| Error::file("read", error.path, error.source);
        let dist = DistFolder::read(&folder, &read_ignore_file(&project)?).map_err(failed)?;
        if let Some(problem) = dist.problems.iter().find(|one| one.level == Level::Error) {
            let place = problem.path.as_deref().unwrap_or_default();
            return Err(Error::usage(
                format!("{}: {}", folder.join(place).display(), problem.message),
                problem.help.clone().unwrap_or_default(),
            ));
        }
        Ok(Self {
            manifest: bundle_manifest(&dist.bundle, &folder)?,
            bundle: dist.bundle,
            source: folder,
            sha256: None,
        })
    }
}

/// The folder to install for a path of the command line: a built plugin, or the one that is built from the sources there.
fn built_folder(cx: &Context, path: &Path) -> Result<BuiltFolder, Error> {
    if !path.is_dir() {
        return Err(Error::usage(
            format!("there is no file or folder {}", path.display()),
            "name a plugin's folder, its built folder, or a zip",
        ));
    }
    if path.join(layout::DIST_MARKER).exists() {
        // A build has left out what is not shipped.
        return Ok(BuiltFolder {
            folder: path.to_owned(),
            project: path.to_owned(),
        });
    }
    let project = find_project(cx, path)?;
    let built = |folder| BuiltFolder {
        folder,
        project: project.folder.clone(),
    };
    if matches!(project.kind, ProjectKind::Rust(_)) {
        return Ok(built(build(cx, &project, &BuildOptions::default())?.folder));
    }
    // Plugins in TypeScript have tools of their own that build them.
    let dist = project.folder.join(DIST);
    let is_source = ["package.json", DIST]
        .iter()
        .any(|name| project.folder.join(name).exists());
    match dist.join(Manifest::FILE_NAME).exists() {
        true => Ok(built(dist)),
        false if is_source => Err(Error::usage(
            format!("the plugin in {} is not built", project.folder.display()),
            "build it with its own tools, or with `cargo stratos build`",
        )),
        false => Ok(built(project.folder.clone())),
    }
}

fn absolute(path: &Path) -> Result<PathBuf, Error> {
    dunce::canonicalize(path).map_err(|source| Error::file("read", path, source))
}
