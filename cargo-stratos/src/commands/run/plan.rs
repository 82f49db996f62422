//! Plan of a run: arguments, plugins and settings, read before anything is started.

use std::path::PathBuf;
use std::time::Duration;

use stratos_host::config::{Project, StratosToml};
use stratos_host::scenario::Scenario;
use tracing::debug;

use crate::commands::run::args::Args;
use crate::commands::run::event_filter::{EventFilter, Rules};
use crate::commands::run::exit_reason::StopConditions;
use crate::commands::scenario_file::{ScenarioFile, scenario_error};
use crate::context::Context;
use crate::error::Error;

/// Everything that is known before the shell starts.
#[derive(Debug)]
pub(super) struct RunPlan {
    pub(super) args: Args,
    pub(super) projects: Vec<Project>,
    /// Folder that may have a `stratos.toml`: that of the only plugin, otherwise the current folder.
    pub(super) settings_dir: PathBuf,
    pub(super) settings: StratosToml,
    pub(super) state_dir: PathBuf,
    pub(super) scenario: Option<Scenario>,
    pub(super) filter: EventFilter,
}

impl RunPlan {
    /// Reads the manifests, the settings and the scenario.
    pub(super) fn new(cx: &Context, args: Args) -> Result<Self, Error> {
        let projects = Project::discover(&args.paths)?;
        let filter = event_filter(&args, &projects)?;
        let scenario = load_scenario(cx, &args, &projects)?;
        let settings_dir = match &projects[..] {
            [only] => only.folder.clone(),
            _ => PathBuf::from("."),
        };
        let settings = StratosToml::load(&settings_dir).map_err(Error::Settings)?;
        let state_dir = args
            .state
            .clone()
            .unwrap_or_else(|| settings_dir.join(".stratos"));
        for project in &projects {
            debug!(folder = ?project.folder, id = ?project.manifest.id, "found plugin");
        }
        debug!(?settings_dir, ?state_dir, "folders of this run");
        Ok(Self {
            args,
            projects,
            settings_dir,
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

/// Reads the scenario of `--scenario` and checks that it can be played with these plugins.
fn load_scenario(
    cx: &Context,
    args: &Args,
    projects: &[Project],
) -> Result<Option<Scenario>, Error> {
    let Some(path) = &args.scenario else {
        return Ok(None);
    };
    let file = ScenarioFile::read(cx, path)?;
    let ids: Vec<_> = projects.iter().map(|p| p.manifest.id.clone()).collect();
    let scenario = file.scenario.bind(&ids);
    scenario
        .map(Some)
        .map_err(|error| scenario_error(cx, &error))
}
