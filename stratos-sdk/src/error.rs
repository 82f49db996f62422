//! The error type of hooks and handlers.

use std::error::Error;

/// Any error. `?` turns every error type into it, also `anyhow::Error` and plain strings.
pub type BoxError = Box<dyn Error + Send + Sync>;

/// What hooks and handlers return.
pub type Result<T = (), E = BoxError> = std::result::Result<T, E>;

/// An error and its causes in one line, as it crosses to the shell.
pub(crate) fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        // Some libraries repeat the cause in their own text.
        if !text.ends_with(&cause_text) {
            text.push_str(": ");
            text.push_str(&cause_text);
        }
        source = cause.source();
    }
    text
}
