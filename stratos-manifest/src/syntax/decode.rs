//! Decoding of UTF-8, and detection of other encodings.

use crate::syntax::error::{ParseError, ParseErrorKind};

/// The largest manifest that is parsed, in bytes; published ones have a few hundred.
///
/// A caller that reads a file for [`check`](crate::check()) can stop one byte beyond this limit.
pub const MAX_BYTES: usize = 256 * 1024;

/// Decodes `source` from UTF-8. A byte order mark stays in the text.
pub(super) fn decode(source: &[u8]) -> Result<&str, ParseError> {
    let error = |span, kind| Err(ParseError { span, kind });
    if source.len() > MAX_BYTES {
        return error(0..0, ParseErrorKind::TooLarge);
    }
    if is_utf32(source) {
        return error(0..source.len().min(4), ParseErrorKind::Utf32);
    }
    if is_utf16(source) {
        return error(0..source.len().min(2), ParseErrorKind::Utf16);
    }
    str::from_utf8(source).or_else(|invalid| {
        let at = invalid.valid_up_to();
        error(at..at + 1, ParseErrorKind::NotUtf8)
    })
}

/// Whether the file is UTF-32, with or without a byte order mark. Checked before UTF-16, whose mark may be the start
/// of UTF-32's.
fn is_utf32(source: &[u8]) -> bool {
    match source {
        [0xff, 0xfe, 0, 0, ..] | [0, 0, 0xfe, 0xff, ..] => true,
        [first, 0, 0, 0, ..] => *first != 0,
        [0, 0, 0, fourth, ..] => *fourth != 0,
        _ => false,
    }
}

/// Whether the file is UTF-16, with or without a byte order mark.
///
/// JSON starts with ASCII characters, and UTF-16 encodes each of them with one zero byte.
fn is_utf16(source: &[u8]) -> bool {
    if source.starts_with(b"\xff\xfe") || source.starts_with(b"\xfe\xff") {
        return true;
    }
    let start = &source[..source.len().min(8)];
    let zero_at = |parity| start.iter().skip(parity).step_by(2).all(|&byte| byte == 0);
    start.len() >= 4 && start.len().is_multiple_of(2) && zero_at(0) != zero_at(1)
}
