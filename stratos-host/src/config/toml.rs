//! Parsing of TOML files with the position of errors.

use serde::de::DeserializeOwned;
use stratos_manifest::{Position, position};
use thiserror::Error;

/// An error in a TOML file.
#[derive(Debug, Error)]
#[error("line {line}, column {column}: {message}")]
pub struct TomlError {
    line: usize,
    column: usize,
    message: String,
}

/// Parses the text of a TOML file.
pub(crate) fn parse_toml<T: DeserializeOwned>(text: &str) -> Result<T, TomlError> {
    toml::from_str(text).map_err(|error| {
        let start = error.span().map_or(0, |span| span.start);
        let Position { line, column } = position(text, start);
        TomlError {
            line,
            column,
            message: error.message().trim_end().replace('\n', ", "),
        }
    })
}
