//! `cargo stratos explain`

use stratos_manifest::{Group, Levels, RULES, Rule, RuleLevel};

use crate::cli::Outcome;
use crate::context::Context;
use crate::error::Error;
use crate::output::catalogue::{Catalogue, Human, Json, Markdown};

/// Say what a rule of `check` looks for, why, and what to do
///
/// Without a name, it lists all rules.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// A rule such as malformed-id, or a group such as style
    #[arg(value_name = "RULE")]
    name: Option<String>,
    /// How to print it
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// Plain text
    Human,
    /// One JSON object
    Json,
    /// Markdown, as in the book
    Markdown,
}

pub(crate) fn run(cx: &Context, args: Args) -> Result<Outcome, Error> {
    let Args { name, format } = args;
    let catalogue: &dyn Catalogue = match format {
        Format::Human => &Human,
        Format::Json => &Json,
        Format::Markdown => &Markdown,
    };
    let text = match name {
        None => catalogue.list(&RULES.iter().collect::<Vec<_>>()),
        Some(name) => match RULES.iter().find(|rule| rule.id == name) {
            Some(rule) => catalogue.rule(rule),
            None => catalogue.list(&group(&name)?),
        },
    };
    cx.output.line(text)?;
    Ok(Outcome::Good)
}

/// The rules of a group.
fn group(name: &str) -> Result<Vec<&'static Rule>, Error> {
    if let Some(group) = Group::ALL.into_iter().find(|group| group.as_str() == name) {
        return Ok(RULES.iter().filter(|rule| rule.group == group).collect());
    }
    // Setting a level looks for the same names, and knows which one may be meant.
    let message = match Levels::default().set(name, RuleLevel::Deny) {
        Err(error) => error.to_string(),
        Ok(()) => format!("`{name}` is not the name of a rule"),
    };
    Err(Error::Usage {
        message,
        help: Some("`cargo stratos explain` lists all rules".to_owned()),
    })
}
