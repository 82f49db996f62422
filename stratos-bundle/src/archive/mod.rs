//! Strict reader of a finished zip, which accepts only what every zip library reads in the same way.
//!
//! A zip says everything twice: a header precedes the data of each file, and the central directory at the end repeats
//! all headers. Libraries differ in which of the two they believe, and in how they find the directory. An archive is
//! accepted only if both agree, and if every byte of it belongs to exactly one record. Data is inflated after the whole
//! structure was found good, and into memory only.
//!
//! Records with 64-bit numbers (zip64) are refused: an archive below the limits of a bundle needs none, and libraries
//! disagree about when they replace the other numbers.

mod archive_error;
mod attributes;
mod central_directory;
mod end_record;
mod entry_names;
mod extra_fields;
mod inflate;
mod local_headers;
mod read_archive;
mod records;

pub use self::archive_error::ArchiveError;
pub use self::read_archive::read_archive;
