//! Reads an archive into a bundle.

use crate::archive::archive_error::ArchiveError;
use crate::archive::central_directory::{Entry, read_directory, too_large};
use crate::archive::end_record::find_directory;
use crate::archive::entry_names::name_errors;
use crate::archive::inflate::file_contents;
use crate::archive::local_headers::find_data;
use crate::bundle::Bundle;
use crate::limits::MAX_UNPACKED_BYTES;
use crate::zip::zip_size_problem;

/// Reads the files of a zip, or lists what is wrong with it. Nothing is written, and nothing is inflated before the
/// structure and all names were found good.
///
/// The result has no folders: a file's path names those that it lies in, and an empty one has no use.
///
/// ```
/// use stratos_bundle::read_archive;
///
/// let errors = read_archive(b"Rar!").unwrap_err();
/// assert_eq!(errors[0].problem.name, "not-a-zip");
/// ```
///
/// # Errors
///
/// Returns all errors of headers and names, or else all errors of contents. Errors after which the rest cannot be read
/// are the only or the last one.
pub fn read_archive(bytes: &[u8]) -> Result<Bundle, Vec<ArchiveError>> {
    if let Some(problem) = zip_size_problem(bytes.len() as u64) {
        return Err(vec![ArchiveError { problem, offset: 0 }]);
    }
    let place = find_directory(bytes).map_err(|error| vec![error])?;
    let mut errors = Vec::new();
    let entries = match read_directory(bytes, &place, &mut errors) {
        Ok(entries) => entries,
        Err(error) => {
            errors.push(error);
            return Err(errors);
        }
    };
    errors.extend(name_errors(&entries));
    errors.extend(total_size_error(&entries));
    let data = find_data(bytes, place.range.start, &entries, &mut errors);
    if !errors.is_empty() {
        return Err(errors);
    }
    let mut bundle = Bundle::default();
    for (entry, data) in entries.iter().zip(data) {
        match file_contents(entry, data) {
            Ok(_) if entry.is_folder() => {}
            Ok(contents) => {
                bundle.files.insert(entry.name.clone(), contents);
            }
            Err(error) => errors.push(error),
        }
    }
    match errors.is_empty() {
        true => Ok(bundle),
        false => Err(errors),
    }
}

/// The error of the file with which the stated sizes exceed the limit.
fn total_size_error(entries: &[Entry<'_>]) -> Option<ArchiveError> {
    let mut total = 0;
    let exceeding = entries.iter().find(|entry| {
        total += u64::from(entry.header.size);
        total > MAX_UNPACKED_BYTES
    });
    exceeding.map(too_large)
}
