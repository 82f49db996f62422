//! Texts of plugins on one line, shortened and escaped. The lines of `--json` have all of them.

use stratos_protocol::logger::truncate;

use crate::output::escape::escape;

/// Longest path, channel, key, error or JSON text on a line, in bytes; about four lines of a terminal.
pub(super) const DATA_BYTES: usize = 320;

/// Longest reason of a failure, which may have the last lines of stderr, in bytes.
pub(super) const REASON_BYTES: usize = 4 * DATA_BYTES;

/// Truncates text above [`DATA_BYTES`], appends how much is missing, and escapes it.
pub(super) fn short(text: &str) -> String {
    cut(text, DATA_BYTES)
}

/// Truncates text above a length in bytes, appends how much is missing, and escapes it.
pub(super) fn cut(text: &str, bytes: usize) -> String {
    match truncate(text, bytes) {
        Some(shown) => escape(&shown).into_owned(),
        None => escape(text).into_owned(),
    }
}
