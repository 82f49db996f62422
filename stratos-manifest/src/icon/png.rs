//! Inspection of a PNG: the size in its header, and the sequence of its chunks.

use imagesize::blob_size;

use crate::icon::content::IconContent;

pub(super) const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";

/// Reads the size of a PNG and steps through its chunks to the end, without decompressing anything.
pub(super) fn inspect(bytes: &[u8]) -> IconContent {
    let Some(size) = blob_size(bytes).ok().filter(|_| starts_with_header(bytes)) else {
        return IconContent::BrokenPng("the file is damaged at its start");
    };
    let (Ok(width @ 1..), Ok(height @ 1..)) =
        (u32::try_from(size.width), u32::try_from(size.height))
    else {
        return IconContent::BrokenPng("its size is zero");
    };
    let mut rest = &bytes[SIGNATURE.len()..];
    while let Some((kind, after)) = split_chunk(rest) {
        if kind == *b"IEND" {
            return IconContent::Png { width, height };
        }
        rest = after;
    }
    IconContent::BrokenPng("the file ends in the middle")
}

fn starts_with_header(bytes: &[u8]) -> bool {
    bytes[SIGNATURE.len()..].starts_with(b"\0\0\0\x0dIHDR")
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

#[cfg(test)]
mod tests {
    use super::*;

    fn png(width: u32, height: u32, chunks: &[(&[u8; 4], &[u8])]) -> Vec<u8> {
        let mut header = [width.to_be_bytes(), height.to_be_bytes()].concat();
        header.extend([8, 6, 0, 0, 0]);
        let mut bytes = SIGNATURE.to_vec();
        for (kind, data) in [(b"IHDR", &header[..])].iter().chain(chunks) {
            bytes.extend((data.len() as u32).to_be_bytes());
            bytes.extend(*kind);
            bytes.extend(*data);
            bytes.extend([0; 4]);
        }
        bytes
    }

    #[test]
    fn a_decompression_bomb_is_not_decompressed() {
        // Compressed chunks of a huge image: none of them is decompressed.
        let garbage = vec![0xaa; 42 * 1024];
        let bomb = png(
            65_535,
            65_535,
            &[(b"zTXt", &garbage), (b"IDAT", &garbage), (b"IEND", b"")],
        );
        let (width, height) = (65_535, 65_535);
        assert_eq!(inspect(&bomb), IconContent::Png { width, height });
    }

    #[test]
    fn every_truncation_is_detected() {
        let whole = png(3, 2, &[(b"IDAT", b"xyz"), (b"IEND", b"")]);
        assert_eq!(
            inspect(&whole),
            IconContent::Png {
                width: 3,
                height: 2
            }
        );
        for end in SIGNATURE.len()..whole.len() {
            let cut = inspect(&whole[..end]);
            assert!(matches!(cut, IconContent::BrokenPng(_)), "{end}: {cut:?}");
        }
    }

    #[test]
    fn wrong_lengths_are_errors() {
        let mut long = png(3, 2, &[(b"IDAT", b"xyz")]);
        let at = long.len() - 15;
        long[at..at + 4].fill(0xff);
        assert_eq!(
            inspect(&long),
            IconContent::BrokenPng("the file ends in the middle")
        );
        assert_eq!(
            inspect(&png(0, 2, &[(b"IEND", b"")])),
            IconContent::BrokenPng("its size is zero")
        );
        let mut renamed = png(3, 2, &[(b"IEND", b"")]);
        renamed[12] = b'X';
        assert_eq!(
            inspect(&renamed),
            IconContent::BrokenPng("the file is damaged at its start")
        );
    }
}
