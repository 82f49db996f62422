//! Fingerprints of files.

use std::fs;
use std::hash::{DefaultHasher, Hasher as _};
use std::io::{self, Read as _};
use std::path::Path;
use std::time::{Duration, SystemTime};

/// Age below which a modification time is not trusted: another write within the resolution of the file system's clock
/// would not change the time.
const RACY_AGE: Duration = Duration::from_secs(2);

/// Size in bytes above which files are compared by their modification time instead of their content.
const MAX_HASHED_BYTES: u64 = 16 * 1024 * 1024;

/// Identifies the content of a file at the time of a scan.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fingerprint {
    length: u64,
    pub(super) modified: Option<SystemTime>,
    /// Time at which the file was read.
    read_at: SystemTime,
    /// Hash of the content; 0 for files larger than [`MAX_HASHED_BYTES`].
    hash: u64,
}

impl Fingerprint {
    /// Reads a file, unless its metadata prove that it still has the previous fingerprint.
    pub(super) fn of(path: &Path, previous: Option<Self>) -> io::Result<Self> {
        let metadata = fs::metadata(path)?;
        let (length, modified) = (metadata.len(), metadata.modified().ok());
        if let Some(previous) = previous
            && (previous.length, previous.modified) == (length, modified)
            && modified.is_some_and(|time| time + RACY_AGE < previous.read_at)
        {
            return Ok(previous);
        }
        Ok(Self {
            length,
            modified,
            read_at: SystemTime::now(),
            hash: match length {
                0..=MAX_HASHED_BYTES => hash(path)?,
                _ => 0,
            },
        })
    }

    /// Whether both fingerprints are of the same content.
    pub(super) fn is_same_content(&self, other: &Self) -> bool {
        (self.length, self.hash) == (other.length, other.hash)
            && (self.length <= MAX_HASHED_BYTES || self.modified == other.modified)
    }
}

fn hash(path: &Path) -> io::Result<u64> {
    let mut file = fs::File::open(path)?;
    let mut hasher = DefaultHasher::new();
    let mut chunk = vec![0; 64 * 1024];
    loop {
        match file.read(&mut chunk)? {
            0 => return Ok(hasher.finish()),
            // `Hash::hash` of a slice includes its length, so the result would depend on the sizes of the reads.
            length => hasher.write(&chunk[..length]),
        }
    }
}
