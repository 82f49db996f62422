//! Errors in `stratos.toml`.

use std::{error::Error, fmt, ops::Range};

use crate::rule::Rule;

/// Why the text of a `stratos.toml` was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingsError {
    /// The bytes of the file that it is about.
    pub span: Range<usize>,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
}

impl SettingsError {
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

    pub(crate) fn never_suppressed(rule: &Rule, span: Range<usize>) -> Self {
        let message = format!("findings of `{}` cannot be suppressed", rule.id);
        Self::new(span, message)
            .help("repair what it found; where it found something, not all rules can look")
    }
}

impl fmt::Display for SettingsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Error for SettingsError {}
