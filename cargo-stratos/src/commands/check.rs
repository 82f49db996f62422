//! `cargo stratos check`

use std::path::{Path, PathBuf};

use stratos_manifest::{ProjectFacts, check};

use crate::cli::Outcome;
use crate::context::Context;
use crate::error::Error;
use crate::manifests;
use crate::output::report::{Checked, Github, Human, Json, Reporter, Sarif, Summary};

/// Look for mistakes in plugin.json
///
/// Exit codes: 0 no errors (there may be warnings), 1 errors, 2 there is nothing to check, 3 a file cannot be read.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// plugin.json files, or folders that have one in them or below
    #[arg(default_value = ".")]
    paths: Vec<PathBuf>,
    /// How to print what was found
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// Lines of the file with carets
    Human,
    /// One JSON object
    Json,
    /// Annotations of GitHub, as commands to its runner
    Github,
    /// SARIF 2.1.0, for code scanning services
    Sarif,
}

pub(crate) fn run(cx: &Context, args: Args) -> Result<Outcome, Error> {
    let Args { paths, format } = args;
    let manifests = find_all(&paths)?;
    let mut reporter: Box<dyn Reporter> = match format {
        Format::Human => Box::new(Human(&cx.output)),
        Format::Json => Box::new(Json::new(&cx.output)),
        Format::Github => Box::new(Github::new(&cx.output)),
        Format::Sarif => Box::new(Sarif::new(&cx.output)),
    };
    let mut summary = Summary::default();
    let mut unreadable = None;
    for path in &manifests {
        let source = match manifests::read(path) {
            Ok(source) => source,
            Err(error) => {
                // The others are worth checking; the first failure is reported in the end.
                unreadable = unreadable.or(Some(error));
                continue;
            }
        };
        let folder = path.parent().unwrap_or(Path::new(""));
        let report = check(&source, &ProjectFacts::collect(folder, &source));
        summary.add(&report);
        reporter.manifest(&Checked {
            path: &path.to_string_lossy(),
            source: &source,
            report: &report,
        })?;
    }
    reporter.finish(&summary)?;
    match unreadable {
        Some(error) => Err(error),
        None if summary.errors > 0 => Ok(Outcome::No),
        None => Ok(Outcome::Good),
    }
}

/// Without those that two of the paths mean.
fn find_all(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Error> {
    let mut all = Vec::new();
    for path in paths {
        for manifest in manifests::find(path)? {
            // The folder `.` is not worth showing in front of every place.
            let manifest = manifest
                .strip_prefix(".")
                .map(Path::to_owned)
                .unwrap_or(manifest);
            if !all.contains(&manifest) {
                all.push(manifest);
            }
        }
    }
    Ok(all)
}
