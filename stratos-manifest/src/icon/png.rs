//! Inspection of a PNG: its size, its chunks, and its pixels.

use std::io::Cursor;

use png::{Decoder, DecodingError, Limits, Transformations};

use crate::icon::content::IconContent;

pub(super) const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";

/// The most pixels that are decoded, which bounds time and memory: a small file can expand to gigabytes.
const MAX_PIXELS: u64 = 2048 * 2048;

/// The most memory of the decoder, in bytes.
const MAX_MEMORY: usize = 64 * 1024 * 1024;

/// Reads the size of a PNG, steps through its chunks to the end, and decodes its pixels unless there are very many.
pub(super) fn inspect(bytes: &[u8]) -> IconContent {
    let broken = |reason: &str| IconContent::BrokenPng(reason.to_owned());
    let Some((width, height)) = size(bytes) else {
        return broken("the file is damaged at its start");
    };
    if width == 0 || height == 0 {
        return broken("its size is zero");
    }
    let Some(image) = critical_chunks(bytes) else {
        return broken("the file ends in the middle");
    };
    let with_pixels = u64::from(width) * u64::from(height) <= MAX_PIXELS;
    match decode(&image, with_pixels) {
        Err(DecodingError::Format(error)) => match error.to_string() {
            error if error.starts_with("CRC error") => {
                broken("a checksum is wrong: some bytes of the file were changed")
            }
            // The decoder shows the chunk as a value of Rust.
            error if error.contains("ChunkType") => {
                broken("a chunk is at the wrong place, or there twice")
            }
            error => broken(&format!(
                "a decoder reports: {}",
                error.trim_end_matches('.')
            )),
        },
        Err(DecodingError::IoError(_)) => broken("its pixels end in the middle"),
        // The last two errors are about the limits of the decoder.
        Ok(()) | Err(DecodingError::Parameter(_) | DecodingError::LimitsExceeded) => {
            IconContent::Png { width, height }
        }
    }
}

/// The reason why a file with the name of the format at its start is no PNG any more: it was treated as text.
pub(super) fn conversion_damage(bytes: &[u8]) -> Option<&'static str> {
    let is_damaged = |damaged: &&[u8]| bytes.starts_with(damaged);
    let line_ends: [&[u8]; 4] = [
        b"\x89PNG\n\x1a\n",
        b"\x89PNG\r\r\n\x1a\r\n",
        b"\x89PNG\r\n\x1a\r\n",
        b"\x89PNG\r\x1a\r",
    ];
    let encodings: [&[u8]; 3] = [b"\xef\xbf\xbdPNG", b"\xc2\x89PNG", b"?PNG\r\n\x1a"];
    if line_ends.iter().any(is_damaged) {
        Some(
            "its line ends were converted, as if it were text; git does that unless `.gitattributes` has `*.png binary`",
        )
    } else if encodings.iter().any(is_damaged) {
        Some("it was opened and saved as text, which changes its bytes")
    } else if bytes.starts_with(b"\x89PNG") {
        Some("the file is damaged at its start")
    } else {
        None
    }
}

/// The width and height in the header; `None` if the file does not start with one.
fn size(bytes: &[u8]) -> Option<(u32, u32)> {
    let header = bytes
        .strip_prefix(SIGNATURE)?
        .strip_prefix(b"\0\0\0\x0dIHDR")?;
    let (width, rest) = header.split_first_chunk()?;
    let height = rest.first_chunk()?;
    Some((u32::from_be_bytes(*width), u32::from_be_bytes(*height)))
}

/// The file without the ancillary chunks before its pixels, such as texts and color profiles, whose damage decoders ignore; `None` if it ends
/// before its last chunk.
fn critical_chunks(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut image = SIGNATURE.to_vec();
    let mut rest = &bytes[SIGNATURE.len()..];
    let mut is_in_data = false;
    loop {
        let (kind, after) = split_chunk(rest)?;
        is_in_data |= kind == *b"IDAT";
        // The chunks of the pixels have no others between them.
        if kind[0].is_ascii_uppercase() || is_in_data {
            image.extend(&rest[..rest.len() - after.len()]);
        }
        if kind == *b"IEND" {
            return Some(image);
        }
        rest = after;
    }
}

/// Splits off the first chunk: its type, and the bytes after it.
fn split_chunk(bytes: &[u8]) -> Option<([u8; 4], &[u8])> {
    let (length, rest) = bytes.split_first_chunk()?;
    let (kind, rest) = rest.split_first_chunk()?;
    let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
    let checksum = 4;
    let after = rest.get(length.checked_add(checksum)?..)?;
    Some((*kind, after))
}

/// Decodes the header, and if `with_pixels` all rows of pixels, one after the other.
fn decode(bytes: &[u8], with_pixels: bool) -> Result<(), DecodingError> {
    let limits = Limits { bytes: MAX_MEMORY };
    let mut decoder = Decoder::new_with_limits(Cursor::new(bytes), limits);
    if !with_pixels {
        return decoder.read_header_info().map(drop);
    }
    // Colors of a palette are looked up, so that a missing palette is an error.
    decoder.set_transformations(Transformations::EXPAND);
    let mut reader = decoder.read_info()?;
    while reader.next_row()?.is_some() {}
    Ok(())
}

#[cfg(test)]
mod tests {
    use png::{BitDepth, ColorType, Encoder, chunk::IDAT};

    use super::*;

