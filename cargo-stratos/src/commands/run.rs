//! `cargo stratos run`

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use stratos_host::control::PluginInfo;
use stratos_host::events::{Event, Events, Watcher};
use stratos_host::launch::{Launch, Processes};
use stratos_host::project::{Project, ProjectKind};
use stratos_host::settings::Settings;
use stratos_host::{PluginSpec, PluginState, Shell, ShellOptions, ShellVersion, State};

use crate::cli::Outcome;
use crate::commands::ps::row;
use crate::context::Context;
use crate::error::Error;
use crate::output::{BOLD, DIM, LogPrinter};

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

pub(crate) fn run(cx: &Context, args: Args) -> Result<Outcome, Error> {
    let projects = Project::discover(&args.paths).map_err(Error::Project)?;
    let home = match &projects[..] {
        [only] => only.folder.clone(),
        _ => PathBuf::from("."),
    };
    let settings = Settings::load(&home).map_err(Error::Settings)?;
    let folder = args.state.clone().unwrap_or_else(|| home.join(".stratos"));
    let runtime = tokio::runtime::Runtime::new().map_err(|source| Error::System {
        what: "start the runtime",
        source,
    })?;
    runtime.block_on(serve(cx, args, &projects, settings, &folder))
}

async fn serve(
    cx: &Context,
    args: Args,
    projects: &[Project],
    settings: Settings,
    folder: &Path,
) -> Result<Outcome, Error> {
    let mut interrupt = Interrupt::new()?;
    let state = State::open(folder).map_err(Error::State)?;
    if args.fresh {
        state.clear().map_err(Error::Fresh)?;
    }
    let programs = folder.join("programs");
    let processes =
        Processes::new(&programs, cx.cargo.clone(), args.cargo_args).map_err(|source| {
            Error::File {
                what: "prepare",
                path: programs,
                source,
            }
        })?;
    let options = ShellOptions {
        port: args.port,
        auth: args.auth,
        personas: settings.auth,
        origins: settings.dev.origins,
        version: match args.shell {
            Version::V1 => ShellVersion::V1,
            Version::V3 => ShellVersion::V3,
        },
        ..ShellOptions::new(state)
    };
    let events = Events::default();
    let mut watcher = events.watch();
    let specs = projects
        .iter()
        .map(|project| spec(project, &processes))
        .collect();
    let shell = Shell::start(options, specs, events)
        .await
        .map_err(Error::Shell)?;

    let printer = LogPrinter::new(&cx.output, projects.iter().map(|p| p.manifest.id.as_str()));
    let print = |event: &Event| match args.json {
        true => cx.output.json(event),
        false => printer.print(event),
    };
    let printed = tokio::select! {
        printed = print_all(&shell, cx, &mut watcher, &print, args.json, folder) => printed,
        () = interrupt.wait() => Ok(()),
    };
    let errored = shell.control().plugins().iter().any(is_errored);
    cx.output.note("stopping");
    let stopped = tokio::select! {
        stopped = print_until(&mut watcher, &print, shell.stop()) => stopped,
        // Whoever asks twice does not want to wait; the plugins end with this process.
        () = interrupt.wait() => Ok(()),
    };
    printed.and(stopped)?;
    Ok(if errored { Outcome::No } else { Outcome::Good })
}

/// Prints until the output is closed.
async fn print_all(
    shell: &Shell,
    cx: &Context,
    watcher: &mut Watcher,
    print: impl Fn(&Event) -> Result<(), Error>,
    json: bool,
    folder: &Path,
) -> Result<(), Error> {
    let plugins = print_until(watcher, &print, shell.ready()).await?;
    let url = format!("http://{}", shell.address());
    if json {
        let ready = BTreeMap::from([("event", "ready"), ("url", url.as_str())]);
        cx.output.json(&ready)?;
    } else {
        status(cx, &plugins, &url, folder)?;
    }
    while let Some(event) = watcher.next().await {
        print(&event)?;
    }
    Ok(())
}

/// Prints until something is done, and what has happened by then.
///
/// What is under way is done to its end also when the output is closed.
async fn print_until<T>(
    watcher: &mut Watcher,
    print: impl Fn(&Event) -> Result<(), Error>,
    done: impl Future<Output = T>,
) -> Result<T, Error> {
    let mut done = std::pin::pin!(done);
    let mut printed = Ok(());
    loop {
        tokio::select! {
            biased;
            Some(event) = watcher.next(), if printed.is_ok() => printed = print(&event),
            done = &mut done => return printed.map(|()| done),
        }
    }
}

/// The calm block: what runs, where, and what to do next.
fn status(cx: &Context, plugins: &[PluginInfo], url: &str, folder: &Path) -> Result<(), Error> {
    let line = |text: String| cx.output.line(text);
    line(format!("\n{BOLD}Mocked Stratos shell{BOLD:#} on {url}"))?;
    for plugin in plugins {
        line(format!("  {}", row(plugin).replace('\n', "\n  ")))?;
        for route in &plugin.routes {
            line(format!("    {url}{route}"))?;
        }
    }
    line(format!("{DIM}{}{DIM:#}\n", next_step(plugins, folder)))
}

fn next_step(plugins: &[PluginInfo], folder: &Path) -> String {
    let state = match folder {
        folder if folder == Path::new("./.stratos") || folder == Path::new(".stratos") => {
            String::new()
        }
        folder => format!(" --state \"{}\"", folder.display()),
    };
    match plugins
        .iter()
        .find(|plugin| plugin.state == PluginState::Running)
    {
        Some(plugin) => match plugin.channels.first() {
            Some(channel) => {
                let (id, channel) = (&plugin.id, crate::output::escape(channel));
                format!(
                    "Next: change the code, then `cargo stratos update {id}{state}`; ask it with `cargo stratos call {id} {channel}{state}`. Ctrl-C stops."
                )
            }
            None => format!(
                "Next: change the code, then `cargo stratos update {}{state}`. Ctrl-C stops.",
                plugin.id
            ),
        },
        None if plugins.iter().any(is_errored) => {
            "Next: fix the errors above, then run this again. Ctrl-C stops.".to_owned()
        }
        None => "Nothing runs in the background here. Ctrl-C stops.".to_owned(),
    }
}

fn is_errored(plugin: &PluginInfo) -> bool {
    matches!(plugin.state, PluginState::Errored { .. })
}

fn spec(project: &Project, processes: &Processes) -> PluginSpec {
    let id = project.manifest.id.clone();
    let launcher: Result<Arc<dyn Launch>, String> = match &project.kind {
        ProjectKind::Rust(cargo_toml) => Ok(Arc::new(processes.rust(&id, cargo_toml))),
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

/// Ctrl-C, or a polite request to end.
struct Interrupt {
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
}

impl Interrupt {
    fn new() -> Result<Self, Error> {
        #[cfg(unix)]
        {
            use tokio::signal::unix::{SignalKind, signal};
            let what = "listen for signals";
            let terminate =
                signal(SignalKind::terminate()).map_err(|source| Error::System { what, source })?;
            Ok(Self { terminate })
        }
        #[cfg(not(unix))]
        Ok(Self {})
    }

    async fn wait(&mut self) {
        #[cfg(unix)]
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = self.terminate.recv() => {}
        }
        #[cfg(not(unix))]
        {
            // An error means that there is no console, and nobody to press the keys.
            if tokio::signal::ctrl_c().await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    }
}
