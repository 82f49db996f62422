//! The command: installs the probe, and later reports its answers and removes it.

use std::fs;
use std::path::PathBuf;

use crate::commands::doctor::installed_probe::InstalledProbe;
use crate::commands::doctor::report::Report;
use crate::context::Context;
use crate::error::Error;
use crate::exit::Outcome;
use crate::output::{escape, to_pretty_json};

/// Ask the real app what this project can only assume about it
///
/// The first run installs a small plugin, stratos-doctor, in the app on this machine. Start the app and quit it, twice.
/// The second run prints the answers, writes a report, and removes the plugin. The report contains no token and no
/// value of a setting or a variable.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Ask the Stratos app on this machine
    #[arg(long)]
    app: bool,
    /// Folder with the app's data [default: that of this system, such as ~/.config/Stratos]
    #[arg(long, value_name = "DIR")]
    app_data: Option<PathBuf>,
    /// File for the report, as JSON
    #[arg(long, value_name = "FILE", default_value = "stratos-doctor.json")]
    report: PathBuf,
    /// Remove the plugin without a report
    #[arg(long, conflicts_with = "report")]
    remove: bool,
}

const STEPS: &str = "\
Next:
  1. Start Stratos, sign in, and wait for ten seconds.
  2. Quit Stratos, which may take some seconds longer now, start it again, wait for ten seconds, and quit it.
  3. Run the same command again. It prints the answers, and removes the plugin.";

const NOT_STARTED: &str = "\
Stratos has not started the plugin.
Start Stratos, wait for ten seconds, quit it, and run the same command again.
If Stratos was started since, it does not load plugins from this folder: please report that.
`cargo stratos doctor --app --remove` removes the plugin.";

const INCOMPLETE: &str = "\
Answers are missing, and the plugin stays: Stratos has to start it twice, for ten seconds each time.
Start Stratos, wait for ten seconds, quit it, and run the same command again.
`cargo stratos doctor --app --remove` removes the plugin.";

pub(crate) fn run(cx: &Context, args: Args) -> Result<Outcome, Error> {
    if !args.app {
        return Err(Error::usage(
            "there is nothing to ask",
            "`cargo stratos doctor --app` asks the app on this machine",
        ));
    }
    let given = args.app_data.or_else(|| cx.app_data_dir());
    let user_data = given.ok_or_else(|| {
        Error::usage(
            "the folder with the data of Stratos is unknown, because this user has no home folder",
            "name it with `--app-data DIR`",
        )
    })?;
    let probe = InstalledProbe::new(user_data);
    let exists = probe.exists()?;
    let shown = probe.folder().to_string_lossy();
    let shown = escape(&shown);
    if args.remove {
        probe.remove()?;
        cx.output.line(format!("removed {shown}"))?;
        return Ok(Outcome::Success);
    }
    if !exists {
        probe.install()?;
        cx.output.line(format!("installed {shown}\n\n{STEPS}"))?;
        return Ok(Outcome::Success);
    }
    let Some(answers) = probe.answers()?.filter(|answers| answers.starts() > 0) else {
        cx.output.line(format!("{NOT_STARTED}\n\n{shown}"))?;
        return Ok(Outcome::Failure);
    };
    let report = Report::new(&answers);
    fs::write(&args.report, to_pretty_json(&report) + "\n")
        .map_err(|source| Error::file("write", &args.report, source))?;
    cx.output.line(report.text())?;
    let path = args.report.to_string_lossy();
    cx.output
        .line(format!("The report is in {}.", escape(&path)))?;
    if !answers.are_complete() {
        cx.output.line(INCOMPLETE)?;
        return Ok(Outcome::Failure);
    }
    probe.remove()?;
    cx.output.line(format!("removed {shown}"))?;
    Ok(Outcome::success_if(report.is_as_assumed()))
}
