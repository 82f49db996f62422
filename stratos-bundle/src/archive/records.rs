//! Records of a zip, as their bytes are. Numbers are little-endian.

/// Signature of a [`LocalHeader`].
pub(super) const LOCAL_HEADER: [u8; 4] = *b"PK\x03\x04";
/// Signature of an [`EndRecord`].
pub(super) const END_RECORD: [u8; 4] = *b"PK\x05\x06";
/// Length of an [`EndRecord`] without a comment.
pub(super) const END_RECORD_BYTES: usize = 22;
/// Signature of a [`DataDescriptor`], which the format makes optional.
pub(super) const DATA_DESCRIPTOR: [u8; 4] = *b"PK\x07\x08";
/// Signature of the record before an [`EndRecord`] that has the 64-bit numbers of an archive.
pub(super) const ZIP64_LOCATOR: [u8; 4] = *b"PK\x06\x07";
/// Length of the record with the signature [`ZIP64_LOCATOR`].
pub(super) const ZIP64_LOCATOR_BYTES: usize = 20;
const CENTRAL_HEADER: [u8; 4] = *b"PK\x01\x02";

/// Flag: sizes and checksum follow the data, in a [`DataDescriptor`].
pub(super) const HAS_DESCRIPTOR: u16 = 1 << 3;
/// Flag: the name is UTF-8.
pub(super) const IS_UTF8: u16 = 1 << 11;

/// Method of data that is not compressed.
pub(super) const STORED: u16 = 0;
/// Method of data that deflate compressed.
pub(super) const DEFLATED: u16 = 8;

/// Fields that a local and a central header have in common, except for the times.
#[derive(Debug, Clone, Copy)]
pub(super) struct Header<'a> {
    pub(super) version_needed: u16,
    pub(super) flags: u16,
    pub(super) method: u16,
    pub(super) crc: u32,
    pub(super) compressed_size: u32,
    pub(super) size: u32,
    pub(super) name: &'a [u8],
    pub(super) extra: &'a [u8],
}

/// Header before the data of a file.
#[derive(Debug)]
pub(super) struct LocalHeader<'a> {
    pub(super) header: Header<'a>,
    /// Length of the record, in bytes.
    pub(super) length: usize,
}

/// Header of a file in the central directory.
#[derive(Debug)]
pub(super) struct CentralHeader<'a> {
    pub(super) header: Header<'a>,
    pub(super) comment: &'a [u8],
    pub(super) disk: u16,
    /// Attributes of Windows in the lower half, and the mode of Unix in the upper half.
    pub(super) attributes: u32,
    /// Offset of the local header.
    pub(super) offset: u32,
    /// Length of the record, in bytes.
    pub(super) length: usize,
}

/// End of an archive, which says where the central directory is.
#[derive(Debug)]
pub(super) struct EndRecord {
    pub(super) disk: u16,
    pub(super) directory_disk: u16,
    pub(super) entries_on_disk: u16,
    pub(super) entries: u16,
    pub(super) directory_size: u32,
    pub(super) directory_offset: u32,
    pub(super) comment_length: u16,
}

/// Sizes and checksum of a file behind its data.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct DataDescriptor {
    pub(super) crc: u32,
    pub(super) compressed_size: u32,
    pub(super) size: u32,
}

impl DataDescriptor {
    /// Length of the record with its signature, in bytes.
    pub(super) const BYTES: usize = 16;

    /// Parses the record at the start of `bytes`.
    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        let mut fields = Fields::new(bytes, DATA_DESCRIPTOR)?;
        Some(Self {
            crc: fields.u32()?,
            compressed_size: fields.u32()?,
            size: fields.u32()?,
        })
    }
}

