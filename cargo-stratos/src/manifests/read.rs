//! Size-limited reading of regular files.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

use stratos_manifest::MAX_BYTES;

use crate::error::Error;

/// Reads a manifest. Of a file over the size limit, one byte more than the limit is read, which the linter refuses.
pub(crate) fn read_manifest(path: &Path) -> Result<Vec<u8>, Error> {
    read_file(path, MAX_BYTES).map_err(|source| Error::file("read", path, source))
}

/// Reads a UTF-8 file of at most `limit` bytes. Returns `None` if there is no file.
pub(crate) fn read_text(path: &Path, limit: usize) -> Result<Option<String>, Error> {
    let unreadable = |source| Error::file("read", path, source);
    let bytes = match read_file(path, limit) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(unreadable(source)),
    };
    if bytes.len() > limit {
        let source = io::Error::other(format!("it has more than {limit} bytes"));
        return Err(unreadable(source));
    }
    match String::from_utf8(bytes) {
        Ok(text) => Ok(Some(text)),
        Err(_) => Err(unreadable(io::Error::other("it is not UTF-8"))),
    }
}

/// Reads to the end, or one byte more than `limit`.
pub(crate) fn read_limited(reader: impl Read, limit: usize) -> io::Result<Vec<u8>> {
    read_expected(reader, limit, 0)
}

/// Reads as [`read_limited`] does, in one step if there are at most `expected` bytes.
fn read_expected(reader: impl Read, limit: usize, expected: u64) -> io::Result<Vec<u8>> {
    let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    let capacity = usize::try_from(expected.min(most)).unwrap_or(0);
    let mut bytes = Vec::with_capacity(capacity);
    reader.take(most).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Reads a regular file to its end, or one byte more than `limit`. Opening a pipe would block, so the file type is
/// checked first.
pub(crate) fn read_file(path: &Path, limit: usize) -> io::Result<Vec<u8>> {
    let metadata = fs::metadata(path)?;
    if metadata.is_dir() {
        return Err(io::Error::other("it is a folder"));
    }
    if !metadata.is_file() {
        let reason = "it is not a regular file; to check standard input, use `-`";
        return Err(io::Error::other(reason));
    }
    read_expected(File::open(path)?, limit, metadata.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_over_the_limit_is_not_read_to_its_end() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("plugin.json");
        fs::write(&path, vec![b' '; MAX_BYTES * 2]).unwrap();
        assert_eq!(read_manifest(&path).unwrap().len(), MAX_BYTES + 1);
        assert!(read_text(&path, MAX_BYTES).is_err());
        assert_eq!(
            read_text(&path, MAX_BYTES * 2).unwrap().unwrap().len(),
            MAX_BYTES * 2
        );
        assert!(read_text(dir.path(), MAX_BYTES).is_err());
        let missing = read_text(&dir.path().join("x"), MAX_BYTES);
        assert!(missing.unwrap().is_none());
    }
}
