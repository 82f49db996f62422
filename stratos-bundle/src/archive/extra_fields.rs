//! Extra fields of a header.
//!
//! Fields that only carry times and owners are ignored. Others can rename, encrypt or link a file for the libraries that
//! know them, so that an unknown field is refused.

use flate2::Crc;

use crate::archive::records::Fields;

/// Fields with times and owners, or without contents: NTFS times, Info-ZIP's times and owners (three of them), and
/// Java's marker.
const HARMLESS: [u16; 5] = [0x000a, 0x5455, 0x5855, 0x7855, 0x7875];
const JAVA_MARKER: u16 = 0xcafe;
const ZIP64: u16 = 0x0001;
const STRONG_ENCRYPTION: u16 = 0x0017;
const AES: u16 = 0x9901;
const UNICODE_PATH: u16 = 0x7075;

/// Reason to refuse the extra fields of a header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ExtraFieldError {
    /// The lengths of the fields do not add up.
    Damaged,
    /// The field has 64-bit sizes.
    Zip64,
    /// The field belongs to an encrypted file.
    Encrypted,
    /// The field has another name than the header.
    UnicodePath,
    /// The field has this unknown id.
    Unknown(u16),
}

/// Checks the extra fields of a header with this name.
pub(super) fn check_extra_fields(extra: &[u8], name: &[u8]) -> Result<(), ExtraFieldError> {
    let mut fields = Fields::without_signature(extra);
    while !fields.rest().is_empty() {
        let (id, data) = next_field(&mut fields).ok_or(ExtraFieldError::Damaged)?;
        match id {
            ZIP64 => return Err(ExtraFieldError::Zip64),
            STRONG_ENCRYPTION | AES => return Err(ExtraFieldError::Encrypted),
            UNICODE_PATH if is_same_path(data, name) => {}
            UNICODE_PATH => return Err(ExtraFieldError::UnicodePath),
            JAVA_MARKER if data.is_empty() => {}
            _ if HARMLESS.contains(&id) => {}
            _ => return Err(ExtraFieldError::Unknown(id)),
        }
    }
    Ok(())
}

fn next_field<'a>(fields: &mut Fields<'a>) -> Option<(u16, &'a [u8])> {
    let id = fields.u16()?;
    let length = fields.u16()?;
    Some((id, fields.bytes(length)?))
}

/// Whether a Unicode path has version 1, the checksum of `name`, and the same name.
fn is_same_path(data: &[u8], name: &[u8]) -> bool {
    let mut crc = Crc::new();
    crc.update(name);
    let expected = [&[1], &crc.sum().to_le_bytes()[..], name].concat();
    data == expected
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_that_change_a_file_are_refused() {
        use ExtraFieldError::{Damaged, Encrypted, UnicodePath, Unknown, Zip64};
        for (extra, expected) in [
            (&b""[..], Ok(())),
            (b"UT\x05\x00\x01abcd", Ok(())),
            (b"ux\x00\x00UT\x00\x00", Ok(())),
            (b"\xfe\xca\x00\x00", Ok(())),
            (b"\xfe\xca\x01\x00a", Err(Unknown(0xcafe))),
            (b"\x01\x00\x00\x00", Err(Zip64)),
            (b"UT\x00\x00\x01\x99\x00\x00", Err(Encrypted)),
            (b"nu\x00\x00", Err(Unknown(0x756e))),
            (b"UT\x05\x00\x01abc", Err(Damaged)),
            (b"UT\x00\x00\x00", Err(Damaged)),
            (b"up\x06\x00\x01\x43\xbe\xb7\xe8a", Ok(())),
            (b"up\x06\x00\x01\x43\xbe\xb7\xe8b", Err(UnicodePath)),
            (b"up\x06\x00\x02\x43\xbe\xb7\xe8a", Err(UnicodePath)),
            (b"up\x06\x00\x01\x44\xbe\xb7\xe8a", Err(UnicodePath)),
        ] {
            assert_eq!(check_extra_fields(extra, b"a"), expected, "{extra:?}");
        }
    }
}
