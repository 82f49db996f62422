//! Start of the shell and of the tasks beside it.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{self, Path, PathBuf};
use std::process;
use std::sync::Arc;
use std::time::SystemTime;

use stratos_host::config::{Project, ProjectKind, ProjectSettings};
use stratos_host::event::EventBus;
use stratos_host::process::{
    CargoOptions, LaunchOptions, Launcher, LauncherFactory, PluginFolders, clean_up_stale_runs,
};
use stratos_host::reload::{ReloadOptions, Reloader};
use stratos_host::{AttachMode, PluginSpec, Shell, ShellOptions, StateDir};
use tracing::info;

use crate::commands::run::args::Args;
use crate::commands::run::env_args::parse_env;
use crate::commands::run::event_printer::EventPrinter;
use crate::commands::run::key_bindings::KeyBindings;
use crate::commands::run::keyboard::Keyboard;
use crate::commands::run::plan::RunPlan;
use crate::commands::run::scenario_task::ScenarioTask;
use crate::commands::run::status::StatusBlock;
use crate::context::Context;
use crate::error::Error;
use crate::output::EventFormat;
use crate::platform::AirlineHttps;

/// The folder within the state folder that contains the plugins' data folders.
const DATA: &str = "data";

/// A shell with the tasks beside it.
pub(super) struct RunningShell {
    pub(super) shell: Shell,
    pub(super) launchers: LauncherFactory,
    /// `None` if files are not watched.
    pub(super) reloader: Option<Reloader>,
    pub(super) printer: EventPrinter,
    pub(super) keys: KeyBindings,
    pub(super) scenario: ScenarioTask,
}

/// Starts the shell, which builds and starts the plugins in the background.
pub(super) async fn start(cx: &Context, plan: RunPlan) -> Result<RunningShell, Error> {
    let started_at = SystemTime::now();
    let watches = plan.watches();
    let RunPlan {
        args,
        projects,
        settings_folders,
        settings,
        state_dir,
        scenario,
        filter,
    } = plan;
    let has_keys = !args.json && Keyboard::is_available();
    let state = open_state(cx, &args, &state_dir)?;
    let launchers = launchers(cx, &args, &state_dir)?;
    launchers.set_env(settings.env.clone());
    let options = shell_options(&args, settings, state, has_keys);
    let events = EventBus::default();
    let subscriber = events.subscribe();
    let data = absolute(&state_dir)?.join(DATA);
    let specs = projects
        .iter()
        .map(|project| spec(project, &launchers, &data));
    let specs = specs.collect::<Result<_, _>>()?;
    let shell = Shell::start(options, specs, events)
        .await
        .map_err(Error::Shell)?;
    let control = shell.control().clone();
    let url = format!("http://{}", shell.address());
    info!(url, plugins = projects.len(), watches, "the shell runs");
    let ids = projects.iter().map(|p| p.manifest.id.clone()).collect();
    let reloader = watches.then(|| {
        let options = ReloadOptions {
            projects,
            settings_folders,
            state_dir: state_dir.clone(),
            polls: args.poll,
            since: started_at,
        };
        Reloader::start(options, control.clone(), launchers.clone())
    });
    let status = StatusBlock {
        url: url.clone(),
        state_dir,
        watches,
        exit_when_ready: args.exit_when_ready,
        has_keys,
    };
    let format = (!args.json).then(|| EventFormat::new(ids));
    let mut keys = KeyBindings::new(
        control.clone(),
        launchers.clone(),
        filter.clone(),
        args.auth,
        url,
        has_keys,
    );
    if args.attach {
        // A plugin that waits for Enter does not become ready before.
        keys.enable();
    }
    Ok(RunningShell {
        printer: EventPrinter::start(&cx.output, format, filter, status, subscriber, &control)?,
        scenario: ScenarioTask::new(&control, scenario),
        keys,
        launchers,
        shell,
        reloader,
    })
}

