//! The command: from arguments to a running shell, and to its end.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::process;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use stratos_host::config::{Project, ProjectKind, StratosToml};
use stratos_host::event::EventBus;
use stratos_host::process::{LaunchOptions, Launcher, LauncherFactory, clean_up_stale_runs};
use stratos_host::reload::{Reloader, WatchedProject};
use stratos_host::remote::PluginInfo;
use stratos_host::scenario::{Scenario, ScenarioReport};
use stratos_host::{
    AttachMode, PluginSpec, PluginState, Shell, ShellOptions, ShellVersion, StateDir,
};

use crate::commands::play::{ScenarioFile, report, wrong};
use crate::commands::run::interrupt::Interrupt;
use crate::commands::run::keys::{Hands, Keys};
use crate::commands::run::playing::Playing;
use crate::commands::run::screen::Screen;
use crate::commands::run::status::{Status, is_errored};
use crate::commands::run::variables::variables;
use crate::context::Context;
use crate::error::Error;
use crate::exit::Outcome;

/// Build plugins and run them in a mocked shell
///
/// No app, no login, no airline: the shell's HTTP server, config store, IPC, log and login are
/// mocked on this machine. Ctrl-C stops everything.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Folders of plugins, or of folders of plugins
    #[arg(value_name = "PATH", default_value = ".")]
    paths: Vec<PathBuf>,
    /// Port of the shell's HTTP server, or `auto` for any free one
    #[arg(long, value_name = "N|auto", default_value = "2066", value_parser = port)]
    port: u16,
    /// Where config values are kept [default: .stratos in the plugin's folder]
    #[arg(long, value_name = "DIR")]
    state: Option<PathBuf>,
    /// Forget the config values of earlier runs
    #[arg(long)]
    fresh: bool,
    /// Who is signed in: signed-in, signed-out, expiring, or a name from stratos.toml
    #[arg(long, value_name = "PERSONA", default_value = "signed-in")]
    auth: String,
    /// Which shell's behaviour where they differ; v3 stops and starts a plugin on every update
    #[arg(long, value_name = "VERSION", default_value = "v1")]
    shell: Version,
    /// Build and replace plugins only when told to, not whenever a file is saved
    #[arg(long)]
    no_watch: bool,
    /// Start a plugin again that crashes, later each time; the real shell does not
    #[arg(long)]
    supervise: bool,
    /// Put a variable into the plugins' environment, or pass one on that stratos.toml sets otherwise
    #[arg(long = "env", value_name = "NAME[=VALUE]")]
    variables: Vec<String>,
    /// Debug the plugins: no deadlines, and a debugger's command line for each before its on_start
    #[arg(long, conflicts_with = "exit_when_ready")]
    attach: bool,
    /// Stop when everything has started; the exit code says whether it did
    #[arg(long)]
    exit_when_ready: bool,
    /// How long that may take
    #[arg(long, value_name = "SECONDS", requires = "exit_when_ready")]
    timeout: Option<u64>,
    /// Play a scenario when everything has started, then stop; the exit code says whether all its steps held
    #[arg(long, value_name = "FILE", conflicts_with = "exit_when_ready")]
    scenario: Option<PathBuf>,
    /// Print events as lines of JSON
    #[arg(long)]
    json: bool,
    /// Arguments for `cargo build`
    #[arg(last = true, value_name = "CARGO BUILD ARGS")]
    cargo_args: Vec<OsString>,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Version {
    V1,
    V3,
}

fn port(text: &str) -> Result<u16, String> {
    match text {
        "auto" => Ok(0),
        number => number
            .parse()
            .map_err(|_| "a port from 1 to 65535, or `auto`".to_owned()),
    }
}

/// How long work that cannot be interrupted may still take after everything has stopped.
const LAST_WORK: Duration = Duration::from_millis(200);

pub(crate) fn run(cx: &Context, args: Args) -> Result<Outcome, Error> {
    let projects = Project::discover(&args.paths).map_err(Error::Project)?;
    let scenario = scenario(cx, &args, &projects)?;
    let home = match &projects[..] {
        [only] => only.folder.clone(),
        _ => PathBuf::from("."),
    };
    let settings = StratosToml::load(&home).map_err(Error::Settings)?;
    let folder = args.state.clone().unwrap_or_else(|| home.join(".stratos"));
    let runtime = tokio::runtime::Runtime::new().map_err(|source| Error::System {
        operation: "start the runtime",
        source,
    })?;
    let setting = Setting {
        projects,
        home,
        settings,
        folder,
        scenario,
    };
    let outcome = runtime.block_on(serve(cx, args, setting));
    // Whatever still waits for a disk or another program is nobody's to wait for.
    runtime.shutdown_timeout(LAST_WORK);
    outcome
}

