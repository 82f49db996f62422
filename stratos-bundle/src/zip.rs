//! The zip of a bundle, which has the same bytes on every system, in every folder and at every time.

use std::io::{Cursor, Write as _};

use sha2::{Digest as _, Sha256};
use thiserror::Error;
use zip::result::ZipError;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, System, ZipWriter};

use crate::bundle::Bundle;
use crate::layout;
use crate::limits::MAX_ZIP_BYTES;
use crate::problem::Problem;

/// Compression level: the best, since a zip is written once and downloaded by every pilot.
const LEVEL: i64 = 9;
/// Mode of programs.
const PROGRAM_MODE: u32 = 0o755;
/// Mode of other files.
const FILE_MODE: u32 = 0o644;

/// A zip in memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zip {
    /// The file.
    pub bytes: Vec<u8>,
    /// Size of each file of the bundle in the zip, in the order of the bundle.
    pub packed_sizes: Vec<u64>,
}

/// Error of writing a zip.
#[derive(Debug, Error)]
#[error("cannot write the zip")]
pub struct WriteZipError(#[source] ZipError);

impl Zip {
    /// Writes the files of a bundle in the order of their paths' bytes.
    ///
    /// Entries have the time 1980-01-01, the first that the format knows, and the same attributes on every system.
    /// Folders have no entries, since unzip programs create them.
    ///
    /// # Errors
    ///
    /// Returns an error if the format cannot hold a file, which is impossible for a bundle without
    /// [`problems`](crate::problems).
    pub fn write(bundle: &Bundle) -> Result<Self, WriteZipError> {
        write(bundle).map_err(WriteZipError)
    }

    /// The SHA-256 in hexadecimal digits.
    #[must_use]
    pub fn sha256(&self) -> String {
        let hash = Sha256::digest(&self.bytes);
        hash.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// The problem of a zip with more bytes than [`MAX_ZIP_BYTES`].
    #[must_use]
    pub fn size_problem(&self) -> Option<Problem> {
        zip_size_problem(self.bytes.len() as u64)
    }
}

/// The problem of a zip of this size.
#[must_use]
pub fn zip_size_problem(size: u64) -> Option<Problem> {
    (size > MAX_ZIP_BYTES).then(|| {
        let mebibytes = MAX_ZIP_BYTES / (1024 * 1024);
        Problem::of_bundle(
            "zip-too-large",
            format!("the zip has more than {mebibytes} MiB"),
        )
        .help("build for release, and leave out what the plugin does not need in `.stratosignore`")
    })
}

fn write(bundle: &Bundle) -> Result<Zip, ZipError> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (path, bytes) in &bundle.files {
        let mode = match layout::is_program(path) {
            true => PROGRAM_MODE,
            false => FILE_MODE,
        };
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .compression_level(Some(LEVEL))
            .last_modified_time(DateTime::default())
            .system(System::Unix)
            .unix_permissions(mode);
        writer.start_file(path.as_str(), options)?;
        writer.write_all(bytes)?;
    }
    let mut archive = writer.finish_into_readable()?;
    let sizes = (0..archive.len()).map(|index| {
        let entry = archive.by_index_raw(index)?;
        Ok(entry.compressed_size())
    });
    let packed_sizes = sizes.collect::<Result<_, ZipError>>()?;
    Ok(Zip {
        bytes: archive.into_inner().into_inner(),
        packed_sizes,
    })
}