impl EndRecord {
    /// Parses the record at the start of `bytes`.
    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        let mut fields = Fields::new(bytes, END_RECORD)?;
        Some(Self {
            disk: fields.u16()?,
            directory_disk: fields.u16()?,
            entries_on_disk: fields.u16()?,
            entries: fields.u16()?,
            directory_size: fields.u32()?,
            directory_offset: fields.u32()?,
            comment_length: fields.u16()?,
        })
    }
}

impl<'a> LocalHeader<'a> {
    /// Parses the record at the start of `bytes`.
    pub(super) fn parse(bytes: &'a [u8]) -> Option<Self> {
        let mut fields = Fields::new(bytes, LOCAL_HEADER)?;
        let common = Common::parse(&mut fields)?;
        let name = fields.bytes(common.name_length)?;
        let extra = fields.bytes(common.extra_length)?;
        Some(Self {
            header: common.header(name, extra),
            length: bytes.len() - fields.rest.len(),
        })
    }
}

impl<'a> CentralHeader<'a> {
    /// Parses the record at the start of `bytes`.
    pub(super) fn parse(bytes: &'a [u8]) -> Option<Self> {
        let mut fields = Fields::new(bytes, CENTRAL_HEADER)?;
        let _made_by = fields.u16()?;
        let common = Common::parse(&mut fields)?;
        let comment_length = fields.u16()?;
        let disk = fields.u16()?;
        let _internal_attributes = fields.u16()?;
        let attributes = fields.u32()?;
        let offset = fields.u32()?;
        let name = fields.bytes(common.name_length)?;
        let extra = fields.bytes(common.extra_length)?;
        let comment = fields.bytes(comment_length)?;
        Some(Self {
            header: common.header(name, extra),
            comment,
            disk,
            attributes,
            offset,
            length: bytes.len() - fields.rest.len(),
        })
    }
}

/// Fields of fixed length that both headers have in the same order.
struct Common {
    version_needed: u16,
    flags: u16,
    method: u16,
    crc: u32,
    compressed_size: u32,
    size: u32,
    name_length: u16,
    extra_length: u16,
}

impl Common {
    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        let version_needed = fields.u16()?;
        let flags = fields.u16()?;
        let method = fields.u16()?;
        let _time_and_date = fields.u32()?;
        Some(Self {
            version_needed,
            flags,
            method,
            crc: fields.u32()?,
            compressed_size: fields.u32()?,
            size: fields.u32()?,
            name_length: fields.u16()?,
            extra_length: fields.u16()?,
        })
    }

    const fn header<'a>(&self, name: &'a [u8], extra: &'a [u8]) -> Header<'a> {
        Header {
            version_needed: self.version_needed,
            flags: self.flags,
            method: self.method,
            crc: self.crc,
            compressed_size: self.compressed_size,
            size: self.size,
            name,
            extra,
        }
    }
}

/// Reads the fields of a record one after the other.
pub(super) struct Fields<'a> {
    rest: &'a [u8],
}

impl<'a> Fields<'a> {
    /// The fields behind a signature; `None` if the record has another one.
    fn new(bytes: &'a [u8], signature: [u8; 4]) -> Option<Self> {
        let rest = bytes.strip_prefix(&signature)?;
        Some(Self { rest })
    }

    /// The fields of a record without a signature.
    pub(super) const fn without_signature(rest: &'a [u8]) -> Self {
        Self { rest }
    }

    /// The bytes that were not read.
    pub(super) const fn rest(&self) -> &'a [u8] {
        self.rest
    }

    pub(super) fn u16(&mut self) -> Option<u16> {
        self.array().map(u16::from_le_bytes)
    }

    pub(super) fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_le_bytes)
    }

    pub(super) fn bytes(&mut self, length: u16) -> Option<&'a [u8]> {
        let (bytes, rest) = self.rest.split_at_checked(usize::from(length))?;
        self.rest = rest;
        Some(bytes)
    }

    pub(super) fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (bytes, rest) = self.rest.split_first_chunk()?;
        self.rest = rest;
        Some(*bytes)
    }
}
