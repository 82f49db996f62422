//! Slugs, the format of ids.

/// Whether `text` is a non-empty sequence of lowercase ASCII letters, digits and hyphens.
///
/// The documentation (V2, V3) says "lowercase letters". Only ASCII is accepted, because ids become part of URLs, channel
/// names and folder names.
pub(crate) fn is_slug(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(is_slug_byte)
}

/// Converts `text` into a slug; `None` if it has no ASCII letter or digit.
pub(crate) fn to_slug(text: &str) -> Option<String> {
    let mut slug = String::with_capacity(text.len());
    for char in text.chars() {
        let char = char.to_ascii_lowercase();
        if u8::try_from(char).is_ok_and(|byte| byte != b'-' && is_slug_byte(byte)) {
            slug.push(char);
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    let slug = slug.trim_end_matches('-');
    (!slug.is_empty()).then(|| slug.to_owned())
}

fn is_slug_byte(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_text_converts_to_a_slug() {
        for (text, expected) in [
            ("My Plugin", Some("my-plugin")),
            ("  fuel__check 2! ", Some("fuel-check-2")),
            ("Größe", Some("gr-e")),
            ("日本", None),
            ("--", None),
        ] {
            let slug = to_slug(text);
            assert_eq!(slug.as_deref(), expected, "{text}");
            assert!(slug.is_none_or(|slug| is_slug(&slug)));
        }
    }

    #[test]
    fn only_lowercase_ascii_is_a_slug() {
        assert!(is_slug("hun-fdm2"));
        for text in ["", "é", "A", "a_b", "a b", "a/b"] {
            assert!(!is_slug(text), "{text}");
        }
    }
}
