//! The local headers, which readers of streams list files by, and the data behind them.

use crate::archive::archive_error::ArchiveError;
use crate::archive::central_directory::{Entry, check_extra};
use crate::archive::end_record::zip64;
use crate::archive::records::{
    DATA_DESCRIPTOR, DataDescriptor, HAS_DESCRIPTOR, Header, LOCAL_HEADER, LocalHeader, STORED,
};

const ANEW: &str = "write the archive anew";

/// Finds the data of all files. Adds an error for each local header that differs from the one in the directory, and for
/// all bytes up to the directory at `directory` that do not belong to exactly one file.
///
/// Files may be listed in any order: all readers see the same ones.
pub(super) fn find_data<'a>(
    bytes: &'a [u8],
    directory: usize,
    entries: &[Entry<'a>],
    errors: &mut Vec<ArchiveError>,
) -> Vec<&'a [u8]> {
    let mut data = vec![&bytes[..0]; entries.len()];
    let mut by_offset: Vec<_> = entries.iter().zip(&mut data).collect();
    by_offset.sort_by_key(|(entry, _)| entry.offset);
    let mut at = 0;
    for (entry, data) in by_offset {
        if entry.offset < at {
            errors.push(overlap(entry));
            // Whatever follows overlaps as well.
            return Vec::new();
        }
        errors.extend(hidden_bytes(bytes, at, entry.offset.min(directory)));
        match read_file(&bytes[..directory], entry, errors) {
            Some(file) => {
                *data = file.data;
                at = file.end;
            }
            None => return Vec::new(),
        }
    }
    errors.extend(hidden_bytes(bytes, at, directory));
    data
}

struct File<'a> {
    data: &'a [u8],
    /// Offset of the next file.
    end: usize,
}

/// Reads the local header, the data and the data descriptor of a file. Returns `None`, with an error, if its end is
/// unknown.
fn read_file<'a>(
    bytes: &'a [u8],
    entry: &Entry<'_>,
    errors: &mut Vec<ArchiveError>,
) -> Option<File<'a>> {
    let Some(local) = bytes.get(entry.offset..).and_then(LocalHeader::parse) else {
        let message = "there is no header of this file where the directory says";
        errors.push(entry.local_error("no-local-header", message).help(ANEW));
        return None;
    };
    errors.extend(check_header(entry, &local.header));
    errors.extend(check_extra(entry, local.header.extra, entry.offset).err());
    let start = entry.offset + local.length;
    let end = start.checked_add(entry.header.compressed_size as usize)?;
    let Some(data) = bytes.get(start..end) else {
        errors.push(overlap(entry));
        return None;
    };
    if entry.header.flags & HAS_DESCRIPTOR == 0 {
        return Some(File { data, end });
    }
    errors.extend(check_stored_data(entry, data));
    let descriptor = DataDescriptor::parse(&bytes[end..]);
    if descriptor != Some(expected_descriptor(&entry.header)) {
        let message = "the record behind the data (data descriptor) is missing, has no signature, or differs from the \
                       directory in sizes or checksum";
        errors.push(entry.local_error("wrong-descriptor", message).help(ANEW));
        return None;
    }
    Some(File {
        data,
        end: end + DataDescriptor::BYTES,
    })
}

const fn expected_descriptor(header: &Header<'_>) -> DataDescriptor {
    DataDescriptor {
        crc: header.crc,
        compressed_size: header.compressed_size,
        size: header.size,
    }
}

/// The error of data that is not compressed and has a record in it that a reader of a stream takes for its end.
fn check_stored_data(entry: &Entry<'_>, data: &[u8]) -> Option<ArchiveError> {
    let mut windows = data.windows(DATA_DESCRIPTOR.len());
    let is_ambiguous =
        entry.header.method == STORED && windows.any(|window| window == DATA_DESCRIPTOR);
    is_ambiguous.then(|| {
        let message =
            "the file is not compressed, and a reader of a stream takes a part of it for its end";
        let help = "compress the file, or write the archive to a file instead of a pipe";
        entry
            .local_error("stored-with-descriptor", message)
            .help(help)
    })
}

/// The first field in which the local header differs from the one in the directory.
fn check_header(entry: &Entry<'_>, local: &Header<'_>) -> Option<ArchiveError> {
    let listed = &entry.header;
    if [local.size, local.compressed_size].contains(&u32::MAX) {
        return Some(zip64(entry.offset, Some(&entry.name)));
    }
    let has_descriptor = listed.flags & HAS_DESCRIPTOR != 0;
    // With a descriptor, a number is zero if it was not known yet.
    let is_same = |local: u32, listed: u32| local == listed || has_descriptor && local == 0;
    let field = if local.name != listed.name {
        "name"
    } else if local.flags != listed.flags {
        "flags"
    } else if local.method != listed.method {
        "compression method"
    } else if local.version_needed != listed.version_needed {
        "needed version"
    } else if !is_same(local.crc, listed.crc) {
        "checksum"
    } else if !is_same(local.compressed_size, listed.compressed_size) {
        "compressed size"
    } else if !is_same(local.size, listed.size) {
        "size"
    } else {
        return None;
    };
    let message = format!("the {field} before the data differs from the one in the directory");
    Some(entry.local_error("header-mismatch", message).help(ANEW))
}

fn overlap(entry: &Entry<'_>) -> ArchiveError {
    let message = "the data of the file overlaps with another file or with the directory";
    entry.local_error("overlapping-files", message).help(ANEW)
}

/// The error of bytes that belong to no file, if there are any.
fn hidden_bytes(bytes: &[u8], start: usize, end: usize) -> Option<ArchiveError> {
    let hidden = bytes.get(start..end).filter(|hidden| !hidden.is_empty())?;
    let count = hidden.len();
    let error = if hidden.starts_with(&LOCAL_HEADER) {
        let message = format!("{count} bytes hold a file that the directory does not list");
        ArchiveError::new("unlisted-file", start, message)
    } else if start == 0 {
        let message = format!("{count} bytes precede the archive");
        ArchiveError::new("hidden-bytes", start, message)
    } else {
        let message = format!("{count} bytes belong to no file");
        ArchiveError::new("hidden-bytes", start, message)
    };
    Some(error.help(ANEW))
}
