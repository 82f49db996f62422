//! The central directory: the headers that most readers list files by.

use crate::archive::archive_error::ArchiveError;
use crate::archive::attributes::{AttributesError, check_attributes};
use crate::archive::end_record::{DirectoryPlace, zip64};
use crate::archive::extra_fields::{ExtraFieldError, check_extra_fields};
use crate::archive::records::{CentralHeader, DEFLATED, HAS_DESCRIPTOR, Header, IS_UTF8, STORED};
use crate::limits::MAX_UNPACKED_BYTES;

/// Version of the format that has folders and deflate, times ten.
const MAX_VERSION: u16 = 20;
/// Flags with the level of the compression, which readers ignore.
const LEVEL_FLAGS: u16 = 0b110;
/// Flags of encrypted data, of strong encryption, and of encrypted headers.
const ENCRYPTION_FLAGS: u16 = 1 | 1 << 6 | 1 << 13;

/// Maximum ratio of a file's size to its compressed size. Programs and text reach 20, a picture of one colour 100, and a
/// bomb the maximum of deflate, which is about 1,030.
const MAX_RATIO: u64 = 200;
/// Size from which [`MAX_RATIO`] applies, in bytes. A smaller file does no harm.
const MIN_SIZE_FOR_RATIO: u64 = 1024 * 1024;

/// A file or folder of an archive.
#[derive(Debug)]
pub(super) struct Entry<'a> {
    pub(super) header: Header<'a>,
    /// Offset of the header in the central directory.
    pub(super) listed_at: usize,
    /// Offset of the local header.
    pub(super) offset: usize,
    /// The name; with replacement characters if it is not UTF-8.
    pub(super) name: String,
}

impl Entry<'_> {
    /// The path, without the `/` at the end of a folder's name.
    pub(super) fn path(&self) -> &str {
        self.name.strip_suffix('/').unwrap_or(&self.name)
    }

    pub(super) fn is_folder(&self) -> bool {
        self.name.ends_with('/')
    }

    /// An error about the header in the directory.
    pub(super) fn error(&self, name: &'static str, message: impl Into<String>) -> ArchiveError {
        ArchiveError::of_entry(name, self.listed_at, &self.name, message)
    }

    /// An error about the local header or the data.
    pub(super) fn local_error(
        &self,
        name: &'static str,
        message: impl Into<String>,
    ) -> ArchiveError {
        ArchiveError::of_entry(name, self.offset, &self.name, message)
    }
}

/// Parses the whole directory. Adds an error for each header that no bundle may have.
///
/// # Errors
///
/// Returns an error if the directory is not a sequence of as many headers as the end record states.
pub(super) fn read_directory<'a>(
    bytes: &'a [u8],
    place: &DirectoryPlace,
    errors: &mut Vec<ArchiveError>,
) -> Result<Vec<Entry<'a>>, ArchiveError> {
    let mut entries = Vec::with_capacity(place.entries);
    let mut at = place.range.start;
    while at < place.range.end {
        let Some(central) = CentralHeader::parse(&bytes[at..place.range.end]) else {
            let message = "the central directory is damaged here";
            return Err(
                ArchiveError::new("damaged-directory", at, message).help("write the archive anew")
            );
        };
        let entry = Entry {
            header: central.header,
            listed_at: at,
            offset: central.offset as usize,
            name: String::from_utf8_lossy(central.header.name).into_owned(),
        };
        at += central.length;
        check(&entry, &central, errors);
        entries.push(entry);
        if entries.len() > place.entries {
            break;
        }
    }
    if entries.len() == place.entries && at == place.range.end {
        return Ok(entries);
    }
    let message = format!(
        "the end record states {} files and folders, and the central directory lists another number",
        place.entries
    );
    Err(
        ArchiveError::new("wrong-directory", place.range.end, message)
            .help("write the archive anew"),
    )
}

fn check(entry: &Entry<'_>, central: &CentralHeader<'_>, errors: &mut Vec<ArchiveError>) {
    let checks = [
        check_numbers(entry, central),
        check_version(entry),
        check_flags(entry),
        check_method(entry),
        check_name_encoding(entry),
        check_extra(entry, central.header.extra, entry.listed_at),
        check_kind(entry, central.attributes),
        check_sizes(entry),
    ];
    errors.extend(checks.into_iter().filter_map(Result::err));
}

fn check_numbers(entry: &Entry<'_>, central: &CentralHeader<'_>) -> Result<(), ArchiveError> {
    let Header {
        size,
        compressed_size,
        ..
    } = entry.header;
    if [size, compressed_size, central.offset].contains(&u32::MAX) || central.disk == u16::MAX {
        return Err(zip64(entry.listed_at, Some(&entry.name)));
    }
    if central.disk != 0 {
        let message = "the file begins in another part of a split archive";
        return Err(entry
            .error("split-archive", message)
            .help("write one archive that is not split"));
    }
    if !central.comment.is_empty() {
        return Err(entry
            .error("comment", "the file has a comment")
            .help("write the archive anew, without comments"));
    }
    Ok(())
}

fn check_version(entry: &Entry<'_>) -> Result<(), ArchiveError> {
    let version = entry.header.version_needed;
    if version <= MAX_VERSION {
        return Ok(());
    }
    let (major, minor) = (version / 10, version % 10);
    let message = format!("the file asks for version {major}.{minor} of the format");
    Err(entry
        .error("unsupported-version", message)
        .help("write the archive without zip64, encryption, and methods other than deflate"))
}

