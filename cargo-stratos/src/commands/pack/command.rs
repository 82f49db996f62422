//! The command: from a plugin's folder to one zip.

use std::path::PathBuf;

use stratos_bundle::layout::ZIP_NAME;
use stratos_bundle::{Bundle, Waiver, Zip, problems};
use stratos_host::config::{PackTable, Project, StratosToml};

use crate::commands::find_projects::find_project;
use crate::commands::pack::dist::{CollectedFiles, DistSource};
use crate::commands::pack::plugin_check::check_plugin;
use crate::commands::pack::program_version::version_problem;
use crate::commands::pack::sign::sign_programs;
use crate::context::Context;
use crate::error::Error;
use crate::exit::Outcome;
use crate::output::{PackReport, PackedFile};
use crate::replace_file::replace_file;

/// Pack the plugin into one zip, with the same bytes on every computer
///
/// Checks and builds the plugin, checks all that is shipped, and writes the zip. `.stratosignore` beside stratos.toml
/// leaves files out, in the syntax of .gitignore. A program for this computer is started once and asked for its version.
///
/// Exit codes: 0 the zip was written, or with `--list` could be; 1 there are errors, or a build or the signing failed; 2
/// the command line, plugin.json, stratos.toml or .stratosignore is wrong; 3 a file cannot be read or written.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The plugin's folder
    #[arg(default_value = ".")]
    path: PathBuf,
    /// Platform or target of Rust to build for, as for `cargo stratos build`; may be repeated [default: this computer]
    #[arg(long = "target", value_name = "TARGET")]
    targets: Vec<String>,
    /// Join these `dist` folders, which other computers have built, and build nothing
    #[arg(long, value_name = "DIR", num_args = 1.., conflicts_with = "targets")]
    merge: Vec<PathBuf>,
    /// Pack the folder `dist` as it is
    #[arg(long, conflicts_with_all = ["targets", "merge"])]
    no_build: bool,
    /// Path of the zip [default: bundle.zip in the plugin's folder]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Show what would be packed and what is left out, and write no zip
    #[arg(long, conflicts_with = "out")]
    list: bool,
    /// Do not run `cargo stratos check`
    #[arg(long)]
    no_check: bool,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(cx: &Context, args: &Args) -> Result<Outcome, Error> {
    let project = find_project(cx, &args.path)?;
    let settings = StratosToml::load(&project.folder).map_err(Error::Settings)?;
    let mut report = PackReport::new(&project.manifest, args.list);
    let is_good = args.no_check || check_plugin(cx, &project, args.json, &mut report.problems)?;
    if is_good {
        pack(cx, &project, args, &settings.pack, &mut report)?;
    }
    cx.output.pack_report(&report, args.json)?;
    Ok(Outcome::success_if(is_good && !report.has_errors()))
}

/// Writes the zip, unless there are errors or only a list is wanted, and adds what it did to the report.
fn pack(
    cx: &Context,
    project: &Project,
    args: &Args,
    settings: &PackTable,
    report: &mut PackReport,
) -> Result<(), Error> {
    let source = DistSource::new(project, &args.merge, args.no_build, &args.targets);
    let out = args.out.clone();
    let out = out.unwrap_or_else(|| project.folder.join(ZIP_NAME));
    source.check_outside(&out)?;
    let CollectedFiles {
        mut bundle,
        left_out,
        problems,
    } = source.collect(cx, project)?;
    report.left_out = left_out;
    report.problems.extend(problems);
    report
        .problems
        .extend(source.stale_problem(project, &bundle)?);
    let before_contents = report.problems.len();
    report.problems.extend(content_problems(&bundle, settings));
    report.platforms = bundle.platforms().into_iter().collect();
    if let Some(command) = &settings.sign
        && !args.list
        && !report.has_errors()
    {
        report.is_signed = sign_programs(cx, &project.folder, command, &mut bundle)?;
        // The command may have left something else than a program.
        report.problems.truncate(before_contents);
        report.problems.extend(content_problems(&bundle, settings));
    }
    if !report.has_errors() {
        report
            .problems
            .extend(version_problem(cx, project, &bundle)?);
    }
    let files = bundle.files.iter().map(|(path, bytes)| PackedFile {
        path: path.clone(),
        size: bytes.len() as u64,
        packed: None,
    });
    report.files = files.collect();
    if report.has_errors() {
        return Ok(());
    }
    let zip = Zip::write(&bundle).map_err(Error::Zip)?;
    report.problems.extend(zip.size_problem());
    for (file, packed) in report.files.iter_mut().zip(&zip.packed_sizes) {
        file.packed = Some(*packed);
    }
    if !report.has_errors() {
        report.size = Some(zip.bytes.len() as u64);
        report.sha256 = Some(zip.sha256());
        if !args.list {
            replace_file(&out, &zip.bytes).map_err(|source| Error::file("write", &out, source))?;
            report.file = Some(out);
        }
    }
    Ok(())
}

fn content_problems(bundle: &Bundle, settings: &PackTable) -> Vec<stratos_bundle::Problem> {
    let waivers = settings.not_secret.iter().map(|file| Waiver {
        path: file.path.clone(),
        reason: file.reason.clone(),
    });
    problems(bundle, &waivers.collect::<Vec<_>>())
}
