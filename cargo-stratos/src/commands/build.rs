//! `cargo stratos build`

use std::ffi::OsString;
use std::path::PathBuf;

use stratos_bundle::layout;

use crate::commands::find_projects::find_project;
use crate::context::Context;
use crate::error::Error;
use crate::exit::Outcome;
use crate::output::{BOLD, DIM, escape, format_size};
use crate::release::{BuildOptions, BuiltProgram, Dist, Profile, UI_HELP, build};

/// Build a plugin as it is installed: the folder dist
///
/// Writes plugin.json, assets, the built UI, and the plugin's program for each target with the entry that starts it in
/// the real shell. A failed build leaves the earlier folder as it is.
///
/// Exit codes: 0 the folder was written, 1 cargo or the command of the UI failed, 2 the plugin, stratos.toml or a target
/// is wrong, or the output folder has other files, 3 a tool is missing, or a file cannot be written.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The plugin's folder
    #[arg(default_value = ".")]
    path: PathBuf,
    /// Platform, such as win32-x64, darwin-arm64 or linux-x64, or target of Rust; may be repeated [default: this machine]
    #[arg(long = "target", value_name = "TARGET")]
    targets: Vec<String>,
    /// Build optimized programs without symbols and names of folders (default)
    #[arg(long, conflicts_with = "debug")]
    release: bool,
    /// Build quickly, with symbols
    #[arg(long)]
    debug: bool,
    /// Output folder [default: dist in the plugin's folder]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Print the files and programs as one JSON object
    #[arg(long)]
    json: bool,
    /// Arguments for cargo, such as --locked or --features=NAME
    #[arg(last = true, value_name = "CARGO ARGS")]
    cargo_args: Vec<OsString>,
}

pub(crate) fn run(cx: &Context, args: Args) -> Result<Outcome, Error> {
    let is_target = |arg: &OsString| {
        let arg = arg.to_string_lossy();
        arg == "--target" || arg.starts_with("--target=")
    };
    if args.cargo_args.iter().any(is_target) {
        return Err(Error::usage(
            "`--target` is among the arguments for cargo",
            "put it before `--`",
        ));
    }
    let project = find_project(cx, &args.path)?;
    let options = BuildOptions {
        targets: args.targets,
        profile: match args.debug {
            true => Profile::Debug,
            false => Profile::Release,
        },
        out: args.out,
        cargo_args: args.cargo_args,
    };
    let dist = build(cx, &project, &options)?;
    if !dist.files.iter().any(|file| file.path == layout::UI) {
        let message = "the plugin has no UI: the shell shows nothing when a pilot opens it";
        cx.output.warn(message, UI_HELP);
    }
    match args.json {
        true => cx.output.json(&dist)?,
        false => cx.output.line(format_dist(&dist))?,
    }
    Ok(Outcome::Success)
}

/// A line for each program, and one about the folder.
fn format_dist(dist: &Dist) -> String {
    let mut lines: Vec<_> = dist.programs.iter().map(format_program).collect();
    let size = dist.files.iter().map(|file| file.size).sum();
    let files = match dist.files.len() {
        1 => "1 file".to_owned(),
        count => format!("{count} files"),
    };
    lines.push(format!(
        "{BOLD}{}{BOLD:#}: {files}, {} {DIM}in {:.1} s{DIM:#}",
        escape(&dist.folder.to_string_lossy()),
        format_size(size),
        dist.seconds,
    ));
    lines.join("\n")
}

fn format_program(program: &BuiltProgram) -> String {
    let mut details = vec![format_size(program.size)];
    details.extend(program.target.clone());
    details.extend(program.tool.as_ref().map(|tool| format!("by {tool}")));
    details.extend(
        program
            .glibc
            .map(|version| format!("needs glibc {version}")),
    );
    details.extend(
        program
            .macos
            .map(|version| format!("needs macOS {version}")),
    );
    format!(
        "{BOLD}{:<12}{BOLD:#} {}",
        program.platform.to_string(),
        escape(&details.join(", "))
    )
}