fn check_flags(entry: &Entry<'_>) -> Result<(), ArchiveError> {
    let flags = entry.header.flags;
    if flags & ENCRYPTION_FLAGS != 0 {
        return Err(encrypted(entry));
    }
    let unknown = flags & !(LEVEL_FLAGS | HAS_DESCRIPTOR | IS_UTF8);
    if unknown != 0 {
        let message = format!("the file has the unknown flags {unknown:#06x}");
        return Err(entry
            .error("unknown-flag", message)
            .help("write the archive anew"));
    }
    Ok(())
}

fn encrypted(entry: &Entry<'_>) -> ArchiveError {
    entry
        .error("encrypted", "the file is encrypted")
        .help("write the archive without a password")
}

fn check_method(entry: &Entry<'_>) -> Result<(), ArchiveError> {
    match entry.header.method {
        STORED | DEFLATED => Ok(()),
        method => {
            let message = format!("the file is compressed with method {method}");
            Err(entry
                .error("unsupported-method", message)
                .help("write the archive with deflate, which every library reads"))
        }
    }
}

/// A name has to be ASCII, or UTF-8 with the flag: libraries decode others by the code page of the system.
fn check_name_encoding(entry: &Entry<'_>) -> Result<(), ArchiveError> {
    let Header { name, flags, .. } = entry.header;
    let is_utf8 = flags & IS_UTF8 != 0;
    let message = if name.is_ascii() || is_utf8 && str::from_utf8(name).is_ok() {
        return Ok(());
    } else if is_utf8 {
        "the name is not the UTF-8 that its flag says"
    } else {
        "the name has letters that are not ASCII, and no flag says that it is UTF-8"
    };
    Err(entry.error("name-encoding", message).help(
        "rename the file with ASCII letters, or write the archive with `cargo stratos pack`, which marks names as UTF-8",
    ))
}

/// Checks the extra fields of the header at `offset`, which is one of the two headers of a file.
pub(super) fn check_extra(
    entry: &Entry<'_>,
    extra: &[u8],
    offset: usize,
) -> Result<(), ArchiveError> {
    let error = |name, message: &str| ArchiveError::of_entry(name, offset, &entry.name, message);
    let anew = "write the archive anew";
    check_extra_fields(extra, entry.header.name).map_err(|found| match found {
        ExtraFieldError::Damaged => {
            error("damaged-extra-field", "the extra fields are damaged").help(anew)
        }
        ExtraFieldError::Zip64 => zip64(offset, Some(&entry.name)),
        ExtraFieldError::Encrypted => encrypted(entry),
        ExtraFieldError::UnicodePath => {
            let message =
                "an extra field gives the file another name, which only some libraries use";
            error("two-names", message).help(anew)
        }
        ExtraFieldError::Unknown(id) => {
            let message = format!("the file has the unknown extra field {id:#06x}");
            error("unknown-extra-field", &message).help(anew)
        }
    })
}

fn check_kind(entry: &Entry<'_>, attributes: u32) -> Result<(), ArchiveError> {
    check_attributes(attributes, entry.is_folder()).map_err(|found| match found {
        AttributesError::Link => entry
            .error("link", "the file is a link")
            .help("put a copy of the file there"),
        AttributesError::Special => entry
            .error(
                "special-file",
                "the file is a device, a pipe, a socket or the label of a disk",
            )
            .help("leave it out"),
        AttributesError::SpecialBits => entry
            .error(
                "special-mode",
                "the mode of the file has setuid, setgid or the sticky bit",
            )
            .help("remove them with `chmod a-st`, and write the archive anew"),
        AttributesError::Contradiction => {
            let [name, attributes] = match entry.is_folder() {
                true => ["folder", "file"],
                false => ["file", "folder"],
            };
            let message = format!(
                "the name is that of a {name}, and the attributes are those of a {attributes}"
            );
            entry
                .error("file-or-folder", message)
                .help("write the archive anew")
        }
    })
}

fn check_sizes(entry: &Entry<'_>) -> Result<(), ArchiveError> {
    let Header {
        size,
        compressed_size,
        method,
        ..
    } = entry.header;
    if entry.is_folder() && size != 0 {
        let message = "the folder has contents, as only files do";
        return Err(entry
            .error("file-or-folder", message)
            .help("write the archive anew"));
    }
    if method == STORED && size != compressed_size {
        let message = format!(
            "the file is not compressed, and has {size} bytes in {compressed_size} bytes of data"
        );
        return Err(entry
            .error("wrong-size", message)
            .help("write the archive anew"));
    }
    let [size, compressed_size] = [size, compressed_size].map(u64::from);
    if size >= MIN_SIZE_FOR_RATIO && size > MAX_RATIO.saturating_mul(compressed_size) {
        let message = format!(
            "the file has {size} bytes in {compressed_size} bytes of data: more than {MAX_RATIO} times as many, as a decompression bomb has"
        );
        return Err(entry
            .error("compression-ratio", message)
            .help("leave the file out, or let the plugin create it"));
    }
    Ok(())
}

/// The error of the file with which an archive exceeds [`MAX_UNPACKED_BYTES`].
pub(super) fn too_large(entry: &Entry<'_>) -> ArchiveError {
    let mebibytes = MAX_UNPACKED_BYTES / (1024 * 1024);
    let message = format!("with this file, the archive has more than {mebibytes} MiB of files");
    entry
        .error("bundle-too-large", message)
        .help("build for release, and leave out what the plugin does not need")
}
