//! Scenario files and the results of playing them.

use std::fs;
use std::path::Path;

use stratos_host::scenario::{Scenario, ScenarioError, ScenarioReport};

use crate::context::Context;
use crate::error::Error;
use crate::output::escape;

/// The text of a scenario.
#[derive(Debug)]
pub(super) struct ScenarioFile {
    /// Path of the file.
    pub(super) name: String,
    pub(super) text: String,
}

impl ScenarioFile {
    pub(super) fn read(path: &Path) -> Result<Self, Error> {
        let text = fs::read_to_string(path).map_err(|source| Error::Scenario {
            path: path.to_owned(),
            source,
        })?;
        Ok(Self {
            name: path.display().to_string(),
            text,
        })
    }

    /// Parses the scenario for a shell with these plugins.
    pub(super) fn parse(&self, plugins: &[String]) -> Result<Scenario, ScenarioError> {
        Scenario::parse_and_bind(&self.name, &self.text, plugins)
    }
}

/// Prints the result of a scenario.
pub(super) fn print_result(cx: &Context, played: &ScenarioReport) {
    for line in played.to_string().lines() {
        cx.output.note(escape(line));
    }
}

/// Prints the mistakes in a scenario, and returns an error with their number.
pub(super) fn scenario_error(cx: &Context, error: &ScenarioError) -> Error {
    for line in error.lines() {
        cx.output.note(escape(&line));
    }
    let count = match error.diagnostics.len() {
        1 => "1 mistake".to_owned(),
        count => format!("{count} mistakes"),
    };
    Error::usage(
        format!("{} cannot be played: {count}", error.file),
        "the book's chapter on scenarios lists the steps and their fields",
    )
}
