//! Problems of a bundle, for people and as JSON.

use serde::Serialize;
use stratos_bundle::Problem;
use stratos_manifest::Level;

use crate::output::{CYAN, RED, YELLOW, escape};

/// A problem as JSON.
#[derive(Debug, Serialize)]
pub(super) struct JsonProblem<'a> {
    name: &'a str,
    /// `error` or `warning`.
    level: String,
    /// Path in the bundle.
    path: Option<&'a str>,
    message: &'a str,
    help: Option<&'a str>,
}

impl<'a> From<&'a Problem> for JsonProblem<'a> {
    fn from(problem: &'a Problem) -> Self {
        Self {
            name: problem.name,
            level: problem.level.to_string(),
            path: problem.path.as_deref(),
            message: &problem.message,
            help: problem.help.as_deref(),
        }
    }
}

/// The problem in one or two lines.
pub(super) fn format_problem(problem: &Problem) -> String {
    let Problem {
        name,
        level,
        message,
        help,
        path: _,
    } = problem;
    let style = match level {
        Level::Error => RED,
        Level::Warning => YELLOW,
    };
    let message = escape(message);
    let line = format!("{style}{level}[{name}]{style:#}: {message}");
    match help {
        Some(help) => format!("{line}\n{CYAN}help{CYAN:#}: {}", escape(help)),
        None => line,
    }
}
