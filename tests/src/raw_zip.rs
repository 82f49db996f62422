//! Zips that are written field by field, so that any field may be wrong.

use std::io::Write as _;

use flate2::write::DeflateEncoder;
use flate2::{Compression, Crc};

/// A zip whose records are data. Fields that are `None` have the right value.
#[derive(Debug, Clone, Default)]
pub struct RawZip {
    /// Bytes before the first file, for which no offset accounts.
    pub prefix: Vec<u8>,
    /// The files and folders.
    pub entries: Vec<RawEntry>,
    /// Bytes between the last file and the central directory.
    pub before_directory: Vec<u8>,
    /// Bytes between the central directory and the end record.
    pub before_end: Vec<u8>,
    /// Number of this disk.
    pub disk: u16,
    /// Number of entries on this disk.
    pub entries_on_disk: Option<u16>,
    /// Number of all entries.
    pub entry_count: Option<u16>,
    /// Size of the central directory.
    pub directory_size: Option<u32>,
    /// Offset of the central directory.
    pub directory_offset: Option<u32>,
    /// Comment of the archive.
    pub comment: Vec<u8>,
    /// Bytes behind the end record.
    pub suffix: Vec<u8>,
}

/// A file or folder of a [`RawZip`].
#[derive(Debug, Clone)]
pub struct RawEntry {
    /// The header before the data; `None` for an entry that is only listed.
    pub local: Option<RawHeader>,
    /// The header in the central directory; `None` for an entry that is not listed.
    pub central: Option<RawHeader>,
    /// Bytes of the file, as they are in the archive.
    pub data: Vec<u8>,
    /// Record behind the data.
    pub descriptor: Vec<u8>,
    /// Bytes behind all records of the entry.
    pub suffix: Vec<u8>,
    /// Offset of the local header.
    pub offset: Option<u32>,
    /// Number of the disk with the local header.
    pub disk: u16,
    /// Mode of Unix in the upper half, and attributes of Windows in the lower half.
    pub attributes: u32,
    /// Comment of the entry.
    pub comment: Vec<u8>,
}

/// Fields that both headers of an entry have.
#[derive(Debug, Clone)]
pub struct RawHeader {
    /// Needed version of the format, times ten.
    pub version: u16,
    /// General purpose flags.
    pub flags: u16,
    /// Compression method.
    pub method: u16,
    /// CRC-32 of the contents.
    pub crc: u32,
    /// Size of the data.
    pub compressed_size: u32,
    /// Size of the contents.
    pub size: u32,
    /// Name of the file.
    pub name: Vec<u8>,
    /// Extra fields.
    pub extra: Vec<u8>,
}

impl RawZip {
    /// A zip of these entries, without errors.
    #[must_use]
    pub fn new(entries: Vec<RawEntry>) -> Self {
        Self {
            entries,
            ..Self::default()
        }
    }

    /// Adds an entry.
    pub fn push(&mut self, entry: RawEntry) {
        self.entries.push(entry);
    }

    /// The bytes of the zip.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        let mut bytes = self.prefix.clone();
        let mut directory = Vec::new();
        for entry in &self.entries {
            let offset = u32_of(bytes.len() - self.prefix.len());
            entry.write_local(&mut bytes);
            entry.write_central(&mut directory, offset);
        }
        bytes.extend(&self.before_directory);
        let directory_offset = u32_of(bytes.len() - self.prefix.len());
        let directory_size = u32_of(directory.len());
        let listed = self.entries.iter().filter(|entry| entry.central.is_some());
        let listed = u16::try_from(listed.count()).expect("few entries");
        bytes.extend(directory);
        bytes.extend(&self.before_end);
        bytes.extend(b"PK\x05\x06");
        let entry_count = self.entry_count.unwrap_or(listed);
        let on_disk = self.entries_on_disk.unwrap_or(entry_count);
        for field in [self.disk, self.disk, on_disk, entry_count] {
            bytes.extend(field.to_le_bytes());
        }
        bytes.extend(self.directory_size.unwrap_or(directory_size).to_le_bytes());
        bytes.extend(
            self.directory_offset
                .unwrap_or(directory_offset)
                .to_le_bytes(),
        );
        bytes.extend(u16_of(self.comment.len()).to_le_bytes());
        bytes.extend(&self.comment);
        bytes.extend(&self.suffix);
        bytes
    }
}

impl RawEntry {
    /// A file that is not compressed.
    #[must_use]
    pub fn stored(name: impl AsRef<[u8]>, contents: &[u8]) -> Self {
        Self::new(name.as_ref(), 0, contents, contents.to_vec())
    }

    /// A file that is compressed.
    #[must_use]
    pub fn deflated(name: impl AsRef<[u8]>, contents: &[u8]) -> Self {
        Self::new(name.as_ref(), 8, contents, deflate(contents))
    }

    /// A compressed file whose sizes follow its data.
    #[must_use]
    pub fn streamed(name: impl AsRef<[u8]>, contents: &[u8]) -> Self {
        let mut entry = Self::deflated(name, contents).with_headers(|header| header.flags |= 8);
        entry.descriptor = entry.right_descriptor();
        let local = entry.local();
        (local.crc, local.compressed_size, local.size) = (0, 0, 0);
        entry
    }

