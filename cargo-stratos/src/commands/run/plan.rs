//! Plan of a run: arguments, plugins and settings, read before anything is started.

use std::path::{Path, PathBuf};
use std::time::Duration;

use stratos_host::StateDir;
use stratos_host::config::{PluginFolder, Project, ProjectSettings, SettingsFolders};
use stratos_host::scenario::Scenario;
use tracing::debug;

use crate::commands::find_projects::{FoundProjects, find_projects};
use crate::commands::run::args::Args;
use crate::commands::run::event_filter::{EventFilter, Rules};
use crate::commands::run::exit_reason::StopConditions;
use crate::commands::scenario_file::{ScenarioFile, scenario_error};
use crate::context::Context;
use crate::error::Error;
use crate::git;
use crate::output::escape;

/// Arguments and settings of a run, read before the shell starts.
#[derive(Debug)]
pub(super) struct RunPlan {
    pub(super) args: Args,
    pub(super) projects: Vec<Project>,
    pub(super) settings_folders: SettingsFolders,
    pub(super) settings: ProjectSettings,
    pub(super) state_dir: PathBuf,
    pub(super) scenario: Option<Scenario>,
    pub(super) filter: EventFilter,
}

impl RunPlan {
    /// Reads the manifests, the settings and the scenario.
    pub(super) fn new(cx: &Context, args: Args) -> Result<Self, Error> {
        let FoundProjects {
            projects,
            errors,
            enclosing,
        } = find_projects(&args.paths)?;
        for error in &errors {
            cx.output.error(error);
        }
        if let Some(manifest) = enclosing {
            let manifest = manifest.display().to_string();
            cx.output.note(format_args!(
                "there is no plugin.json in this folder; running the plugin of {}",
                escape(&manifest)
            ));
        }
        let filter = event_filter(&args, &projects)?;
        let scenario = load_scenario(cx, &args, &projects)?;
        let settings_folders = settings_folders(&projects, &args.paths)?;
        let settings = settings_folders.load().map_err(Error::Settings)?;
        say_settings(cx, &settings);
        let state_dir = args
            .state
            .clone()
            .unwrap_or_else(|| StateDir::default_path(&projects));
        for project in &projects {
            debug!(folder = ?project.folder, id = ?project.manifest.id, "found plugin");
        }
        debug!(?settings_folders, ?state_dir, "folders of this run");
        Ok(Self {
            args,
            projects,
            settings_folders,
            settings,
            state_dir,
            scenario,
            filter,
        })
    }

    /// Whether plugins are rebuilt when their files change.
    pub(super) const fn watches(&self) -> bool {
        !self.args.no_watch && !self.args.exit_when_ready && self.scenario.is_none()
    }

    /// Conditions under which the run ends without a request to stop.
    pub(super) fn stop_conditions(&self) -> StopConditions {
        StopConditions {
            when_ready: self.args.exit_when_ready,
            ready_timeout: self.args.timeout.map(Duration::from_secs),
        }
    }
}

/// The filter of `--quiet`, `--log-level` and `--log-plugin`.
fn event_filter(args: &Args, projects: &[Project]) -> Result<EventFilter, Error> {
    let mut ids = projects.iter().map(|project| &*project.manifest.id);
    if let Some(id) = &args.log_plugin
        && !ids.any(|other| other == id)
    {
        let known: Vec<_> = projects.iter().map(|p| &*p.manifest.id).collect();
        return Err(Error::usage(
            format!("`--log-plugin {id}`: there is no such plugin here"),
            format!("use one of {}", known.join(", ")),
        ));
    }
    Ok(EventFilter::new(Rules {
        requests: !args.quiet,
        level: args.log_level.into(),
        plugin: args.log_plugin.clone(),
    }))
}

/// The folders whose `stratos.toml` counts: the current one, and those from each plugin's folder up to the root of the
/// repository. Outside of a repository, they end at the current folder or at a named one.
fn settings_folders(projects: &[Project], paths: &[PathBuf]) -> Result<SettingsFolders, Error> {
    let resolve = |folder: &Path| {
        let found = dunce::canonicalize(folder);
        found.map_err(|source| Error::file("find", folder, source))
    };
    let current = resolve(Path::new("."))?;
    let mut ends = vec![current.clone()];
    for path in paths {
        ends.push(resolve(path)?);
    }
    let mut plugins = Vec::new();
    for project in projects {
        let folder = resolve(&project.folder)?;
        let around = |end: &&PathBuf| folder.starts_with(end);
        let outermost = ends
            .iter()
            .filter(around)
            .min_by_key(|end| end.as_os_str().len());
        let root = git::root(&folder).or(outermost.map(|end| &**end));
        plugins.push(PluginFolder {
            id: project.manifest.id.clone(),
            root: root.unwrap_or(&folder).to_owned(),
            folder,
        });
    }
    Ok(SettingsFolders::new(current, plugins))
}

/// Says which files count, so that nobody looks for the effect of another one.
fn say_settings(cx: &Context, settings: &ProjectSettings) {
    let files: Vec<_> = settings
        .files
        .iter()
        .map(|file| file.display().to_string())
        .collect();
    if !files.is_empty() {
        let files = files.join(", ");
        cx.output
            .note(format_args!("settings from {}", escape(&files)));
    }
}

/// Reads the scenario of `--scenario` and checks that it can be played with these plugins.
fn load_scenario(
    cx: &Context,
    args: &Args,
    projects: &[Project],
) -> Result<Option<Scenario>, Error> {
    let Some(path) = &args.scenario else {
        return Ok(None);
    };
    let file = ScenarioFile::read(path)?;
    let ids: Vec<_> = projects.iter().map(|p| p.manifest.id.clone()).collect();
    file.parse(&ids)
        .map(Some)
        .map_err(|error| scenario_error(cx, &error))
}
