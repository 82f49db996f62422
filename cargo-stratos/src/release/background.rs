//! The background part of a plugin: programs, and the entry that starts them in the shell.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use serde::Serialize;
use stratos_bundle::layout::{ENTRY, program};
use stratos_bundle::{GlibcVersion, Platform};
use stratos_host::config::{Project, ProjectKind};
use stratos_host::process::CommandBuild;

use crate::context::Context;
use crate::error::Error;
use crate::release::cargo_command::CargoBuild;
use crate::release::options::{BuildOptions, Profile};
use crate::release::run_command::run_command;
use crate::release::target::BuildTarget;
use crate::release::toolchain::{Tool, Toolchain};

/// The background part, ready to be copied.
#[derive(Debug)]
pub(super) enum Background {
    /// Programs, which the entry starts.
    Programs(Vec<Program>),
    /// The folder of a module in JavaScript.
    Module(PathBuf),
    None,
}

/// A program on this machine.
#[derive(Debug)]
pub(super) struct Program {
    pub(super) file: PathBuf,
    pub(super) built: BuiltProgram,
}

/// A program in the output folder.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct BuiltProgram {
    pub(crate) platform: Platform,
    /// Path in the output folder, with `/` as the separator.
    pub(crate) path: String,
    /// Target of Rust; `None` for a program that other tools built.
    pub(crate) target: Option<String>,
    pub(crate) tool: Option<Tool>,
    /// Size in bytes.
    pub(crate) size: u64,
    /// Oldest version of the C library that has all that a Linux program needs.
    pub(crate) glibc: Option<GlibcVersion>,
    /// Oldest version of macOS, unless the author has set another one.
    pub(crate) macos: Option<&'static str>,
    /// Duration of the build.
    pub(crate) seconds: f64,
}

/// Builds the background part of a plugin.
pub(super) fn build_background(
    cx: &Context,
    project: &Project,
    options: &BuildOptions,
) -> Result<Background, Error> {
    if !options.targets.is_empty() && !matches!(project.kind, ProjectKind::Rust(_)) {
        return Err(Error::usage(
            "`--target` is for plugins that are written in Rust",
            "leave it out",
        ));
    }
    match &project.kind {
        ProjectKind::Rust(cargo_toml) => {
            let cargo_toml = std::path::absolute(cargo_toml)
                .map_err(|source| Error::file("find", cargo_toml, source))?;
            build_programs(cx, project, &cargo_toml, options).map(Background::Programs)
        }
        ProjectKind::Program(file) => Ok(Background::Programs(vec![given_program(project, file)?])),
        ProjectKind::Script(script) => module(project, script).map(Background::Module),
        ProjectKind::UiOnly => Ok(Background::None),
    }
}

fn build_programs(
    cx: &Context,
    project: &Project,
    cargo_toml: &Path,
    options: &BuildOptions,
) -> Result<Vec<Program>, Error> {
    let folder = cargo_toml.parent().unwrap_or(cargo_toml);
    let toolchain = Toolchain::find(cx, folder)?;
    let cargo = CargoBuild {
        cx,
        toolchain: &toolchain,
        cargo_toml,
        release: options.profile == Profile::Release,
        args: &options.cargo_args,
    };
    let targets = BuildTarget::parse_all(&options.targets, &toolchain)?;
    // What is missing for the last target is found before the first one is built.
    let chosen = targets
        .iter()
        .map(|target| toolchain.choose(target.platform, &target.triples));
    let chosen = chosen.collect::<Result<Vec<_>, _>>()?;
    let builds = targets.iter().zip(chosen);
    builds
        .map(|(target, (triple, tool))| {
            build_program(&cargo, &project.manifest.id, target.platform, triple, tool)
        })
        .collect()
}

fn build_program(
    cargo: &CargoBuild<'_>,
    plugin: &str,
    platform: Platform,
    triple: String,
    tool: Tool,
) -> Result<Program, Error> {
    let start = Instant::now();
    let action = format!("building for {platform}");
    let build = CommandBuild::begin(&cargo.cx.cargo, cargo.cargo_toml, None, cargo.args);
    let command = cargo.command(&triple, &tool, &build.args())?;
    let output = run_command(command, &action, "start cargo")?;
    cargo.cx.output.compiler_lines(&output.stderr);
    if !output.status.success() {
        return Err(Error::BuildFailed(format!(
            "the build for {platform} ({triple}) failed"
        )));
    }
    let file = build.end_program(&output.stdout, plugin);
    let file = file.map_err(Error::Program)?;
    let mut program = read_program(plugin, platform, file)?;
    program.built.macos = cargo.macos_version(&triple);
    program.built.target = Some(triple);
    program.built.tool = Some(tool);
    program.built.seconds = start.elapsed().as_secs_f64();
    Ok(program)
}

/// The program of a plugin without Rust, which runs on this machine.
fn given_program(project: &Project, file: &Path) -> Result<Program, Error> {
    let platform = Platform::host().filter(|_| file.is_file());
    let Some(platform) = platform else {
        return Err(Error::usage(
            format!(
                "the plugin's background module is missing: there is no Cargo.toml, no {ENTRY} and no {}",
                file.display()
            ),
            "build it with the plugin's own tools first, or name the folder of its sources",
        ));
    };
    read_program(&project.manifest.id, platform, file.to_owned())
}

fn read_program(plugin: &str, platform: Platform, file: PathBuf) -> Result<Program, Error> {
    let bytes = fs::read(&file).map_err(|source| Error::file("read", &file, source))?;
    let built = BuiltProgram {
        platform,
        path: program(platform, plugin),
        target: None,
        tool: None,
        size: bytes.len() as u64,
        glibc: GlibcVersion::required_by(&bytes),
        macos: None,
        seconds: 0.0,
    };
    Ok(Program { file, built })
}

/// The folder of a built module in JavaScript.
fn module(project: &Project, script: &Path) -> Result<PathBuf, Error> {
    let entry = project.folder.join(ENTRY);
    match (entry.is_file(), entry.parent()) {
        (true, Some(folder)) => Ok(folder.to_owned()),
        _ => Err(Error::usage(
            format!(
                "{ENTRY} is missing: the plugin has {} only",
                script.display()
            ),
            "have the plugin's own tools write it first: this command builds Rust and the UI only",
        )),
    }
}
