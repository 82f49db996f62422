//! Which plugin a manifest is about, without a look at the rest.

use std::borrow::Cow;

use serde::Deserialize;

use crate::reading::{decode, key_text, parse};

/// The `id` that a manifest writes, if it is text; also of one that has other mistakes.
pub fn plugin_id(source: &[u8]) -> Option<String> {
    #[derive(Deserialize)]
    struct Identity<'a> {
        #[serde(borrow)]
        id: Cow<'a, str>,
    }

    if source.len() > crate::MAX_BYTES {
        return None;
    }
    // Serde would take an array's first element for the first field.
    let is_object = source.trim_ascii_start().starts_with(b"{");
    if is_object && let Ok(identity) = serde_json::from_slice::<Identity<'_>>(source) {
        return Some(identity.id.into_owned());
    }
    text_of(source, "id")
}

/// The `version` that a manifest writes, if it is text; also of one that has other mistakes.
pub fn plugin_version(source: &[u8]) -> Option<String> {
    text_of(source, "version")
}

fn text_of(source: &[u8], key: &str) -> Option<String> {
    let (text, _) = decode(source);
    let (value, _) = parse(text.as_deref()?);
    key_text(value.as_ref()?.as_object()?, key).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_mistakes_do_not_hide_the_id() {
        for (source, expected) in [
            (&br#"{ "id": "a" }"#[..], Some("a")),
            (b"\xef\xbb\xbf{ \"id\": \"a\", } // why", Some("a")),
            (br#"{ "id": "a", "id": "\u0062" }"#, Some("b")),
            (br#"{ "id": 1 }"#, None),
            (br#"["id"]"#, None),
            (b"{ \"id\"", None),
            (b"\xff", None),
        ] {
            assert_eq!(plugin_id(source).as_deref(), expected, "{source:?}");
        }
    }
}
