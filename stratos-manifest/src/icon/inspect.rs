//! Detection of an icon's format from its bytes.

use std::borrow::Cow;

use imagesize::{ImageType, image_type};

use crate::icon::{content::IconContent, png, svg};

/// The largest icon that is inspected, in bytes; published ones have a few thousand.
pub(crate) const MAX_ICON_BYTES: u64 = 1024 * 1024;

/// The starts of the names of encodings that browsers know and in which ASCII characters are as in UTF-8.
const ASCII_ENCODINGS: [&str; 7] = [
    "big5",
    "euc-",
    "gb",
    "iso-8859-",
    "koi8-",
    "shift_jis",
    "windows-125",
];

/// Detects the format of a file by its content.
pub(crate) fn inspect(bytes: &[u8]) -> IconContent {
    if bytes.is_empty() {
        return IconContent::Empty;
    }
    if bytes.starts_with(png::SIGNATURE) {
        return png::inspect(bytes);
    }
    if let Some(damage) = png::conversion_damage(bytes) {
        return IconContent::BrokenPng(damage.to_owned());
    }
    if let Some(name) = binary_format(bytes) {
        return IconContent::OtherFormat(name);
    }
    match decode(bytes) {
        Ok(text) => inspect_text(&text),
        Err(error) if is_svg(bytes) => IconContent::BrokenSvg(error),
        Err(_) => IconContent::Unknown,
    }
}

/// Whether the file has an `<svg`, whatever its encoding.
fn is_svg(bytes: &[u8]) -> bool {
    let ascii: Vec<u8> = bytes.iter().copied().filter(|byte| *byte != 0).collect();
    ascii.windows(4).any(|part| part == b"<svg")
}

fn inspect_text(text: &str) -> IconContent {
    let start: String = text
        .trim_start()
        .chars()
        .take(40)
        .collect::<String>()
        .to_ascii_lowercase();
    if start.starts_with("<!doctype html") || start.starts_with("<html") {
        IconContent::OtherFormat("an HTML page")
    } else if start.starts_with("version https://git-lfs") {
        IconContent::GitLfsPointer
    } else if text.contains("<svg") || text.contains(":svg") {
        svg::inspect(text)
    } else if text.trim().is_empty() {
        IconContent::Empty
    } else {
        IconContent::Unknown
    }
}

fn binary_format(bytes: &[u8]) -> Option<&'static str> {
    let known = image_type(bytes).ok().and_then(|format| match format {
        ImageType::Jpeg => Some("a JPEG image"),
        ImageType::Gif => Some("a GIF image"),
        ImageType::Webp => Some("a WebP image"),
        ImageType::Ico => Some("an ICO file"),
        ImageType::Bmp => Some("a BMP image"),
        ImageType::Tiff => Some("a TIFF image"),
        ImageType::Heif(_) => Some("an HEIF or AVIF image"),
        ImageType::Jxl => Some("a JPEG XL image"),
        ImageType::Psd => Some("a Photoshop file"),
        _ => None,
    });
    known.or(match bytes {
        [b'%', b'P', b'D', b'F', ..] => Some("a PDF file"),
        [b'P', b'K', 3, 4, ..] => Some("a ZIP archive"),
        [0x1f, 0x8b, ..] => Some("a file compressed with gzip"),
        _ => None,
    })
}

/// Decodes an SVG as a browser does, which also reads UTF-16 and any declared encoding. The error says why it is no text.
fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, String> {
    let utf16 = |from: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = bytes[2..]
            .chunks_exact(2)
            .map(|pair| from([pair[0], pair[1]]))
            .collect();
        String::from_utf16(&units)
            .map(Cow::Owned)
            .map_err(|_| "it is not UTF-16, as its start says".to_owned())
    };
    match bytes {
        [b'<', 0, ..] | [0, b'<', ..] => {
            return Err(
                "it is UTF-16 without a byte order mark: save the file as UTF-8".to_owned(),
            );
        }
        [0xff, 0xfe, ..] => return utf16(u16::from_le_bytes),
        [0xfe, 0xff, ..] => return utf16(u16::from_be_bytes),
        _ => {}
    }
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let error = match str::from_utf8(text) {
        Ok(text) => return Ok(Cow::Borrowed(text)),
        Err(error) => error,
    };
    let declared = declared_encoding(text).unwrap_or_default();
    if ASCII_ENCODINGS
        .iter()
        .any(|start| declared.starts_with(start))
    {
        // All characters with a meaning in XML are ASCII.
        return Ok(Cow::Owned(
            text.iter().map(|&byte| char::from(byte)).collect(),
        ));
    }
    let before = &text[..error.valid_up_to()];
    let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
    Err(format!(
        "line {line} has a byte that is not UTF-8: save the file as UTF-8, or declare its encoding"
    ))
}

