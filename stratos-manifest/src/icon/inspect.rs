//! Detection of an icon's format from its bytes.

use std::borrow::Cow;

use imagesize::{ImageType, image_type};

use crate::icon::{content::IconContent, png, svg};

/// The largest icon that is inspected, in bytes; published ones have a few thousand.
pub(crate) const MAX_ICON_BYTES: u64 = 1024 * 1024;

/// Detects the format of a file by its content.
pub(crate) fn inspect(bytes: &[u8]) -> IconContent {
    if bytes.is_empty() {
        return IconContent::Empty;
    }
    if bytes.starts_with(png::SIGNATURE) {
        return png::inspect(bytes);
    }
    if let Some(name) = binary_format(bytes) {
        return IconContent::OtherFormat(name);
    }
    match decode(bytes) {
        Some(text) => inspect_text(&text),
        None => IconContent::Unknown,
    }
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
        [0x1f, 0x8b, ..] => Some("compressed with gzip"),
        _ => None,
    })
}

/// Decodes an SVG as a browser does, which also reads UTF-16 and a declared Latin-1.
fn decode(bytes: &[u8]) -> Option<Cow<'_, str>> {
    let utf16 = |from: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = bytes[2..]
            .chunks_exact(2)
            .map(|pair| from([pair[0], pair[1]]))
            .collect();
        String::from_utf16(&units).ok().map(Cow::Owned)
    };
    match bytes {
        [0xef, 0xbb, 0xbf, rest @ ..] => str::from_utf8(rest).ok().map(Cow::Borrowed),
        [0xff, 0xfe, ..] => utf16(u16::from_le_bytes),
        [0xfe, 0xff, ..] => utf16(u16::from_be_bytes),
        _ => match str::from_utf8(bytes) {
            Ok(text) => Some(Cow::Borrowed(text)),
            Err(_) if declares_latin1(bytes) => Some(Cow::Owned(
                bytes.iter().map(|&byte| char::from(byte)).collect(),
            )),
            Err(_) => None,
        },
    }
}

fn declares_latin1(bytes: &[u8]) -> bool {
    let start = String::from_utf8_lossy(&bytes[..bytes.len().min(100)]).to_ascii_lowercase();
    start.starts_with("<?xml") && (start.contains("iso-8859-1") || start.contains("windows-1252"))
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
                "compressed with gzip",
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
