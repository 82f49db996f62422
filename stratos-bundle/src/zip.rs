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
        sha256(&self.bytes)
    }

    /// The problem of a zip with more bytes than [`MAX_ZIP_BYTES`].
    #[must_use]
    pub fn size_problem(&self) -> Option<Problem> {
        zip_size_problem(self.bytes.len() as u64)
    }
}

/// SHA-256 in hexadecimal digits.
#[must_use]
pub fn sha256(bytes: &[u8]) -> String {
    let hash = Sha256::digest(bytes);
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
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

#[cfg(test)]
mod tests {
    use super::*;

    fn bundle(files: &[(&str, &[u8])]) -> Bundle {
        let files = files
            .iter()
            .map(|(path, bytes)| ((*path).to_owned(), bytes.to_vec()));
        Bundle {
            files: files.collect(),
        }
    }

    /// A changed hash means that every author's zip changes without a change of the plugin: name it in CHANGELOG.md.
    #[test]
    fn the_bytes_of_a_zip_are_pinned() {
        let text = "text that repeats, ".repeat(100);
        let bundle = bundle(&[
            ("plugin.json", b"{}"),
            ("background/bin/linux-x64/demo", text.as_bytes()),
            ("assets/größe.txt", b""),
        ]);
        let zip = Zip::write(&bundle).expect("a zip");
        assert_eq!(
            zip.sha256(),
            "19483d7be98e4e1e03ac1f5cf2fc408174ee124d2060b5dced4cf59ae9f02b32"
        );
        assert_eq!(zip.packed_sizes.len(), 3);
    }

    #[test]
    fn entries_have_the_same_attributes_everywhere() {
        let bundle = bundle(&[
            ("b", b"1"),
            ("background/bin/linux-x64/a", b"2"),
            ("B", b"3"),
        ]);
        let zip = Zip::write(&bundle).expect("a zip");
        let mut archive = zip::ZipArchive::new(Cursor::new(zip.bytes)).expect("a zip");
        let mut found = Vec::new();
        for index in 0..archive.len() {
            let entry = archive.by_index(index).expect("an entry");
            let time = entry.last_modified().map(|time| time.to_string());
            assert_eq!(time.as_deref(), Some("1980-01-01 00:00:00"));
            assert_eq!(entry.extra_data().unwrap_or_default(), b"");
            let name = entry.name().expect("a name");
            found.push((name.into_owned(), entry.unix_mode()));
        }
        let file = |path: &str, mode| (path.to_owned(), Some(mode));
        let expected = [
            file("B", 0o100_644),
            file("b", 0o100_644),
            file("background/bin/linux-x64/a", 0o100_755),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn a_zip_above_the_limit_is_an_error() {
        assert_eq!(zip_size_problem(MAX_ZIP_BYTES), None);
        let problem = zip_size_problem(MAX_ZIP_BYTES + 1).expect("a problem");
        assert_eq!(problem.name, "zip-too-large");
    }
}