    fn new(name: &[u8], method: u16, contents: &[u8], data: Vec<u8>) -> Self {
        let header = RawHeader {
            version: 20,
            flags: 0,
            method,
            crc: crc(contents),
            compressed_size: u32_of(data.len()),
            size: u32_of(contents.len()),
            name: name.to_vec(),
            extra: Vec::new(),
        };
        Self {
            local: Some(header.clone()),
            central: Some(header),
            data,
            descriptor: Vec::new(),
            suffix: Vec::new(),
            offset: None,
            disk: 0,
            attributes: 0,
            comment: Vec::new(),
        }
    }

    /// Changes both headers.
    #[must_use]
    pub fn with_headers(mut self, change: impl Fn(&mut RawHeader)) -> Self {
        self.local.iter_mut().for_each(&change);
        self.central.iter_mut().for_each(&change);
        self
    }

    /// Sets the mode of Unix.
    #[must_use]
    pub const fn with_mode(mut self, mode: u32) -> Self {
        self.attributes |= mode << 16;
        self
    }

    /// Sets the attributes of Windows.
    #[must_use]
    pub const fn with_attributes(mut self, attributes: u32) -> Self {
        self.attributes |= attributes;
        self
    }

    /// The header before the data.
    ///
    /// # Panics
    ///
    /// When there is none.
    pub fn local(&mut self) -> &mut RawHeader {
        self.local.as_mut().expect("a local header")
    }

    /// The header in the central directory.
    ///
    /// # Panics
    ///
    /// When there is none.
    pub fn central(&mut self) -> &mut RawHeader {
        self.central.as_mut().expect("a central header")
    }

    /// The descriptor with the numbers of the central header.
    #[must_use]
    pub fn right_descriptor(&self) -> Vec<u8> {
        let header = self.central.as_ref().expect("a central header");
        descriptor(header.crc, header.compressed_size, header.size)
    }

    /// The local header, the data and what follows.
    pub fn write_local(&self, bytes: &mut Vec<u8>) {
        if let Some(header) = &self.local {
            bytes.extend(b"PK\x03\x04");
            header.write(bytes);
            bytes.extend(&header.name);
            bytes.extend(&header.extra);
        }
        bytes.extend(&self.data);
        bytes.extend(&self.descriptor);
        bytes.extend(&self.suffix);
    }

    fn write_central(&self, bytes: &mut Vec<u8>, offset: u32) {
        let Some(header) = &self.central else {
            return;
        };
        bytes.extend(b"PK\x01\x02");
        // Made on Unix.
        bytes.extend(0x0314_u16.to_le_bytes());
        header.write(bytes);
        bytes.extend(u16_of(self.comment.len()).to_le_bytes());
        bytes.extend(self.disk.to_le_bytes());
        bytes.extend([0, 0]);
        bytes.extend(self.attributes.to_le_bytes());
        bytes.extend(self.offset.unwrap_or(offset).to_le_bytes());
        bytes.extend(&header.name);
        bytes.extend(&header.extra);
        bytes.extend(&self.comment);
    }
}

impl RawHeader {
    /// The fields of fixed length, from the needed version to the length of the extra fields.
    fn write(&self, bytes: &mut Vec<u8>) {
        for field in [self.version, self.flags, self.method, 0, 0x21] {
            bytes.extend(field.to_le_bytes());
        }
        for field in [self.crc, self.compressed_size, self.size] {
            bytes.extend(field.to_le_bytes());
        }
        bytes.extend(u16_of(self.name.len()).to_le_bytes());
        bytes.extend(u16_of(self.extra.len()).to_le_bytes());
    }
}

/// A data descriptor.
#[must_use]
pub fn descriptor(crc: u32, compressed_size: u32, size: u32) -> Vec<u8> {
    let mut bytes = b"PK\x07\x08".to_vec();
    for field in [crc, compressed_size, size] {
        bytes.extend(field.to_le_bytes());
    }
    bytes
}

/// An extra field.
#[must_use]
pub fn extra_field(id: u16, data: &[u8]) -> Vec<u8> {
    [&id.to_le_bytes(), &u16_of(data.len()).to_le_bytes(), data].concat()
}

/// The extra field with another name for the file `name`.
#[must_use]
pub fn unicode_path(name: &[u8], other: &str) -> Vec<u8> {
    let data = [&[1], &crc(name).to_le_bytes()[..], other.as_bytes()].concat();
    extra_field(0x7075, &data)
}

/// Data that inflates to these contents.
#[must_use]
pub fn deflate(contents: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(contents).expect("memory");
    encoder.finish().expect("memory")
}

fn crc(contents: &[u8]) -> u32 {
    let mut crc = Crc::new();
    crc.update(contents);
    crc.sum()
}

fn u16_of(number: usize) -> u16 {
    number.try_into().expect("a small number")
}

fn u32_of(number: usize) -> u32 {
    number.try_into().expect("a small number")
}
