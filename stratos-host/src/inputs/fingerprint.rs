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
#[cfg(unix)]
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Identity {
    inode: u64,
    /// Time of the last change of the metadata, which no program can set, in seconds since 1970.
    changed: i64,
    changed_nanos: i64,
}

/// Metadata that differ when another file takes the place of one with the same length and modification time.
#[cfg(windows)]
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Identity {
    /// Time of the file's creation: Windows has no other time that a copy does not take over.
    created: u64,
}

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
            None => (0, Some(SystemTime::UNIX_EPOCH), Identity::default()),
        };
        if let Some(previous) = previous
            && link.is_none()
            && (previous.length, previous.modified, previous.identity)
                == (length, modified, identity)
            && modified.is_some_and(|time| is_settled(time, previous.read_at))
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

/// Whether a later write than the read of a file has another modification time.
fn is_settled(modified: SystemTime, read_at: SystemTime) -> bool {
    let age = read_at.duration_since(modified);
    age.is_ok_and(|age| age > RACY_AGE)
}

/// Whether a file, or a link to it, was written or put in its place since a time.
pub(super) fn is_since(path: &Path, time: SystemTime) -> bool {
    let target = fs::metadata(path).ok().filter(Metadata::is_file);
    let all = fs::symlink_metadata(path).into_iter().chain(target);
    all.into_iter().any(|metadata| {
        let times = [metadata.modified().ok(), placed(&metadata)];
        times.into_iter().flatten().any(|other| other >= time)
    })
}

/// The time at which a file was put in its place.
#[cfg(unix)]
fn placed(metadata: &Metadata) -> Option<SystemTime> {
    let Identity {
        changed,
        changed_nanos,
        ..
    } = identity(metadata);
    let since_1970 = Duration::new(changed.try_into().ok()?, changed_nanos.try_into().ok()?);
    SystemTime::UNIX_EPOCH.checked_add(since_1970)
}

/// The time at which a file was put in its place: the best known one is that of the file's creation.
#[cfg(windows)]
fn placed(metadata: &Metadata) -> Option<SystemTime> {
    metadata.created().ok()
}

/// The modification time, which may be any. Those before the epoch cannot be recorded.
fn modified(file: &Metadata) -> Option<SystemTime> {
    let time = file.modified().ok();
    time.map(|time| time.max(SystemTime::UNIX_EPOCH))
}

#[cfg(unix)]
fn identity(metadata: &Metadata) -> Identity {
    use std::os::unix::fs::MetadataExt as _;

    Identity {
        inode: metadata.ino(),
        changed: metadata.ctime(),
        changed_nanos: metadata.ctime_nsec(),
    }
}

#[cfg(windows)]
fn identity(metadata: &Metadata) -> Identity {
    use std::os::windows::fs::MetadataExt as _;

    Identity {
        created: metadata.creation_time(),
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modification_times_are_trusted_after_a_while() {
        let modified = SystemTime::UNIX_EPOCH;
        for (age, expected) in [(0, false), (2, false), (3, true)] {
            let read_at = modified + Duration::from_secs(age);
            assert_eq!(is_settled(modified, read_at), expected, "{age} s");
        }
        // Some file systems store every time.
        let latest = (0..64).rev().fold(modified, |time, bit| {
            let later = time.checked_add(Duration::from_secs(1 << bit));
            later.unwrap_or(time)
        });
        assert!(!is_settled(latest, SystemTime::now()), "far in the future");
    }
}
