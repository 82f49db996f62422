//! Escapes of UTF-16 code units in strings of JSON.

use std::iter;

/// One escape such as `\u00e9`, or the two of a surrogate pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct UnicodeEscape {
    /// The character; `None` for a lone surrogate, which is none.
    pub(crate) char: Option<char>,
    /// The length of the source, in bytes.
    pub(crate) len: usize,
}

impl UnicodeEscape {
    /// The length of one `\uXXXX`.
    const UNIT_LEN: usize = 6;

    /// Decodes the escape at the start of a text.
    pub(crate) fn at_start(text: &str) -> Option<Self> {
        let first = code_unit(text)?;
        let second = text.get(Self::UNIT_LEN..).and_then(code_unit);
        let mut decoded = char::decode_utf16(iter::once(first).chain(second));
        let char = decoded.next()?.ok();
        Some(Self {
            char,
            len: char.map_or(1, char::len_utf16) * Self::UNIT_LEN,
        })
    }
}

fn code_unit(text: &str) -> Option<u16> {
    let digits = text.strip_prefix("\\u")?.get(..4)?;
    let is_hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_hex.then(|| u16::from_str_radix(digits, 16).ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_one_character_and_halves_are_none() {
        for (text, expected) in [
            (r"\u00e9x", Some((Some('é'), 6))),
            (r"\uD83D\ude00x", Some((Some('😀'), 12))),
            (r"\u0041\u0042", Some((Some('A'), 6))),
            (r"\ud83dx", Some((None, 6))),
            (r"\ud83d\u0041", Some((None, 6))),
            (r"\ude00\ud83d", Some((None, 6))),
            (r"\u+123", None),
            (r"\u12é", None),
            (r"\u12", None),
            ("u1234", None),
        ] {
            let found = UnicodeEscape::at_start(text);
            assert_eq!(
                found.map(|found| (found.char, found.len)),
                expected,
                "{text}"
            );
        }
    }
}
