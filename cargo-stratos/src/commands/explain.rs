//! `cargo stratos explain`

use stratos_manifest::{Group, Levels, RULES, Rule, RuleLevel};

use crate::context::Context;
use crate::error::Error;
use crate::exit::Outcome;
use crate::output::rule_docs::{human, json, markdown};

/// Explain a rule of `check`: what it finds, why, and how to fix it
///
/// Without a name, list all rules.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// A rule such as malformed-id, or a group such as style
    #[arg(value_name = "RULE")]
    name: Option<String>,
    /// Output format
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// Text for a terminal
    Human,
    /// One JSON object
    Json,
    /// Markdown
    Markdown,
}

pub(crate) fn run(cx: &Context, args: Args) -> Result<Outcome, Error> {
    let Args { name, format } = args;
    let explain: fn(&Rule) -> String = match format {
        Format::Human => human::rule,
        Format::Json => json::rule,
        Format::Markdown => markdown::rule,
    };
    let list: fn(&[&Rule]) -> String = match format {
        Format::Human => human::list,
        Format::Json => json::list,
        Format::Markdown => markdown::list,
    };
    let text = match name {
        None => list(&RULES.iter().collect::<Vec<_>>()),
        Some(name) => match RULES.iter().find(|rule| rule.id == name) {
            Some(rule) => explain(rule),
            None => list(&rules_of_group(&name)?),
        },
    };
    cx.output.line(text)?;
    Ok(Outcome::Success)
}

fn rules_of_group(name: &str) -> Result<Vec<&'static Rule>, Error> {
    if let Some(group) = Group::ALL.into_iter().find(|group| group.as_str() == name) {
        return Ok(RULES.iter().filter(|rule| rule.group == group).collect());
    }
    // The error of setting a level suggests a similar name.
    let message = match Levels::default().set(name, RuleLevel::Deny) {
        Err(error) => error.to_string(),
        Ok(()) => format!("`{name}` is not the name of a rule"),
    };
    Err(Error::usage(
        message,
        "`cargo stratos explain` lists all rules",
    ))
}