/// The encoding in the XML declaration, in lower case.
fn declared_encoding(bytes: &[u8]) -> Option<String> {
    let start = String::from_utf8_lossy(&bytes[..bytes.len().min(200)]).to_ascii_lowercase();
    let (declaration, _) = start.strip_prefix("<?xml")?.split_once("?>")?;
    let (_, value) = declaration.split_once("encoding")?;
    let value = value.trim_start().strip_prefix('=')?.trim_start();
    let encoding = value.split(['"', '\'']).nth(1)?;
    Some(encoding.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_formats_are_detected() {
        for (bytes, expected) in [
            (&b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01"[..], "a JPEG image"),
            (b"GIF89a\x01\0\x01\0\0\0\0;", "a GIF image"),
            (b"RIFF\x24\0\0\0WEBPVP8 \0\0\0\0", "a WebP image"),
            (b"\0\0\x01\0\x01\0\x10\x10\0\0\0\0\0\0", "an ICO file"),
            (b"BM\x36\0\0\0\0\0\0\0\x36\0\0\0\0\0", "a BMP image"),
            (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3", "a PDF file"),
            (
                b"\x1f\x8b\x08\0\0\0\0\0\0\0\0\0\0\0",
                "a file compressed with gzip",
            ),
            (b"\n<!DOCTYPE html><svg/>", "an HTML page"),
        ] {
            assert_eq!(inspect(bytes), IconContent::OtherFormat(expected));
        }
    }

    #[test]
    fn unrecognized_content_is_unknown() {
        for bytes in [&b"hello"[..], b"\xff", b"\0\0\0\0\0\0", b"<a/>", b"\x89PN"] {
            assert_eq!(inspect(bytes), IconContent::Unknown, "{bytes:?}");
        }
        let pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:0";
        assert_eq!(inspect(pointer), IconContent::GitLfsPointer);
        assert_eq!(inspect(b""), IconContent::Empty);
        assert_eq!(inspect(b" \n"), IconContent::Empty);
    }

    #[test]
    fn an_svg_may_have_another_encoding_than_utf8() {
        let svg = "<svg xmlns=\"http://www.w3.org/2000/svg\"><title>é</title></svg>";
        let declared = format!("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>{svg}");
        let latin1: Vec<u8> = declared.chars().map(|char| char as u8).collect();
        let undeclared: Vec<u8> = format!("\n{svg}").chars().map(|char| char as u8).collect();
        let mislabelled = ["UTF-8", "utf8", "us-ascii", "UTF-16LE", "bogus"].map(|label| {
            let labelled = declared.replace("ISO-8859-1", label);
            (
                labelled.chars().map(|char| char as u8).collect(),
                "line 1 has",
            )
        });
        for (bytes, line) in mislabelled.into_iter().chain([(undeclared, "line 2 has")]) {
            let IconContent::BrokenSvg(error) = inspect(&bytes) else {
                panic!("{:?}", inspect(&bytes));
            };
            assert!(error.starts_with(line), "{error}");
        }
        let unmarked: Vec<u8> = svg.encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert!(matches!(inspect(&unmarked), IconContent::BrokenSvg(_)));
        let utf16 = |bytes: fn(u16) -> [u8; 2]| -> Vec<u8> {
            let marked = format!("\u{feff}{svg}");
            marked.encode_utf16().flat_map(bytes).collect()
        };
        for bytes in [
            svg.as_bytes().to_vec(),
            format!("\u{feff}{svg}").into_bytes(),
            latin1,
            utf16(u16::to_le_bytes),
            utf16(u16::to_be_bytes),
        ] {
            assert!(matches!(inspect(&bytes), IconContent::Svg(_)), "{bytes:?}");
        }
    }
}