/// What is known before the shell starts.
struct Setting {
    projects: Vec<Project>,
    /// Where `stratos.toml` is.
    home: PathBuf,
    settings: StratosToml,
    /// The state folder.
    folder: PathBuf,
    scenario: Option<Scenario>,
}

/// Starts a shell, stays with it, stops it, and says whether all went well.
async fn serve(cx: &Context, args: Args, setting: Setting) -> Result<Outcome, Error> {
    let mut interrupt = Interrupt::new()?;
    let until = Until {
        ready: args.exit_when_ready,
        debugs: args.attach,
        timeout: args.timeout.map(Duration::from_secs),
    };
    let plays = setting.scenario.is_some();
    let Serving {
        shell,
        processes,
        reloader,
        mut screen,
        hands,
        mut playing,
    } = start(cx, args, setting).await?;
    let control = shell.control().clone();
    let lived = tokio::select! {
        lived = live(hands, &mut screen, &until, &mut playing) => lived,
        () = interrupt.wait() => Ok(Lived::UntilAsked),
    };
    drop(reloader);
    if let (Ok(Lived::TooLong), Some(time)) = (&lived, until.timeout) {
        let text = format!("not everything was ready within {} s", time.as_secs());
        cx.output.note(text);
    }
    let well = !control.plugins().iter().any(is_errored);
    cx.output.note("stopping");
    let cut = stop(shell, &processes, playing, &mut interrupt).await;
    screen.finish().await;
    let well = match (lived?, cut) {
        (Lived::Played(played), _) | (_, Some(played)) => {
            report(cx, &played);
            played.held()
        }
        // A scenario that was asked for and has not begun has not held.
        (Lived::UntilAsked, None) => well && !plays,
        (Lived::UntilReady(all_run), None) => all_run && well,
        (Lived::TooLong, None) => false,
    };
    Ok(Outcome::success_if(well))
}

/// A shell that runs, and what goes on beside it.
struct Serving {
    shell: Shell,
    processes: LauncherFactory,
    /// None where nothing is watched.
    reloader: Option<Reloader>,
    screen: Screen,
    hands: Hands,
    playing: Playing,
}

async fn start(cx: &Context, args: Args, setting: Setting) -> Result<Serving, Error> {
    let since = SystemTime::now();
    let Setting {
        projects,
        home,
        settings,
        folder,
        scenario,
    } = setting;
    let watches = !args.no_watch && !args.exit_when_ready && scenario.is_none();
    let has_keys = !args.json && Keys::are_there();
    let state = state(cx, &args, &folder)?;
    let processes = processes(cx, &args, &folder, watches)?;
    processes.set_env(settings.env.clone());
    let options = options(&args, settings, state, has_keys);
    let events = EventBus::default();
    let watcher = events.subscribe();
    let specs = projects.iter().map(|project| spec(project, &processes));
    let shell = Shell::start(options, specs.collect(), events)
        .await
        .map_err(Error::Shell)?;
    let control = shell.control().clone();
    let ids = projects.iter().map(|p| p.manifest.id.clone()).collect();
    let reloader = watches.then(|| {
        let watched = WatchedProject {
            projects,
            home,
            state: folder.clone(),
            since,
        };
        Reloader::start(watched, control.clone(), processes.clone())
    });
    let url = format!("http://{}", shell.address());
    let status = Status {
        url: url.clone(),
        folder,
        watches,
        has_keys,
    };
    Ok(Serving {
        screen: Screen::start(&cx.output, ids, args.json, status, watcher, &control)?,
        playing: Playing::new(&control, scenario),
        hands: Hands {
            has_keys,
            keys: None,
            control,
            persona: args.auth,
            url,
            processes: processes.clone(),
        },
        processes,
        shell,
        reloader,
    })
}

/// What is kept from earlier runs, unless it is to be forgotten.
fn state(cx: &Context, args: &Args, folder: &Path) -> Result<StateDir, Error> {
    let state = StateDir::open(folder).map_err(Error::State)?;
    cx.output.notices(state.notices());
    if args.fresh {
        state.store().clear().map_err(Error::ClearConfig)?;
    }
    Ok(state)
}

fn options(args: &Args, settings: StratosToml, state: StateDir, has_keys: bool) -> ShellOptions {
    ShellOptions {
        port: args.port,
        auth: args.auth.clone(),
        personas: settings.auth,
        origins: settings.dev.origins,
        version: match args.shell {
            Version::V1 => ShellVersion::V1,
            Version::V3 => ShellVersion::V3,
        },
        supervise: args.supervise,
        attach: args.attach.then_some(match has_keys {
            true => AttachMode::Wait,
            false => AttachMode::Announce,
        }),
        ..ShellOptions::new(state)
    }
}

