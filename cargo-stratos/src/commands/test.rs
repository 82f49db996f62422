//! `cargo stratos test`

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use stratos_host::config::{Project, ProjectKind};

use crate::cli::Outcome;
use crate::commands::check;
use crate::context::Context;
use crate::error::Error;

/// What the SDK's `testing` reads.
const HOST_VARIABLE: &str = "STRATOS_TEST_HOST";

/// Look for mistakes in plugin.json, then run the plugin's tests
///
/// Exit codes: 0 no errors and all tests pass, 1 errors or a test fails or does not build, 2 there is nothing to test,
/// 3 cargo does not start.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The plugin's folder, or one with plugins in it
    #[arg(default_value = ".")]
    path: PathBuf,
    /// Run the tests with cargo-nextest
    #[arg(long)]
    nextest: bool,
    /// Where `TestShell` runs plugins that name their program; without it, STRATOS_TEST_HOST says it, or else in memory
    #[arg(long, value_enum)]
    host: Option<Host>,
    /// Arguments for `cargo test`
    #[arg(last = true, value_name = "CARGO TEST ARGS")]
    cargo_args: Vec<OsString>,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Host {
    /// In the test's own process
    Memory,
    /// As processes of their own
    Process,
}

pub(crate) fn run(cx: &Context, args: Args) -> Result<Outcome, Error> {
    let Args {
        path,
        nextest,
        host,
        cargo_args,
    } = args;
    if check::run(cx, check::Args::of(path.clone()))? == Outcome::No {
        return Ok(Outcome::No);
    }
    let command: Vec<OsString> = match nextest {
        true => vec!["nextest".into(), "run".into()],
        false => vec!["test".into()],
    };
    let projects = Project::discover(&[path]).map_err(Error::Project)?;
    let programs: Vec<_> = projects
        .into_iter()
        .filter_map(|project| match project.kind {
            ProjectKind::Rust(cargo_toml) => Some((project.folder, cargo_toml)),
            _ => None,
        })
        .collect();
    if programs.is_empty() {
        return Err(Error::Usage {
            message: "there is nothing to test: the plugin has no Cargo.toml".to_owned(),
            help: None,
        });
    }
    let mut outcome = Outcome::Good;
    for (folder, cargo_toml) in programs {
        if !passes(cx, host, [&command, &cargo_args], &folder, &cargo_toml)? {
            outcome = Outcome::No;
        }
    }
    Ok(outcome)
}

/// Its output goes where ours goes.
fn passes(
    cx: &Context,
    host: Option<Host>,
    [command, arguments]: [&Vec<OsString>; 2],
    folder: &Path,
    cargo_toml: &Path,
) -> Result<bool, Error> {
    let cargo_toml = std::path::absolute(cargo_toml).map_err(|source| Error::File {
        what: "find",
        path: cargo_toml.to_owned(),
        source,
    })?;
    let mut cargo = Command::new(&cx.cargo);
    match host {
        Some(Host::Memory) => _ = cargo.env(HOST_VARIABLE, "memory"),
        Some(Host::Process) => _ = cargo.env(HOST_VARIABLE, "process"),
        // What this program inherited is what the tests get.
        None => {}
    }
    // A relative path of an empty parent is the folder that we are in.
    let folder = if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
    };
    let status = cargo
        .args(command)
        .arg("--manifest-path")
        .arg(cargo_toml)
        .args(arguments)
        .current_dir(folder)
        .status()
        .map_err(|source| Error::System {
            what: "start cargo",
            source,
        })?;
    Ok(status.success())
}
