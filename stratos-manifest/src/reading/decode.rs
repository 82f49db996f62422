//! Bytes to text.

use std::borrow::Cow;

use crate::reading::Fault;

/// The largest manifest that is read, in bytes; published ones have a few hundred.
///
/// Who reads a file for [`check`](crate::check()) need not read more than one byte beyond it.
pub const MAX_BYTES: usize = 256 * 1024;

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// The file's text, if it has one, and what is wrong with its bytes.
///
/// Offsets into the text are offsets into the file: a byte order mark becomes as many spaces.
pub(crate) fn decode(source: &[u8]) -> (Option<Cow<'_, str>>, Option<Fault>) {
    if source.len() > MAX_BYTES {
        return (None, Some(Fault::TooLarge));
    }
    if is_utf32(source) {
        return (None, Some(Fault::Utf32));
    }
    if is_utf16(source) {
        return (None, Some(Fault::Utf16));
    }
    match str::from_utf8(source) {
        Err(error) => {
            let at = error.valid_up_to();
            (None, Some(Fault::NotUtf8 { at }))
        }
        Ok(text) if source.starts_with(BYTE_ORDER_MARK) => {
            let text = format!("   {}", &text[BYTE_ORDER_MARK.len()..]);
            (Some(text.into()), Some(Fault::ByteOrderMark))
        }
        Ok(text) => (Some(text.into()), None),
    }
}

/// Whether the file was saved as UTF-32, with its mark or without; its start may look like UTF-16.
fn is_utf32(source: &[u8]) -> bool {
    match source {
        [0xff, 0xfe, 0, 0, ..] | [0, 0, 0xfe, 0xff, ..] => true,
        [first, 0, 0, 0, ..] => *first != 0,
        [0, 0, 0, fourth, ..] => *fourth != 0,
        _ => false,
    }
}

/// Whether the file was saved as UTF-16, with its mark or without: JSON starts with ASCII characters, every one of
/// which has a zero byte there.
fn is_utf16(source: &[u8]) -> bool {
    if source.starts_with(b"\xff\xfe") || source.starts_with(b"\xfe\xff") {
        return true;
    }
    let start = &source[..source.len().min(8)];
    let zero_at = |parity| start.iter().skip(parity).step_by(2).all(|&byte| byte == 0);
    start.len() >= 4 && start.len().is_multiple_of(2) && zero_at(0) != zero_at(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn utf16_is_recognised_in_both_orders() {
        for source in [
            &b"\xff\xfe{\0"[..],
            b"\xfe\xff\0{",
            b"{\0\"\0i\0d\0",
            b"\0{\0\"",
        ] {
            assert!(
                matches!(decode(source), (None, Some(Fault::Utf16))),
                "{source:?}"
            );
        }
        for source in [&b""[..], b"{}", b"\0\0\0\0", b"[\0]", b"{\"\"\0"] {
            assert!(
                !matches!(decode(source), (_, Some(Fault::Utf16))),
                "{source:?}"
            );
        }
    }

    #[test]
    fn utf32_is_not_taken_for_utf16() {
        for source in [
            &b"\xff\xfe\0\0{\0\0\0"[..],
            b"\0\0\xfe\xff\0\0\0{",
            b"{\0\0\0}\0\0\0",
            b"\0\0\0{\0\0\0}",
        ] {
            assert!(
                matches!(decode(source), (None, Some(Fault::Utf32))),
                "{source:?}"
            );
        }
        assert!(!matches!(decode(b"\0\0\0\0"), (_, Some(Fault::Utf32))));
    }

    #[test]
    fn offsets_survive_the_byte_order_mark() {
        let (text, fault) = decode(b"\xef\xbb\xbf{}");
        assert!(matches!(fault, Some(Fault::ByteOrderMark)));
        assert_eq!(text.unwrap(), "   {}");
    }

    #[test]
    fn the_limit_itself_is_allowed() {
        assert!(decode(&vec![b' '; MAX_BYTES]).1.is_none());
        assert!(decode(&vec![b' '; MAX_BYTES + 1]).0.is_none());
    }
}
