//! Parsing of TOML files.

use std::{error::Error, fmt, ops::Range};

use serde::de::DeserializeOwned;

use crate::suggest::closest;

/// An error in a TOML file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TomlError {
    /// Byte range of the error in the text.
    pub span: Range<usize>,
    /// Description of the error, as a lowercase fragment without control characters.
    pub message: String,
    /// The edit that corrects it.
    pub help: Option<String>,
}

/// Parses the text of a TOML file.
///
/// # Errors
///
/// If the text is not TOML, or its content does not fit `T`.
pub fn parse_toml<T: DeserializeOwned>(text: &str) -> Result<T, TomlError> {
    toml::from_str(text).map_err(TomlError::from)
}

impl TomlError {
    /// An error without a help.
    pub(crate) fn new(span: Range<usize>, message: impl Into<String>) -> Self {
        Self {
            span,
            message: message.into(),
            help: None,
        }
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

impl From<toml::de::Error> for TomlError {
    fn from(error: toml::de::Error) -> Self {
        let message = error.message().trim_end().replace('\n', ", ");
        let similar = expected_name(&message);
        let help = similar.map(|name| format!("did you mean `{name}`?"));
        Self {
            span: error.span().unwrap_or_default(),
            help,
            message: escape(&message),
        }
    }
}

/// The expected name that is most similar to the unknown one, in a message of serde such as
/// "unknown field `nmae`, expected `name` or `id`".
fn expected_name(message: &str) -> Option<&str> {
    let (unknown, expected) = message
        .strip_prefix("unknown ")?
        .split_once(", expected ")?;
    let unknown = unknown.split('`').nth(1)?;
    closest(unknown, expected.split('`').skip(1).step_by(2))
}

/// Escapes characters that are not printable: messages of the parser contain parts of the file.
fn escape(message: &str) -> String {
    let mut escaped = String::new();
    for char in message.chars() {
        match char {
            '"' | '\'' | '\\' => escaped.push(char),
            _ => escaped.extend(char.escape_debug()),
        }
    }
    escaped
}

impl fmt::Display for TomlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Error for TomlError {}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Config {
        #[expect(dead_code, reason = "only errors are tested")]
        origins: Vec<String>,
    }

    #[test]
    fn errors_have_a_span_and_name_the_similar_key() {
        for (text, covered, message, help) in [
            (
                "orgins = []",
                "orgins",
                "unknown field `orgins`, expected `origins`",
                Some("did you mean `origins`?"),
            ),
            (
                "colours = []",
                "colours",
                "unknown field `colours`, expected `origins`",
                None,
            ),
            (
                "\"\\u001b`\" = 1",
                "\"\\u001b`\"",
                "unknown field `\\u{1b}``, expected `origins`",
                None,
            ),
            (
                "origins = 1",
                "1",
                "invalid type: integer `1`, expected a sequence",
                None,
            ),
        ] {
            let error = parse_toml::<Config>(text).unwrap_err();
            assert_eq!(error.message, message, "{text}");
            assert_eq!(&text[error.span], covered, "{text}");
            assert_eq!(error.help.as_deref(), help, "{text}");
        }
    }
}
