//! Files read with a limit, and only what is a file.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

use stratos_manifest::MAX_BYTES;

use crate::error::Error;

/// The bytes of a manifest, and of a larger file as many as it takes to refuse it.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, Error> {
    read_some(path, MAX_BYTES).map_err(|source| unreadable(path, source))
}

/// The text of a file of at most `limit` bytes, and `None` where there is nothing.
pub(crate) fn read_text(path: &Path, limit: usize) -> Result<Option<String>, Error> {
    let bytes = match read_some(path, limit) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(unreadable(path, source)),
    };
    if bytes.len() > limit {
        let source = io::Error::other(format!("it has more than {limit} bytes"));
        return Err(unreadable(path, source));
    }
    let text = String::from_utf8(bytes);
    text.map(Some)
        .map_err(|_| unreadable(path, io::Error::other("it is not UTF-8")))
}

/// At most one byte more than `limit`.
pub(crate) fn limited(from: impl Read, limit: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let limit = u64::try_from(limit).unwrap_or(u64::MAX);
    from.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    Ok(bytes)
}

pub(super) fn unreadable(path: &Path, source: io::Error) -> Error {
    Error::File {
        what: "read",
        path: path.to_owned(),
        source,
    }
}

/// A pipe would keep us waiting as soon as it is opened: look first.
fn read_some(path: &Path, limit: usize) -> io::Result<Vec<u8>> {
    let metadata = fs::metadata(path)?;
    if metadata.is_dir() {
        return Err(io::Error::other("it is a folder"));
    }
    if !metadata.is_file() {
        let reason = "it is no regular file; name `-` to check what comes from the standard input";
        return Err(io::Error::other(reason));
    }
    // With room for all of it, the file is read in one go.
    let size = usize::try_from(metadata.len()).unwrap_or(limit).min(limit);
    let mut bytes = Vec::with_capacity(size.saturating_add(1));
    let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    File::open(path)?.take(most).read_to_end(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endless_file_is_not_read_to_its_end() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("plugin.json");
        fs::write(&path, vec![b' '; MAX_BYTES * 2]).unwrap();
        assert_eq!(read(&path).unwrap().len(), MAX_BYTES + 1);
        assert!(read_text(&path, MAX_BYTES).is_err());
        assert_eq!(
            read_text(&path, MAX_BYTES * 2).unwrap().unwrap().len(),
            MAX_BYTES * 2
        );
        assert!(read_text(dir.path(), MAX_BYTES).is_err());
        assert!(
            read_text(&dir.path().join("x"), MAX_BYTES)
                .unwrap()
                .is_none()
        );
    }
}
