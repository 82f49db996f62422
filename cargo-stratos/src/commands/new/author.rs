//! Who writes the new plugin.

use inquire::Text;
use inquire::validator::Validation;
use std::path::Path;
use stratos_templates::{Author, to_id};

use crate::commands::new::repository;
use crate::commands::new::words::one_line;
use crate::context::Context;
use crate::error::Error;

/// Stands for whoever does not say.
pub(super) const NOBODY: (&str, &str) = ("your-name", "Your Name");

#[derive(Debug, clap::Args)]
pub(super) struct AuthorArgs {
    /// The author's id, part of download paths [default: made of the name]
    #[arg(long, value_name = "ID", value_parser = author_id)]
    author_id: Option<String>,
    /// The author's name [default: git's user.name]
    #[arg(long, value_name = "NAME", value_parser = one_line)]
    author_name: Option<String>,
    /// The author's e-mail address, for everybody to see
    #[arg(long, value_name = "E-MAIL", value_parser = one_line)]
    author_contact: Option<String>,
}

/// Asks for what was not given, if there is somebody to ask.
pub(super) fn complete(cx: &Context, args: AuthorArgs, folder: &Path) -> Result<Author, Error> {
    let name = match args.author_name {
        Some(name) => name,
        None => {
            let default = repository::user_name(folder).unwrap_or_else(|| NOBODY.1.to_owned());
            ask(cx, "Your name:", default, one_line)?
        }
    };
    let id = match args.author_id {
        Some(id) => id,
        None => {
            let default = to_id(&name).unwrap_or_else(|| NOBODY.0.to_owned());
            ask(cx, "Your id as an author:", default, author_id)?
        }
    };
    Ok(Author {
        id,
        name,
        contact: args.author_contact,
    })
}

fn ask(
    cx: &Context,
    question: &str,
    default: String,
    parse: fn(&str) -> Result<String, String>,
) -> Result<String, Error> {
    if !cx.interactive {
        return Ok(default);
    }
    let validator = move |text: &str| {
        Ok(match parse(text) {
            Ok(_) => Validation::Valid,
            Err(reason) => Validation::Invalid(reason.into()),
        })
    };
    Text::new(question)
        .with_default(&default)
        .with_validator(validator)
        .prompt()
        .map(|text| text.trim().to_owned())
        .map_err(Error::Prompt)
}

fn author_id(text: &str) -> Result<String, String> {
    let is_allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if !text.is_empty() && text.chars().all(is_allowed) {
        return Ok(text.to_owned());
    }
    let suggestion = to_id(text).unwrap_or_else(|| NOBODY.0.to_owned());
    Err(format!(
        "an id has lowercase letters (a to z), digits and hyphens only: use `{suggestion}`"
    ))
}
