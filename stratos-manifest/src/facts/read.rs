//! Reading a file that may be anything.

use std::{
    fs::{self, File},
    io::Read as _,
    path::Path,
};

/// No file that people write is larger.
const MAX_BYTES: u64 = 1024 * 1024;

/// The file's bytes, unless it is missing, no regular file, or too large.
///
/// A pipe or a device would block, so that what it is gets looked at before it is opened.
pub(super) fn read(path: &Path) -> Option<Vec<u8>> {
    let metadata = fs::metadata(path).ok()?;
    if !metadata.is_file() || metadata.len() > MAX_BYTES {
        return None;
    }
    let mut bytes = Vec::new();
    let mut file = File::open(path).ok()?.take(MAX_BYTES + 1);
    file.read_to_end(&mut bytes).ok()?;
    // It may have grown since.
    (bytes.len() as u64 <= MAX_BYTES).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_files_of_a_bounded_size_are_read() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("file");
        assert_eq!(read(&path), None);
        assert_eq!(read(dir.path()), None);
        for (len, expected) in [(MAX_BYTES, true), (MAX_BYTES + 1, false)] {
            File::create(&path).unwrap().set_len(len).unwrap();
            assert_eq!(read(&path).is_some(), expected, "{len}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_device_without_end_is_not_opened() {
        assert_eq!(read(Path::new("/dev/zero")), None);
    }
}
