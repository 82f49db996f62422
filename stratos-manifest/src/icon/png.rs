//! The outline of a PNG: its chunks, and what its header says.

use imagesize::blob_size;

use crate::facts::Image;

pub(super) const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";

/// What a PNG says of itself. Chunks are stepped over, whatever they hold: nothing is decompressed.
pub(super) fn inspect(bytes: &[u8]) -> Image {
    let Some(size) = blob_size(bytes).ok().filter(|_| starts_with_header(bytes)) else {
        return Image::BrokenPng("the file is damaged at its start");
    };
    let (Ok(width @ 1..), Ok(height @ 1..)) =
        (u32::try_from(size.width), u32::try_from(size.height))
    else {
        return Image::BrokenPng("its size is zero");
    };
    let mut rest = &bytes[SIGNATURE.len()..];
    while let Some((kind, after)) = chunk(rest) {
        if kind == *b"IEND" {
            return Image::Png { width, height };
        }
        rest = after;
    }
    Image::BrokenPng("the file ends in the middle")
}

fn starts_with_header(bytes: &[u8]) -> bool {
    bytes[SIGNATURE.len()..].starts_with(b"\0\0\0\x0dIHDR")
}

/// The kind of the first chunk, and what comes after it.
fn chunk(bytes: &[u8]) -> Option<([u8; 4], &[u8])> {
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
    fn a_bomb_is_a_size_and_nothing_more() {
        // 42 kB that claim to be a huge picture, beside compressed text: neither is looked at.
        let garbage = vec![0xaa; 42 * 1024];
        let bomb = png(
            65_535,
            65_535,
            &[(b"zTXt", &garbage), (b"IDAT", &garbage), (b"IEND", b"")],
        );
        let (width, height) = (65_535, 65_535);
        assert_eq!(inspect(&bomb), Image::Png { width, height });
    }

    #[test]
    fn every_cut_is_noticed() {
        let whole = png(3, 2, &[(b"IDAT", b"xyz"), (b"IEND", b"")]);
        assert_eq!(
            inspect(&whole),
            Image::Png {
                width: 3,
                height: 2
            }
        );
        for end in SIGNATURE.len()..whole.len() {
            let cut = inspect(&whole[..end]);
            assert!(matches!(cut, Image::BrokenPng(_)), "{end}: {cut:?}");
        }
    }

    #[test]
    fn lies_about_lengths_are_survived() {
        let mut long = png(3, 2, &[(b"IDAT", b"xyz")]);
        let at = long.len() - 15;
        long[at..at + 4].fill(0xff);
        assert_eq!(
            inspect(&long),
            Image::BrokenPng("the file ends in the middle")
        );
        assert_eq!(
            inspect(&png(0, 2, &[(b"IEND", b"")])),
            Image::BrokenPng("its size is zero")
        );
        let mut renamed = png(3, 2, &[(b"IEND", b"")]);
        renamed[12] = b'X';
        assert_eq!(
            inspect(&renamed),
            Image::BrokenPng("the file is damaged at its start")
        );
    }
}
