//! Contents of a file in an archive.

use flate2::{Crc, Decompress, FlushDecompress, Status};

use crate::archive::archive_error::ArchiveError;
use crate::archive::central_directory::Entry;
use crate::archive::records::DEFLATED;

/// Inflates the data of a file to exactly the size that its header states, and compares the checksum.
pub(super) fn file_contents(entry: &Entry<'_>, data: &[u8]) -> Result<Vec<u8>, ArchiveError> {
    let contents = match entry.header.method {
        DEFLATED => inflate(entry, data)?,
        _ => data.to_vec(),
    };
    let mut crc = Crc::new();
    crc.update(&contents);
    if crc.sum() == entry.header.crc {
        return Ok(contents);
    }
    let message = format!(
        "the contents have the checksum {:08x}, and the header says {:08x}",
        crc.sum(),
        entry.header.crc
    );
    Err(entry
        .local_error("wrong-checksum", message)
        .help("the archive is damaged: download it again, or write it anew"))
}

fn inflate(entry: &Entry<'_>, data: &[u8]) -> Result<Vec<u8>, ArchiveError> {
    let size = entry.header.size as usize;
    // Room for one more byte shows whether there are more.
    let mut contents = Vec::with_capacity(size + 1);
    let mut stream = Decompress::new(false);
    let status = stream.decompress_vec(data, &mut contents, FlushDecompress::Finish);
    let error = |name, message: String| {
        Err(entry
            .local_error(name, message)
            .help("write the archive anew"))
    };
    if contents.len() > size {
        let message = format!("the contents are larger than the {size} bytes that the header says");
        return error("wrong-size", message);
    }
    if !matches!(status, Ok(Status::StreamEnd)) {
        let message = "the compressed data is damaged or ends too early";
        return error("damaged-data", message.to_owned());
    }
    let read = stream.total_in();
    if contents.len() < size {
        let message = format!(
            "the contents have {} bytes, and the header says {size}",
            contents.len()
        );
        error("wrong-size", message)
    } else if read != data.len() as u64 {
        let hidden = data.len() as u64 - read;
        let message = format!("{hidden} bytes follow the end of the compressed data");
        error("hidden-bytes", message)
    } else {
        Ok(contents)
    }
}
