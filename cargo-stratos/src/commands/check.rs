//! `cargo stratos check`

use std::path::{Path, PathBuf};

use stratos_manifest::{Manifest, Safety};

use crate::context::Context;
use crate::error::Error;
use crate::exit::Outcome;
use crate::lint::{BundleCheck, FixMode, LevelArgs, SettingsCache, Unit, check_units, is_zip};
use crate::manifests::{SearchResults, Source, Target, search};
use crate::output::escape;
use crate::output::report::{Github, Human, Json, Reporter, Sarif};

/// Check plugin.json, or a finished zip, for mistakes
///
/// Exit codes: 0 no errors (there may be warnings), 1 errors, or `--diff` has something to show, 2 the command line
/// or stratos.toml is wrong, or there is nothing to check, 3 a file cannot be read or written.
#[derive(Debug, Default, clap::Args)]
pub(crate) struct Args {
    /// plugin.json files, folders with one in them or below, zips, or `-` for standard input
    #[arg(default_value = ".")]
    paths: Vec<PathBuf>,
    /// Output format
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    #[command(flatten)]
    levels: LevelArgs,
    /// Write safe fixes to the files
    #[arg(long)]
    fix: bool,
    /// With --fix or --diff: include unsafe fixes, which may change the meaning or lose something
    #[arg(long)]
    unsafe_fixes: bool,
    /// Print the fixes as a patch, and write nothing
    #[arg(long, conflicts_with_all = ["fix", "format"])]
    diff: bool,
    /// With `-`: path of the file that standard input stands for [default: plugin.json]
    #[arg(long, value_name = "PATH")]
    stdin_path: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
enum Format {
    /// Excerpts of the file, with carets under the mistakes
    #[default]
    Human,
    /// One JSON object
    Json,
    /// Annotations for GitHub Actions
    Github,
    /// SARIF 2.1.0, for code scanning services
    Sarif,
}

impl Format {
    fn reporter(self, cx: &Context) -> Box<dyn Reporter + '_> {
        match self {
            Self::Human => Box::new(Human(&cx.output)),
            Self::Json => Box::new(Json::new(&cx.output)),
            Self::Github => Box::new(Github(&cx.output)),
            Self::Sarif => Box::new(Sarif::new(&cx.output)),
        }
    }

    /// The path of a manifest in messages.
    fn path(self) -> fn(&Target) -> String {
        match self {
            Self::Human => Target::shown_path,
            Self::Json | Self::Github | Self::Sarif => Target::repository_path,
        }
    }
}

pub(crate) fn run(cx: &Context, args: Args) -> Result<Outcome, Error> {
    let mode = args.fix_mode()?;
    let mut settings = SettingsCache::new(args.levels)?;
    let (zips, paths): (Vec<_>, Vec<_>) = args.paths.into_iter().partition(|path| is_zip(path));
    if let (Some(zip), true) = (zips.first(), mode != FixMode::Off) {
        let zip = zip.display().to_string();
        return Err(Error::usage(
            format!("the files in {} cannot be fixed", escape(&zip)),
            "fix the plugin's folder with `cargo stratos check --fix`, and pack it again",
        ));
    }
    let SearchResults {
        mut targets,
        mut errors,
        enclosing,
    } = find_targets(&paths, args.stdin_path)?;
    let bundles = BundleCheck::run_all(zips, &mut errors);
    targets.extend(bundles.iter().filter_map(BundleCheck::target));
    targets.sort_by(|a, b| a.path.cmp(&b.path));
    if let Some(manifest) = enclosing {
        let manifest = manifest.display().to_string();
        cx.output.note(format_args!(
            "there is no plugin.json in this folder; checking {}",
            escape(&manifest)
        ));
    }
    let sources = Source::read_all(targets, &mut errors);
    let units = Unit::collect(&sources, &mut settings, &mut errors, args.format.path())?;
    let reporter = args.format.reporter(cx);
    check_units(cx, &bundles, units, errors, reporter, mode)
}

/// Checks the plugin in a folder, with the levels of its `stratos.toml`.
pub(super) fn check_folder<'a>(
    cx: &'a Context,
    folder: &Path,
    reporter: Box<dyn Reporter + 'a>,
) -> Result<Outcome, Error> {
    let mut settings = SettingsCache::new(LevelArgs::default())?;
    let SearchResults {
        targets,
        mut errors,
        enclosing: _,
    } = search(&[folder.to_owned()])?;
    let sources = Source::read_all(targets, &mut errors);
    let units = Unit::collect(&sources, &mut settings, &mut errors, Target::shown_path)?;
    check_units(cx, &[], units, errors, reporter, FixMode::Off)
}

impl Args {
    /// Arguments of `cargo stratos check PATH`.
    pub(super) fn for_path(path: PathBuf) -> Self {
        Self {
            paths: vec![path],
            ..Self::default()
        }
    }

    fn fix_mode(&self) -> Result<FixMode, Error> {
        let safety = match self.unsafe_fixes {
            true => Safety::Unsafe,
            false => Safety::Safe,
        };
        match (self.fix, self.diff) {
            (true, _) if self.paths.iter().any(|path| is_stdin(path)) => Err(Error::usage(
                "`--fix` cannot write to standard input",
                "use `--diff`, which prints the fixes",
            )),
            (false, false) if self.unsafe_fixes => Err(Error::usage(
                "`--unsafe-fixes` has no effect on its own",
                "add `--fix`, or `--diff` to see the fixes first",
            )),
            (true, _) => Ok(FixMode::Write(safety)),
            (false, true) => Ok(FixMode::Diff(safety)),
            (false, false) => Ok(FixMode::Off),
        }
    }
}

fn find_targets(paths: &[PathBuf], stdin_path: Option<PathBuf>) -> Result<SearchResults, Error> {
    let (stdin, named): (Vec<_>, Vec<_>) = paths.iter().cloned().partition(|path| is_stdin(path));
    if stdin_path.is_some() && stdin.is_empty() {
        return Err(Error::usage(
            "`--stdin-path` has no effect without standard input",
            "add `-` to the paths",
        ));
    }
    let mut results = search(&named)?;
    if !stdin.is_empty() {
        let path = stdin_path.unwrap_or_else(|| PathBuf::from(Manifest::FILE_NAME));
        results.replace(Target::from_stdin(path)?);
    }
    Ok(results)
}

fn is_stdin(path: &Path) -> bool {
    path == Path::new("-")
}
