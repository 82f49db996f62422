//! `cargo stratos check`

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use stratos_manifest::Safety;

use crate::cli::Outcome;
use crate::context::Context;
use crate::error::Error;
use crate::lint::{
    Covered, Examiner, LevelArgs, Projects, Repairs, Run, Tags, Totals, Usage, guarded, in_order,
};
use crate::manifests::{self, Found, Target};
use crate::output::report::{Github, Human, Json, Reporter, Sarif};

/// Look for mistakes in plugin.json
///
/// Exit codes: 0 no errors (there may be warnings), 1 errors, or `--diff` has something to show, 2 the command line
/// or stratos.toml is wrong, or there is nothing to check, 3 a file cannot be read or written.
#[derive(Debug, Default, clap::Args)]
pub(crate) struct Args {
    /// plugin.json files, folders that have one in them or below, or `-` for the standard input
    #[arg(default_value = ".")]
    paths: Vec<PathBuf>,
    /// How to print what was found
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    #[command(flatten)]
    levels: LevelArgs,
    /// Write repairs that say the same in the right way to the files
    #[arg(long)]
    fix: bool,
    /// With --fix or --diff: also repairs that are guesses, or that lose something
    #[arg(long)]
    unsafe_fixes: bool,
    /// Print what --fix would do, and write nothing
    #[arg(long, conflicts_with_all = ["fix", "format"])]
    diff: bool,
    /// With `-`: the file that the standard input is taken for, instead of plugin.json
    #[arg(long, value_name = "PATH")]
    stdin_path: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
enum Format {
    /// Lines of the file with carets
    #[default]
    Human,
    /// One JSON object
    Json,
    /// Annotations of GitHub, as commands to its runner
    Github,
    /// SARIF 2.1.0, for code scanning services
    Sarif,
}

impl Format {
    fn reporter(self, cx: &Context) -> Box<dyn Reporter + '_> {
        match self {
            Self::Human => Box::new(Human(&cx.output)),
            Self::Json => Box::new(Json::new(&cx.output)),
            Self::Github => Box::new(Github::new(&cx.output)),
            Self::Sarif => Box::new(Sarif::new(&cx.output)),
        }
    }
}

pub(crate) fn run(cx: &Context, args: Args) -> Result<Outcome, Error> {
    let repairs = args.repairs()?;
    let mut projects = Projects::new(args.levels)?;
    let Found {
        targets,
        unreadable,
    } = find(&args.paths, args.stdin_path)?;
    let by_target = projects.of_all(&targets)?;
    let examiner = Examiner {
        projects: &by_target,
        tags: Tags::find(&targets),
        neighbours: manifests::neighbours(&targets),
        repairs,
    };
    let mut run = Run {
        cx,
        repairs,
        reporter: Some(args.format.reporter(cx)),
        totals: Totals::default(),
    };
    unreadable.into_iter().for_each(|error| run.fail(error));
    let mut usage = Usage::default();
    let again = match repairs {
        Repairs::Leave => HashSet::new(),
        Repairs::Show(_) | Repairs::Write(_) => manifests::repeated(&targets),
    };
    in_order(
        &targets,
        |index, target| (!again.contains(&index)).then(|| examiner.examine(index, target)),
        |index, examined| {
            let (target, project) = (&targets[index], &by_target[index]);
            // The same file under another path: it is looked at after it was repaired.
            let examined = examined.unwrap_or_else(|| examiner.look(index, target));
            usage.add(project, examined.as_ref().ok());
            run.manifest(target, examined);
        },
    );
    if run.is_complete() {
        report_unused(&mut run, &usage, &Covered { targets: &targets })?;
    }
    run.finish()
}

/// Reports the exceptions that suppressed nothing.
fn report_unused(run: &mut Run<'_>, usage: &Usage, covered: &Covered<'_>) -> Result<(), Error> {
    for (project, file, unused) in usage.exceptions(covered) {
        let look = || Ok(project.linter.check_suppressions(&file.text, &unused));
        let report = guarded(&file.path, look)?;
        run.settings(&file.path, &file.text, &report);
    }
    Ok(())
}

impl Args {
    /// As somebody says it who says only what to check.
    pub(super) fn of(path: PathBuf) -> Self {
        Self {
            paths: vec![path],
            ..Self::default()
        }
    }

    fn repairs(&self) -> Result<Repairs, Error> {
        let safety = match self.unsafe_fixes {
            true => Safety::Unsafe,
            false => Safety::Safe,
        };
        match (self.fix, self.diff) {
            (true, _) if self.paths.iter().any(|path| is_stdin(path)) => Err(usage(
                "`--fix` has no file to write to when the manifest comes from the standard input",
                "write `--diff` instead, which prints what it would do",
            )),
            (false, false) if self.unsafe_fixes => Err(usage(
                "`--unsafe-fixes` alone repairs nothing",
                "add `--fix`, or `--diff` to look first",
            )),
            (true, _) => Ok(Repairs::Write(safety)),
            (false, true) => Ok(Repairs::Show(safety)),
            (false, false) => Ok(Repairs::Leave),
        }
    }
}

fn find(paths: &[PathBuf], stdin_path: Option<PathBuf>) -> Result<Found, Error> {
    let (stdin, named): (Vec<_>, Vec<_>) = paths.iter().cloned().partition(|path| is_stdin(path));
    if stdin_path.is_some() && stdin.is_empty() {
        return Err(usage(
            "`--stdin-path` says what the standard input is, and it is not checked",
            "name `-` as the path to check",
        ));
    }
    let mut found = manifests::search(&named)?;
    if !stdin.is_empty() {
        let path = stdin_path.unwrap_or_else(|| PathBuf::from("plugin.json"));
        found.add(Target::from_stdin(path)?);
    }
    Ok(found)
}

fn is_stdin(path: &Path) -> bool {
    path == Path::new("-")
}

fn usage(message: &str, help: &str) -> Error {
    Error::Usage {
        message: message.to_owned(),
        help: Some(help.to_owned()),
    }
}
