//! Fingerprints of files.

use std::fs::{self, Metadata};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io::{self, Read as _};
use std::path::Path;
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};

/// Age below which a modification time is not trusted: another write within the resolution of the file system's clock
/// would not change the time.
const RACY_AGE: Duration = Duration::from_secs(2);

/// Size in bytes above which files are compared by their modification time instead of their content.
const MAX_HASHED_BYTES: u64 = 16 * 1024 * 1024;

/// Identifies the content of a file at the time of a scan. The content of a symbolic link is its target's path, and
/// the content of the target if that is a file.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) struct Fingerprint {
    length: u64,
    /// Modification time of the file or of a link's target; the epoch for a link to a folder, since the files in
    /// the folder may have any time, and for a link to nothing.
    pub(super) modified: Option<SystemTime>,
    identity: Identity,
    /// Time at which the file was read.
    read_at: SystemTime,
    /// Hash of the content; without that of files larger than [`MAX_HASHED_BYTES`].
    hash: u64,
}

/// Metadata that differ when another file takes the place of one with the same length and modification time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Identity(u64, i64, i64);

impl Fingerprint {
    /// Reads a file, unless its metadata prove that it still has the previous fingerprint.
    pub(super) fn of(path: &Path, previous: Option<Self>) -> io::Result<Self> {
        let own = fs::symlink_metadata(path)?;
        let (link, target) = match own.is_symlink() {
            true => (Some(fs::read_link(path)?), fs::metadata(path).ok()),
            false => (None, Some(own)),
        };
        let file = target.filter(Metadata::is_file);
        let (length, modified, identity) = match &file {
            Some(file) => (file.len(), modified(file), identity(file)),
            None => (0, Some(SystemTime::UNIX_EPOCH), Identity(0, 0, 0)),
        };
        if let Some(previous) = previous
            && link.is_none()
            && (previous.length, previous.modified, previous.identity)
                == (length, modified, identity)
            && modified.is_some_and(|time| time + RACY_AGE < previous.read_at)
        {
            return Ok(previous);
        }
        let mut hasher = DefaultHasher::new();
        let read_at = SystemTime::now();
        link.hash(&mut hasher);
        if file.is_some() && length <= MAX_HASHED_BYTES {
            hash_content(path, &mut hasher)?;
        }
        Ok(Self {
            length,
            modified,
            identity,
            read_at,
            hash: hasher.finish(),
        })
    }

    /// Whether both fingerprints are of the same content.
    pub(super) fn is_same_content(&self, other: &Self) -> bool {
        (self.length, self.hash) == (other.length, other.hash)
            && (self.length <= MAX_HASHED_BYTES || self.modified == other.modified)
    }
}

/// The modification time, which may be any. Those before the epoch cannot be recorded.
fn modified(file: &Metadata) -> Option<SystemTime> {
    let time = file.modified().ok();
    time.map(|time| time.max(SystemTime::UNIX_EPOCH))
}

/// Inode number and time of the last change of the metadata, which no program can set.
#[cfg(unix)]
fn identity(metadata: &Metadata) -> Identity {
    use std::os::unix::fs::MetadataExt as _;

    Identity(metadata.ino(), metadata.ctime(), metadata.ctime_nsec())
}

/// Time of the file's creation: Windows has no other time that a copy does not take over.
#[cfg(windows)]
fn identity(metadata: &Metadata) -> Identity {
    use std::os::windows::fs::MetadataExt as _;

    Identity(metadata.creation_time(), 0, 0)
}

fn hash_content(path: &Path, hasher: &mut DefaultHasher) -> io::Result<()> {
    let mut file = fs::File::open(path)?;
    let mut chunk = vec![0; 64 * 1024];
    loop {
        match file.read(&mut chunk)? {
            0 => return Ok(()),
            // `Hash::hash` of a slice includes its length, so the result would depend on the sizes of the reads.
            length => hasher.write(&chunk[..length]),
        }
    }
}
