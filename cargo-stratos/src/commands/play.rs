//! `cargo stratos play`

use std::fs;
use std::path::{Path, PathBuf};

use stratos_host::event::{ScenarioOutcome, ScenarioProgress};
use stratos_host::remote::ListPlugins;
use stratos_host::scenario::{Scenario, ScenarioError, ScenarioReport};

use crate::commands::remote::Remote;
use crate::context::Context;
use crate::error::Error;
use crate::exit::Outcome;
use crate::output::{escape, format_progress};

/// Play a scenario against the running shell
///
/// It ends at the first step that does not hold, or with Ctrl-C; what it broke is whole again then.
///
/// Exit codes: 0 all steps held, 1 one did not, 2 the file is wrong or no shell runs, 3 the shell does not answer.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The scenario, a TOML file
    file: PathBuf,
    /// Print a line of JSON for each step
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    remote: Remote,
}

pub(crate) fn run(cx: &Context, args: Args) -> Result<Outcome, Error> {
    let Args { file, json, remote } = args;
    let file = ScenarioFile::read(cx, &file)?;
    let mut steps = Vec::new();
    let mut closed = Ok(());
    let ending = remote.ask(cx, async |shell| {
        let plugins = shell.call(&ListPlugins {}).await?.into_iter();
        let ids: Vec<_> = plugins.map(|plugin| plugin.id).collect();
        let scenario = match file.scenario.clone().fit(&ids) {
            Ok(scenario) => scenario,
            Err(error) => return Ok(Err(error)),
        };
        let tell = |progress: &ScenarioProgress| {
            if let ScenarioProgress::Step { step } = progress {
                steps.push(step.clone());
            }
            let shown = match json {
                true => cx.output.json(progress),
                false => cx.output.line(format_progress(progress)),
            };
            if closed.is_ok() {
                closed = shown;
            }
        };
        let ending = shell.play(&file.name, file.text.clone(), tell).await?;
        Ok(Ok((scenario, ending)))
    })?;
    closed?;
    let (scenario, ending) = ending.map_err(|error| wrong(cx, &error))?;
    let held = ending == ScenarioOutcome::Passed;
    let played = ScenarioReport {
        file: file.name,
        name: scenario.name,
        of: scenario.steps.len(),
        steps,
        ending,
    };
    report(cx, &played);
    Ok(Outcome::success_if(held))
}

/// A scenario, and the text that it was read from.
#[derive(Debug)]
pub(super) struct ScenarioFile {
    pub(super) name: String,
    pub(super) text: String,
    pub(super) scenario: Scenario,
}

impl ScenarioFile {
    /// Reads the file, and says everything that is wrong with it.
    pub(super) fn read(cx: &Context, path: &Path) -> Result<Self, Error> {
        let text = fs::read_to_string(path).map_err(|source| Error::Scenario {
            path: path.to_owned(),
            source,
        })?;
        let name = path.display().to_string();
        let scenario = Scenario::parse(&name, &text).map_err(|error| wrong(cx, &error))?;
        Ok(Self {
            name,
            text,
            scenario,
        })
    }
}

/// How it ended, in one sentence or two.
pub(super) fn report(cx: &Context, played: &ScenarioReport) {
    for line in played.to_string().lines() {
        cx.output.note(escape(line));
    }
}

/// Shows every mistake; the error counts them.
pub(super) fn wrong(cx: &Context, error: &ScenarioError) -> Error {
    for line in error.lines() {
        cx.output.note(escape(&line));
    }
    let count = match error.mistakes.len() {
        1 => "1 mistake".to_owned(),
        many => format!("{many} mistakes"),
    };
    Error::Usage {
        message: format!("{} cannot be played: {count}", error.file),
        help: Some("the book's chapter on scenarios lists what they can say".to_owned()),
    }
}