/// Opens the state folder, and clears config values and data folders with `--fresh`.
fn open_state(cx: &Context, args: &Args, state_dir: &Path) -> Result<StateDir, Error> {
    let state = StateDir::open(state_dir).map_err(Error::State)?;
    cx.output.notices(state.notices());
    if args.fresh {
        state.store().clear().map_err(Error::ClearConfig)?;
        let data = state_dir.join(DATA);
        match fs::remove_dir_all(&data) {
            Err(source) if source.kind() != io::ErrorKind::NotFound => {
                return Err(Error::file("remove", data, source));
            }
            _ => {}
        }
    }
    Ok(state)
}

fn shell_options(
    args: &Args,
    settings: ProjectSettings,
    state: StateDir,
    has_keys: bool,
) -> ShellOptions {
    ShellOptions {
        port: args.port,
        auth: args.auth.clone(),
        personas: settings.personas,
        origins: settings.origins,
        version: args.shell.into(),
        supervise: args.supervise,
        answers: args.answers.into(),
        airline: settings.airline,
        airline_https: Some(Arc::new(AirlineHttps)),
        pilot: settings.pilot,
        attach: args.attach.then_some(match has_keys {
            true => AttachMode::Wait,
            false => AttachMode::Announce,
        }),
        ..ShellOptions::new(state)
    }
}

/// Prepares to launch plugins, and cleans up after earlier shells that were killed.
fn launchers(cx: &Context, args: &Args, state_dir: &Path) -> Result<LauncherFactory, Error> {
    let options = LaunchOptions {
        cargo: CargoOptions {
            program: cx.cargo.clone(),
            args: args.cargo_args.clone(),
            colours: !args.json && cx.output.has_colours(),
            plain_progress: cx.output.must_be_plain(),
        },
        runtime_dir: cx.runtime_dir(),
        env: parse_env(cx, &args.env)?,
        ..LaunchOptions::new(state_dir.to_owned())
    };
    let programs_dir = options.programs_dir();
    prepare(cx, options).map_err(|source| Error::file("prepare", programs_dir, source))
}

fn prepare(cx: &Context, mut options: LaunchOptions) -> io::Result<LauncherFactory> {
    let cleaned = clean_up_stale_runs(&options.programs_dir())?;
    if !cleaned.is_empty() {
        cx.output.note(cleaned);
    }
    let mut guardian = process::Command::new(std::env::current_exe()?);
    guardian.arg("guardian");
    options.guardian = Some(guardian);
    LauncherFactory::new(options)
}

/// The description of a plugin whose data folder is below `data`.
fn spec(project: &Project, launchers: &LauncherFactory, data: &Path) -> Result<PluginSpec, Error> {
    let id = project.manifest.id.clone();
    let folders = PluginFolders {
        plugin: absolute(&project.folder)?,
        data: data.join(&id),
    };
    let launcher: Result<Arc<dyn Launcher>, String> = match &project.kind {
        ProjectKind::Rust(cargo_toml) => {
            Ok(Arc::new(launchers.cargo_package(&id, cargo_toml, folders)))
        }
        ProjectKind::Program(program) => Ok(Arc::new(launchers.program(&id, program, folders))),
        ProjectKind::Script(script) => {
            let language = match script.extension().and_then(OsStr::to_str) {
                Some("ts" | "mts" | "cts" | "tsx") => "TypeScript",
                _ => "JavaScript",
            };
            Err(format!(
                "its background module is {language}, which only the real shell runs"
            ))
        }
        ProjectKind::UiOnly => Err("it has a UI only and needs no process".to_owned()),
    };
    Ok(PluginSpec {
        id,
        name: project.manifest.name.clone(),
        version: project.manifest.version.to_string(),
        settings: Some(project.manifest.settings.clone()),
        launcher,
    })
}

fn absolute(path: &Path) -> Result<PathBuf, Error> {
    path::absolute(path).map_err(|source| Error::file("find", path, source))
}
