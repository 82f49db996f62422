//! `cargo stratos test`

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use stratos_host::StateDir;
use stratos_host::config::{ProjectError, ProjectKind};
use stratos_host::process::CommandBuild;
use stratos_manifest::Manifest;
use tracing::debug;

use crate::commands::check;
use crate::commands::find_projects::{FoundProjects, find_projects};
use crate::context::Context;
use crate::error::Error;
use crate::exit::Outcome;

/// Environment variable with the default host of `stratos::testing`.
const HOST_VARIABLE: &str = "STRATOS_TEST_HOST";

/// Options of `cargo test` and `cargo nextest run` whose next argument is a value, and not the name of a test.
#[rustfmt::skip]
const VALUE_OPTIONS: &[&str] = &[
    "-p", "--package", "--exclude", "--bin", "--example", "--test", "--bench", "-F", "--features", "-j", "--jobs",
    "--profile", "--target", "--target-dir", "--manifest-path", "--lockfile-path", "--message-format", "--color",
    "--config", "-Z", "-C", "-E", "--filterset", "--filter-expr", "-P", "--cargo-profile", "--build-jobs",
    "--test-threads", "--retries", "--partition",
];

/// Check plugin.json, then run the plugin's tests
///
/// Builds in the target folder of `cargo stratos run`, so that what both need is built once.
///
/// Exit codes: 0 no errors and all tests pass, 1 errors, or a test fails or does not build, 2 there is nothing to test,
/// 3 cargo cannot be started.
#[derive(Debug, clap::Args)]
#[command(
    override_usage = "cargo stratos test [OPTIONS] [PATH] [CARGO TEST ARGS]... [-- <TEST PROGRAM ARGS>...]"
)]
pub(crate) struct Args {
    /// The plugin's folder, or one with plugins in it. It comes before the arguments for `cargo test`
    #[arg(default_value = ".", allow_hyphen_values = true)]
    path: OsString,
    /// Arguments for `cargo test`: options such as --release, and after PATH the names of tests. The options below come
    /// before them
    #[arg(value_name = "CARGO TEST ARGS", allow_hyphen_values = true)]
    cargo_args: Vec<OsString>,
    /// Run the tests with cargo-nextest
    #[arg(long)]
    nextest: bool,
    /// Place in which `TestShell` runs plugins that name their program [default: STRATOS_TEST_HOST, otherwise memory]
    #[arg(long, value_enum)]
    host: Option<Host>,
    /// Arguments for the test program, such as --nocapture
    #[arg(last = true, value_name = "TEST PROGRAM ARGS")]
    program_args: Vec<OsString>,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Host {
    /// In the process of the test
    Memory,
    /// As processes of their own
    Process,
}

pub(crate) fn run(cx: &Context, args: Args) -> Result<Outcome, Error> {
    let Args {
        path,
        mut cargo_args,
        nextest,
        host,
        program_args,
    } = args;
    let path = if path.as_encoded_bytes().starts_with(b"-") {
        // PATH was left out.
        cargo_args.insert(0, path);
        PathBuf::from(".")
    } else {
        PathBuf::from(path)
    };
    let is_own = |arg: &&OsString| {
        let arg = arg.to_string_lossy();
        arg == "--nextest" || arg == "--host" || arg.starts_with("--host=")
    };
    let is_plugin = |arg: &&OsString| Path::new(arg).join(Manifest::FILE_NAME).is_file();
    let is_value = |at: usize| {
        let option = at.checked_sub(1).and_then(|before| cargo_args.get(before));
        option.is_some_and(|option| VALUE_OPTIONS.iter().any(|name| option == name))
    };
    // The arguments for the test program follow `--`.
    let for_cargo = || cargo_args.iter().take_while(|arg| *arg != "--");
    if let Some(late) = for_cargo().find(is_own) {
        return Err(Error::usage(
            format!("`{}` comes too late", late.display()),
            "put it directly after `cargo stratos test`, before the arguments for `cargo test`",
        ));
    }
    let names = for_cargo().enumerate().filter(|(at, _)| !is_value(*at));
    if let Some(second) = names.map(|(_, arg)| arg).find(is_plugin) {
        return Err(Error::usage(
            format!(
                "`{}` would select tests by their name, and it is a plugin's folder",
                second.display()
            ),
            "test one plugin after the other, or name the folder around them; put the name of a test behind `--`",
        ));
    }
    if !path.exists() {
        let path = path.display();
        return Err(Error::usage(
            format!("there is no file or folder {path}"),
            format!(
                "name a plugin's folder; if it is the name of a test: `cargo stratos test . {path}`"
            ),
        ));
    }
    if !path.is_dir() && !path.ends_with(Manifest::FILE_NAME) {
        return Err(ProjectError::NotAFolder { path }.into());
    }
    if check::run(cx, check::Args::for_path(path.clone()))? == Outcome::Failure {
        return Ok(Outcome::Failure);
    }
    let command: Vec<OsString> = match nextest {
        true => vec!["nextest".into(), "run".into()],
        false => vec!["test".into()],
    };
    // The check above has reported an enclosing plugin, and ends with unreadable folders.
    let FoundProjects { projects, .. } = find_projects(&[path])?;
    let state_dir = StateDir::default_path(&projects);
    if !program_args.is_empty() {
        cargo_args.push("--".into());
        cargo_args.extend(program_args);
    }
    let crates: Vec<_> = projects
        .into_iter()
        .filter_map(|project| match project.kind {
            ProjectKind::Rust(cargo_toml) => Some(cargo_toml),
            _ => None,
        })
        .collect();
    if crates.is_empty() {
        return Err(Error::usage(
            "there is nothing to test: the plugin has no Cargo.toml",
            "name the folder of a plugin that is written in Rust",
        ));
    }
    StateDir::create(&state_dir).map_err(|source| Error::file("create", &state_dir, source))?;
    let mut all_pass = true;
    for cargo_toml in crates {
        let build = CommandBuild::begin(&cx.cargo, &cargo_toml, Some(&state_dir), &cargo_args);
        let arguments = [build.args(), cargo_args.clone()].concat();
        let passes = run_tests(cx, host, [&command, &arguments], &cargo_toml);
        build.end_tests();
        all_pass &= passes?;
    }
    Ok(Outcome::success_if(all_pass))
}

/// Runs the tests of one crate, with stdout and stderr of this process. Returns whether they pass.
fn run_tests(
    cx: &Context,
    host: Option<Host>,
    [command, arguments]: [&Vec<OsString>; 2],
    cargo_toml: &Path,
) -> Result<bool, Error> {
    let cargo_toml = std::path::absolute(cargo_toml)
        .map_err(|source| Error::file("find", cargo_toml, source))?;
    let mut cargo = Command::new(&cx.cargo);
    match host {
        Some(Host::Memory) => _ = cargo.env(HOST_VARIABLE, "memory"),
        Some(Host::Process) => _ = cargo.env(HOST_VARIABLE, "process"),
        // The tests inherit the variable.
        None => {}
    }
    if cx.output.must_be_plain() {
        // An option could be among the arguments, too.
        cargo.env("CARGO_TERM_COLOR", "never");
    }
    if let Some(package) = cargo_toml.parent() {
        // The configuration files there count, as for `run`.
        cargo.current_dir(package);
    }
    cargo
        .args(command)
        .arg("--manifest-path")
        .arg(cargo_toml)
        .args(arguments);
    debug!(command = ?cargo, "running tests");
    let status = cargo.status().map_err(Error::system("start cargo"))?;
    Ok(status.success())
}
