//! Author of a new plugin.

use std::path::Path;

use inquire::Text;
use inquire::validator::Validation;
use stratos_templates::{Author, to_id};

use crate::commands::new::git_init;
use crate::commands::new::single_line::parse_single_line;
use crate::context::Context;
use crate::error::Error;

/// Author id of a plugin when none was given.
pub(super) const PLACEHOLDER_ID: &str = "your-name";
const PLACEHOLDER_NAME: &str = "Your Name";

#[derive(Debug, clap::Args)]
pub(super) struct AuthorArgs {
    /// The author's id, part of download paths [default: derived from the name]
    #[arg(long, value_name = "ID", value_parser = parse_author_id)]
    author_id: Option<String>,
    /// The author's name [default: git's user.name]
    #[arg(long, value_name = "NAME", value_parser = parse_single_line)]
    author_name: Option<String>,
    /// The author's public e-mail address
    #[arg(long, value_name = "E-MAIL", value_parser = parse_single_line)]
    author_contact: Option<String>,
}

/// Origin of an author's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum AuthorOrigin {
    /// An option, or the answer to a prompt.
    Given,
    /// The setting `user.name` of git.
    Git,
    /// Neither an option nor git: the name is a placeholder.
    Placeholder,
}

/// Completes the author with prompts, or with defaults if prompts cannot be answered. `folder` is an existing folder,
/// whose git settings have the default name.
pub(super) fn complete(
    cx: &Context,
    args: AuthorArgs,
    folder: &Path,
) -> Result<(Author, AuthorOrigin), Error> {
    let (name, origin) = match args.author_name {
        Some(name) => (name, AuthorOrigin::Given),
        None => {
            let (default, origin) = match git_init::user_name(folder) {
                Some(name) => (name, AuthorOrigin::Git),
                None => (PLACEHOLDER_NAME.to_owned(), AuthorOrigin::Placeholder),
            };
            let origin = match cx.interactive {
                true => AuthorOrigin::Given,
                false => origin,
            };
            (
                prompt(cx, "Your name:", default, parse_single_line)?,
                origin,
            )
        }
    };
    let id = match args.author_id {
        Some(id) => id,
        None => {
            let default = to_id(&name).unwrap_or_else(|| PLACEHOLDER_ID.to_owned());
            prompt(cx, "Your author id:", default, parse_author_id)?
        }
    };
    let author = Author {
        id,
        name,
        contact: args.author_contact,
    };
    Ok((author, origin))
}

/// Asks a question, or returns the default if it cannot be answered.
fn prompt(
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

fn parse_author_id(text: &str) -> Result<String, String> {
    let is_allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if !text.is_empty() && text.chars().all(is_allowed) {
        return Ok(text.to_owned());
    }
    let suggestion = to_id(text).unwrap_or_else(|| PLACEHOLDER_ID.to_owned());
    Err(format!(
        "an id has only lowercase letters (a to z), digits and hyphens: use `{suggestion}`"
    ))
}