/// Stops everything, or as much as there is time for until somebody asks once more. A scenario that was cut off says
/// how far it came.
async fn stop(
    shell: Shell,
    processes: &LauncherFactory,
    playing: Playing,
    interrupt: &mut Interrupt,
) -> Option<ScenarioReport> {
    let mut cut = None;
    let stop = async {
        cut = playing.end().await;
        shell.stop().await;
        processes.wait_for_orphan_search().await;
    };
    tokio::select! {
        () = stop => {}
        // Whoever asks twice does not want to wait; the plugins end with this process.
        () = interrupt.wait() => {}
    }
    cut
}

/// What is to be played, if it can be with these plugins.
fn scenario(cx: &Context, args: &Args, projects: &[Project]) -> Result<Option<Scenario>, Error> {
    let Some(path) = &args.scenario else {
        return Ok(None);
    };
    let file = ScenarioFile::read(cx, path)?;
    let ids: Vec<_> = projects.iter().map(|p| p.manifest.id.clone()).collect();
    let fitted = file.scenario.fit(&ids);
    Ok(Some(fitted.map_err(|error| wrong(cx, &error))?))
}

fn processes(
    cx: &Context,
    args: &Args,
    folder: &Path,
    watches: bool,
) -> Result<LauncherFactory, Error> {
    let options = LaunchOptions {
        cargo: cx.cargo.clone(),
        cargo_args: args.cargo_args.clone(),
        target_dir: watches.then(|| folder.join("target")),
        colours: !args.json && cx.output.has_colours(),
        env: variables(cx, &args.variables)?,
        ..LaunchOptions::new(folder.join("programs"))
    };
    let path = options.programs_dir.clone();
    prepare(cx, options).map_err(|source| Error::File {
        operation: "prepare",
        path,
        source,
    })
}

fn prepare(cx: &Context, mut options: LaunchOptions) -> io::Result<LauncherFactory> {
    let cleaned = clean_up_stale_runs(&options.programs_dir)?;
    if !cleaned.is_empty() {
        cx.output.note(cleaned);
    }
    let mut guardian = process::Command::new(std::env::current_exe()?);
    guardian.arg("guardian");
    options.guardian = Some(guardian);
    LauncherFactory::new(options)
}

/// When it ends by itself.
struct Until {
    ready: bool,
    /// Keys are there before everything has started, which waits for them.
    debugs: bool,
    timeout: Option<Duration>,
}

/// Why it stops.
enum Lived {
    /// Somebody asked.
    UntilAsked,
    /// Nothing was on its way any more; true when all runs that can.
    UntilReady(bool),
    /// Something was still on its way.
    TooLong,
    /// The scenario was played.
    Played(ScenarioReport),
}

/// Runs until there is a reason to stop.
async fn live(
    mut hands: Hands,
    screen: &mut Screen,
    until: &Until,
    playing: &mut Playing,
) -> Result<Lived, Error> {
    let control = hands.control.clone();
    let settled = async {
        match until.timeout {
            Some(time) => tokio::time::timeout(time, control.wait_until_settled())
                .await
                .is_ok(),
            None => {
                control.wait_until_settled().await;
                true
            }
        }
    };
    let mut settled = std::pin::pin!(settled);
    let mut is_settled = false;
    let queue = screen.queue();
    if until.debugs {
        hands.begin();
    }
    loop {
        tokio::select! {
            error = screen.failed() => return Err(error),
            in_time = &mut settled, if !is_settled => {
                if !in_time {
                    return Ok(Lived::TooLong);
                }
                if until.ready {
                    return Ok(Lived::UntilReady(control.plugins().iter().all(is_well)));
                }
                is_settled = true;
                hands.begin();
                playing.begin();
            }
            played = playing.played() => {
                let played = played.map_err(|busy| Error::Refused(busy.to_string()))?;
                return Ok(Lived::Played(played));
            }
            text = hands.next() => match text {
                // Keys show something only where somebody reads.
                Some(text) => drop(queue.try_send(text)),
                None => return Ok(Lived::UntilAsked),
            },
        }
    }
}

/// It runs, or has nothing to run.
fn is_well(plugin: &PluginInfo) -> bool {
    matches!(
        plugin.state,
        PluginState::Running | PluginState::Listed { .. }
    )
}

fn spec(project: &Project, processes: &LauncherFactory) -> PluginSpec {
    let id = project.manifest.id.clone();
    let launcher: Result<Arc<dyn Launcher>, String> = match &project.kind {
        ProjectKind::Rust(cargo_toml) => Ok(Arc::new(processes.cargo_package(&id, cargo_toml))),
        ProjectKind::Program(program) => Ok(Arc::new(processes.program(&id, program))),
        ProjectKind::JavaScript(_) => {
            Err("its background module is JavaScript, which only the real shell runs".to_owned())
        }
        ProjectKind::UiOnly => Err("it has a UI only and needs no process".to_owned()),
    };
    PluginSpec {
        id,
        name: project.manifest.name.clone(),
        version: project.manifest.version.to_string(),
        launcher,
    }
}
