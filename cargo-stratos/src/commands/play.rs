//! `cargo stratos play`

use std::path::PathBuf;

use stratos_host::event::{ScenarioOutcome, ScenarioProgress};
use stratos_host::remote::ListPlugins;
use stratos_host::scenario::ScenarioReport;

use crate::commands::scenario_file::{ScenarioFile, print_result, scenario_error};
use crate::commands::shell_args::ShellArgs;
use crate::context::Context;
use crate::error::Error;
use crate::exit::Outcome;
use crate::output::format_progress;

/// Play a scenario in the running shell
///
/// Ends at the first step that does not hold, or with Ctrl-C, and then undoes the faults of the scenario.
///
/// Exit codes: 0 all steps held, 1 a step did not, 2 the file is wrong or no shell runs, 3 the shell does not answer.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The scenario, a TOML file
    file: PathBuf,
    /// Print a line of JSON for each step
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    shell: ShellArgs,
}

pub(crate) fn run(cx: &Context, args: Args) -> Result<Outcome, Error> {
    let Args { file, json, shell } = args;
    let file = ScenarioFile::read(&file)?;
    let mut steps = Vec::new();
    let mut printed = Ok(());
    let ending = shell.with_client(cx, async |client| {
        let plugins = client.call(&ListPlugins {}).await?;
        let ids: Vec<_> = plugins.into_iter().map(|plugin| plugin.id).collect();
        let scenario = match file.parse(&ids) {
            Ok(scenario) => scenario,
            Err(error) => return Ok(Err(error)),
        };
        let on_progress = |progress: &ScenarioProgress| {
            if let ScenarioProgress::Step { step } = progress {
                steps.push(step.clone());
            }
            let result = match json {
                true => cx.output.json(progress),
                false => cx.output.line(format_progress(progress)),
            };
            if printed.is_ok() {
                printed = result;
            }
        };
        let ending = client
            .play(&file.name, file.text.clone(), on_progress)
            .await?;
        Ok(Ok((scenario, ending)))
    })?;
    printed?;
    let (scenario, ending) = ending.map_err(|error| scenario_error(cx, &error))?;
    let held = ending == ScenarioOutcome::Passed;
    let played = ScenarioReport {
        file: file.name,
        of: scenario.step_count(),
        name: scenario.name,
        steps,
        ending,
    };
    print_result(cx, &played);
    Ok(Outcome::success_if(held))
}
