//! Excerpts of texts for messages to people.

use std::borrow::Cow;

/// Shortens a text to its first `chars` characters, with `…` if any are missing.
///
/// ```
/// use stratos_protocol::excerpt::excerpt;
///
/// assert_eq!(excerpt("short", 5), "short");
/// assert_eq!(excerpt("longer", 4), "long…");
/// ```
#[must_use]
pub fn excerpt(text: &str, chars: usize) -> Cow<'_, str> {
    match text.char_indices().nth(chars) {
        Some((end, _)) => Cow::Owned(format!("{}…", &text[..end])),
        None => Cow::Borrowed(text),
    }
}
