//! End of an archive, from which readers find the central directory.

use std::ops::Range;

use crate::archive::archive_error::ArchiveError;
use crate::archive::records::{
    END_RECORD, END_RECORD_BYTES, EndRecord, LOCAL_HEADER, ZIP64_LOCATOR, ZIP64_LOCATOR_BYTES,
};
use crate::limits::MAX_FILES;

/// Place of the central directory.
#[derive(Debug)]
pub(super) struct DirectoryPlace {
    pub(super) range: Range<usize>,
    /// Number of files and folders that the end record states.
    pub(super) entries: usize,
}

/// Formats of other files, by their first bytes.
const OTHER_FORMATS: [(&[u8], &str); 6] = [
    (b"\x1f\x8b", "a gzip file"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"Rar!", "a RAR archive"),
    (b"MSCF", "a cabinet file"),
    (b"%PDF", "a PDF"),
    (b"<", "a web page"),
];

/// Finds the central directory by the end record, which has to be the last bytes of the archive.
///
/// With a comment or other bytes behind it, readers that search backwards and those that search forwards may find
/// different records.
pub(super) fn find_directory(bytes: &[u8]) -> Result<DirectoryPlace, ArchiveError> {
    let at = bytes.len().saturating_sub(END_RECORD_BYTES);
    let end = EndRecord::parse(&bytes[at..]).filter(|end| end.comment_length == 0);
    let Some(end) = end else {
        return Err(no_end_record(bytes));
    };
    refuse_zip64(bytes, at, &end)?;
    if [end.disk, end.directory_disk] != [0, 0] || end.entries_on_disk != end.entries {
        let message = "the archive is one part of several";
        return Err(ArchiveError::new("split-archive", at, message)
            .help("write one archive that is not split"));
    }
    let entries = usize::from(end.entries);
    if entries == 0 {
        let message = "the archive has no files";
        return Err(ArchiveError::new("empty-archive", at, message)
            .help("`cargo stratos pack` writes a zip with the files of a plugin"));
    }
    if entries > MAX_FILES {
        return Err(too_many_files(at, entries));
    }
    let start = end.directory_offset as usize;
    if start.checked_add(end.directory_size as usize) != Some(at) {
        let message = format!(
            "the end record says that the central directory has {} bytes from byte {start} on, but that is not where the end record begins",
            end.directory_size
        );
        return Err(ArchiveError::new("wrong-directory", at, message).help(
            "bytes before the archive, or an archive that was cut or joined: write it anew",
        ));
    }
    Ok(DirectoryPlace {
        range: start..at,
        entries,
    })
}

fn refuse_zip64(bytes: &[u8], at: usize, end: &EndRecord) -> Result<(), ArchiveError> {
    let before = at.saturating_sub(ZIP64_LOCATOR_BYTES);
    let has_locator = bytes[before..at].starts_with(&ZIP64_LOCATOR);
    let is_replaced = [end.disk, end.directory_disk, end.entries].contains(&u16::MAX)
        || [end.directory_size, end.directory_offset].contains(&u32::MAX);
    match has_locator || is_replaced {
        true => Err(zip64(at, None)),
        false => Ok(()),
    }
}

/// The error of an archive, or of a file in it, with 64-bit numbers.
pub(super) fn zip64(offset: usize, entry: Option<&str>) -> ArchiveError {
    let message = "the archive has 64-bit sizes (zip64), which libraries read differently";
    let error = match entry {
        Some(entry) => ArchiveError::of_entry("zip64", offset, entry, message),
        None => ArchiveError::new("zip64", offset, message),
    };
    error.help("write the archive to a file without zip64: a bundle is too small to need it")
}

fn too_many_files(offset: usize, entries: usize) -> ArchiveError {
    let message =
        format!("the archive has {entries} files and folders, and at most {MAX_FILES} are allowed");
    ArchiveError::new("too-many-files", offset, message)
        .help("leave out what the plugin does not need, such as `node_modules`")
}

/// The reason why there is no end record at the end.
fn no_end_record(bytes: &[u8]) -> ArchiveError {
    let search_from = bytes
        .len()
        .saturating_sub(END_RECORD_BYTES + usize::from(u16::MAX));
    let found = bytes[search_from..]
        .windows(END_RECORD.len())
        .rposition(|window| window == END_RECORD);
    if let Some(at) = found.map(|at| search_from + at) {
        let length = EndRecord::parse(&bytes[at..])
            .map(|end| END_RECORD_BYTES + usize::from(end.comment_length));
        let rest = bytes.len() - at;
        return match length {
            Some(length) if length == rest => {
                ArchiveError::new("comment", at, "the archive has a comment")
                    .help("remove it with `zip -z`, or write the archive anew")
            }
            Some(length) if length < rest => {
                let extra = rest - length;
                let message = format!("{extra} bytes follow the end of the archive");
                ArchiveError::new("hidden-bytes", at + length, message).help("write it anew")
            }
            _ => truncated(at),
        };
    }
    if bytes.starts_with(&LOCAL_HEADER) {
        return truncated(bytes.len());
    }
    let other = OTHER_FORMATS
        .into_iter()
        .find(|(magic, _)| bytes.starts_with(magic));
    let message = match other {
        Some((_, format)) => format!("the file is not a zip, but {format}"),
        None => "the file is not a zip".to_owned(),
    };
    ArchiveError::new("not-a-zip", 0, message)
        .help("name a zip with plugin.json in it, such as `cargo stratos pack` writes")
}

fn truncated(offset: usize) -> ArchiveError {
    ArchiveError::new("truncated", offset, "the end of the archive is missing")
        .help("download or copy it again")
}