    fn png(width: u32, height: u32) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut encoder = Encoder::new(&mut bytes, width, height);
        encoder.set_color(ColorType::Rgba);
        encoder.set_depth(BitDepth::Eight);
        encoder
            .add_text_chunk("Comment".to_owned(), "hello".to_owned())
            .unwrap();
        let mut writer = encoder.write_header().unwrap();
        let pixels: Vec<u8> = (0..width * height * 4).map(|at| (at * 7) as u8).collect();
        writer.write_image_data(&pixels).unwrap();
        drop(writer);
        bytes
    }

    /// The offset of the content of the chunk `kind`.
    fn content_of(bytes: &[u8], kind: &[u8; 4]) -> usize {
        bytes.windows(4).position(|part| part == kind).unwrap() + 4
    }

    fn reason(bytes: &[u8]) -> String {
        match inspect(bytes) {
            IconContent::BrokenPng(reason) => reason,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_decompression_bomb_is_not_decompressed() {
        let (width, height) = (65_535, 65_535);
        let mut bomb = Vec::new();
        let mut writer = Encoder::new(&mut bomb, width, height)
            .write_header()
            .unwrap();
        writer.write_chunk(IDAT, &[0xaa; 1024]).unwrap();
        drop(writer);
        assert_eq!(inspect(&bomb), IconContent::Png { width, height });
    }

    #[test]
    fn every_truncation_is_detected() {
        let whole = png(3, 2);
        let (width, height) = (3, 2);
        assert_eq!(inspect(&whole), IconContent::Png { width, height });
        for end in SIGNATURE.len()..whole.len() {
            let cut = inspect(&whole[..end]);
            assert!(matches!(cut, IconContent::BrokenPng(_)), "{end}: {cut:?}");
        }
    }

    #[test]
    fn damaged_pixels_and_headers_are_errors_and_damaged_texts_are_not() {
        let whole = png(30, 20);
        for kind in [b"IHDR", b"IDAT"] {
            let start = content_of(&whole, kind);
            for at in start..start + 13 {
                let mut damaged = whole.clone();
                damaged[at] ^= 1;
                let found = inspect(&damaged);
                assert!(
                    matches!(found, IconContent::BrokenPng(_)),
                    "{at}: {found:?}"
                );
            }
        }
        let mut text = whole.clone();
        let at = content_of(&text, b"tEXt");
        text[at] ^= 1;
        assert!(matches!(inspect(&text), IconContent::Png { .. }));

        let data = content_of(&whole, b"IDAT");
        let mut without_data = whole[..data - 8].to_vec();
        without_data.extend(&whole[content_of(&whole, b"IEND") - 8..]);
        assert!(reason(&without_data).contains("IDAT"));
    }

    #[test]
    fn chunks_that_are_missing_or_at_the_wrong_place_are_errors() {
        let mut bytes = Vec::new();
        let mut encoder = Encoder::new(&mut bytes, 2, 1);
        encoder.set_color(ColorType::Indexed);
        encoder.set_palette(vec![0; 6]);
        let mut writer = encoder.write_header().unwrap();
        writer.write_image_data(&[0, 1]).unwrap();
        drop(writer);
        assert!(matches!(inspect(&bytes), IconContent::Png { .. }));
        let palette = content_of(&bytes, b"PLTE") - 8;
        let palette: Vec<u8> = bytes.splice(palette..palette + 18, []).collect();
        assert!(reason(&bytes).contains("palette"));

        let whole = png(3, 2);
        let data = content_of(&whole, b"IDAT") - 8;
        let text = content_of(&whole, b"tEXt") - 8;
        let end = content_of(&whole, b"IEND") - 8;
        for inserted in [&whole[text..data], &palette] {
            // An empty part of the pixels, the chunk, and the other part.
            let empty = b"\0\0\0\0IDAT\x35\xaf\x06\x1e";
            let parts = [&whole[..data], empty, inserted, &whole[data..]].concat();
            let found = reason(&parts);
            assert!(!found.contains("ChunkType"), "{found}");
        }
        let after = [&whole[..end], &whole[text..data], &whole[end..]].concat();
        assert!(matches!(inspect(&after), IconContent::Png { .. }));
    }

    #[test]
    fn wrong_lengths_are_errors() {
        let mut long = png(3, 2);
        let at = content_of(&long, b"IDAT") - 8;
        long[at..at + 4].fill(0xff);
        assert_eq!(reason(&long), "the file ends in the middle");
        let mut zero = png(3, 2);
        let at = content_of(&zero, b"IHDR");
        zero[at..at + 4].fill(0);
        assert_eq!(reason(&zero), "its size is zero");
        let mut renamed = png(3, 2);
        renamed[12] = b'X';
        assert_eq!(reason(&renamed), "the file is damaged at its start");
    }

    #[test]
    fn a_png_that_was_treated_as_text_is_recognized() {
        let whole = png(3, 2);
        let to_lf = String::from_utf8_lossy(&whole).into_owned().into_bytes();
        let damaged = conversion_damage(&to_lf).unwrap();
        assert!(damaged.contains("saved as text"), "{damaged}");
        for (from, to) in [(&b"\r\n"[..], &b"\n"[..]), (b"\n", b"\r\n")] {
            let mut converted = Vec::new();
            let mut rest = &whole[..];
            while let Some((first, after)) = rest.split_first() {
                if let Some(after) = rest.strip_prefix(from) {
                    converted.extend(to);
                    rest = after;
                } else {
                    converted.push(*first);
                    rest = after;
                }
            }
            let damaged = conversion_damage(&converted).unwrap();
            assert!(damaged.contains("line ends"), "{damaged}");
        }
        assert_eq!(conversion_damage(b"\x89PNX"), None);
    }
}
