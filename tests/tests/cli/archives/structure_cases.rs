//! Archives whose records contradict each other, or that have bytes outside of all records.

use stratos_tests::{MANIFEST, RawEntry, RawHeader, RawZip, descriptor};

use super::{Case, DEFLATED, STORED, STREAMED, case, entry, good};

pub fn cases() -> Vec<Case> {
    [
        header_mismatches(),
        data_descriptors(),
        hidden_bytes(),
        end_records(),
        several_archives(),
        zip64(),
        overlaps(),
        truncated(),
        other_formats(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn header_mismatches() -> Vec<Case> {
    let local = |name, change: fn(&mut RawHeader)| {
        case(name, "header-mismatch", |zip| {
            change(zip.entries[DEFLATED].local());
        })
    };
    vec![
        local("local name differs", |header| {
            header.name = b"ui/other.js".to_vec();
        }),
        local("local name has another length", |header| {
            header.name = b"ui/index.jsx".to_vec();
        }),
        local("local flags differ", |header| header.flags = 2),
        local("local UTF-8 flag differs", |header| header.flags = 1 << 11),
        local("local method differs", |header| header.method = 0),
        local("local version differs", |header| header.version = 10),
        local("local checksum differs", |header| header.crc ^= 1),
        local("local compressed size differs", |header| {
            header.compressed_size -= 1;
        }),
        local("local size differs", |header| header.size += 1),
        case(
            "local numbers are zero without a descriptor",
            "header-mismatch",
            |zip| {
                let local = zip.entries[DEFLATED].local();
                (local.crc, local.compressed_size, local.size) = (0, 0, 0);
            },
        ),
    ]
}

fn data_descriptors() -> Vec<Case> {
    let wrong = |name, change: fn(&mut RawEntry)| {
        case(name, "wrong-descriptor", |zip| {
            change(&mut zip.entries[STREAMED]);
        })
    };
    vec![
        wrong("descriptor with another checksum", |entry| {
            entry.descriptor[4] ^= 1;
        }),
        wrong("descriptor with another compressed size", |entry| {
            entry.descriptor[8] ^= 1;
        }),
        wrong("descriptor with another size", |entry| {
            entry.descriptor[12] ^= 1;
        }),
        wrong("descriptor without a signature", |entry| {
            entry.descriptor.drain(..4);
        }),
        wrong("descriptor with 64-bit sizes", |entry| {
            entry.descriptor.splice(12..12, [0; 4]);
            entry.descriptor.extend([0; 4]);
        }),
        wrong("descriptor is missing", |entry| entry.descriptor.clear()),
        case("descriptor without its flag", "hidden-bytes", |zip| {
            let entry = &mut zip.entries[DEFLATED];
            entry.descriptor = entry.right_descriptor();
        }),
        case(
            "descriptor differs from the local sizes",
            "header-mismatch",
            |zip| {
                zip.entries[STREAMED].local().size = 1;
            },
        ),
        case(
            "descriptor in the data of a stored file",
            "stored-with-descriptor",
            |zip| {
                let nested = [descriptor(0, 0, 0), good().bytes()].concat();
                let entry = RawEntry::stored("assets/a", &nested);
                let mut entry = entry.with_headers(|header| header.flags |= 8);
                entry.descriptor = entry.right_descriptor();
                zip.push(entry);
            },
        ),
    ]
}

fn hidden_bytes() -> Vec<Case> {
    vec![
        case("script before the archive", "hidden-bytes", |zip| {
            let mut unlisted = RawEntry::stored("", b"#!/bin/sh");
            (unlisted.local, unlisted.central) = (None, None);
            zip.entries.insert(0, unlisted);
        }),
        case(
            "prefix for which no offset accounts",
            "wrong-directory",
            |zip| {
                zip.prefix = b"MZ program".to_vec();
            },
        ),
        case("bytes between two files", "hidden-bytes", |zip| {
            zip.entries[STORED].suffix = b"hidden".to_vec();
        }),
        case("bytes before the directory", "hidden-bytes", |zip| {
            zip.before_directory = b"hidden".to_vec();
        }),
        case("bytes before the end record", "wrong-directory", |zip| {
            zip.before_end = b"hidden".to_vec();
        }),
        case("bytes behind the archive", "hidden-bytes", |zip| {
            zip.suffix = b"hidden".to_vec();
        }),
        case("one byte behind the archive", "hidden-bytes", |zip| {
            zip.suffix = vec![0];
        }),
        case("unlisted file at the end", "unlisted-file", |zip| {
            let mut entry = RawEntry::stored("hidden.js", b"hidden");
            entry.central = None;
            zip.push(entry);
        }),
        case("unlisted file at the start", "unlisted-file", |zip| {
            let mut entry = RawEntry::stored("plugin.json", b"{}");
            entry.central = None;
            zip.entries.insert(0, entry);
        }),
        case("listed file without a header", "no-local-header", |zip| {
            let mut entry = RawEntry::stored("ghost.js", b"");
            entry.local = None;
            zip.push(entry);
        }),
        case(
            "offset behind the end of the archive",
            "no-local-header",
            |zip| {
                zip.entries[DEFLATED].offset = Some(0x7fff_ffff);
            },
        ),
        case(
            "offset into the middle of a file",
            "overlapping-files",
            |zip| {
                zip.entries[STORED].offset = Some(1);
            },
        ),
    ]
}

fn end_records() -> Vec<Case> {
    vec![
        case("end record counts fewer files", "wrong-directory", |zip| {
            zip.entry_count = Some(4);
        }),
        case("end record counts more files", "wrong-directory", |zip| {
            zip.entry_count = Some(6);
        }),
        case("end record counts no files", "empty-archive", |zip| {
            zip.entry_count = Some(0);
        }),
        case("no files", "empty-archive", |zip| zip.entries.clear()),
        case(
            "directory is shorter than stated",
            "wrong-directory",
            |zip| {
                zip.directory_size = Some(1000);
            },
        ),
        case("directory begins earlier", "wrong-directory", |zip| {
            zip.directory_offset = Some(7);
        }),
        case(
            "directory begins and ends elsewhere",
            "damaged-directory",
            |zip| {
                let length = u32::try_from(zip.bytes().len()).unwrap() - 22;
                (zip.directory_offset, zip.directory_size) = (Some(0), Some(length));
            },
        ),
        case("part of a split archive", "split-archive", |zip| {
            zip.disk = 1;
        }),
        case("files on several disks", "split-archive", |zip| {
            zip.entries_on_disk = Some(4);
        }),
        case("file on another disk", "split-archive", |zip| {
            zip.entries[STORED].disk = 1;
        }),
        case("comment of the archive", "comment", |zip| {
            zip.comment = b"hello".to_vec();
        }),
        case("comment of a file", "comment", |zip| {
            zip.entries[STORED].comment = b"hello".to_vec();
        }),
    ]
}

/// Archives in which a reader that searches for records may find others.
fn several_archives() -> Vec<Case> {
    let other = RawZip::new(vec![RawEntry::stored("plugin.json", MANIFEST.as_bytes())]);
    let joined = [other.bytes(), good().bytes()].concat();
    vec![
        Case {
            name: "two archives, joined",
            bytes: joined,
            expected: "wrong-directory",
        },
        case("archive in the comment", "wrong-directory", |zip| {
            zip.comment = other.bytes();
        }),
        case("end record in the comment", "empty-archive", |zip| {
            zip.comment = end_record(0, 0, 0);
        }),
        case("end record twice", "wrong-directory", |zip| {
            let bytes = zip.bytes();
            zip.suffix = bytes[bytes.len() - 22..].to_vec();
        }),
        case("end record that hides the comment", "hidden-bytes", |zip| {
            zip.comment = [end_record(0, 0, 0), b"!".to_vec()].concat();
        }),
        case(
            "archive between files and directory",
            "unlisted-file",
            |zip| {
                zip.before_directory = other.bytes();
            },
        ),
        case(
            "comment whose archive accounts for all bytes",
            "unlisted-file",
            |zip| {
                // The outer directory becomes bytes before the inner one, whose offsets are absolute.
                let start = zip.bytes().len();
                let mut inner = other.clone();
                inner.entries[0].offset = Some(u32::try_from(start).unwrap());
                let inner_bytes = inner.bytes();
                let directory = inner_bytes
                    .windows(4)
                    .position(|window| window == b"PK\x01\x02");
                let offset = start + directory.unwrap();
                inner.directory_offset = Some(u32::try_from(offset).unwrap());
                zip.comment = inner.bytes();
            },
        ),
    ]
}

fn end_record(entries: u16, size: u32, offset: u32) -> Vec<u8> {
    let zip = RawZip {
        entry_count: Some(entries),
        directory_size: Some(size),
        directory_offset: Some(offset),
        ..RawZip::default()
    };
    zip.bytes()
}

fn zip64() -> Vec<Case> {
    let sizes =
        |size: u64| stratos_tests::extra_field(1, &[size, size].map(u64::to_le_bytes).concat());
    let locator = [&b"PK\x06\x07"[..], &[0; 16]].concat();
    vec![
        entry(
            "zip64 sizes in both headers",
            "zip64",
            RawEntry::stored("a", b"abc").with_headers(|header| header.extra = sizes(3)),
        ),
        case("zip64 sizes in the local header", "zip64", |zip| {
            zip.entries[STORED].local().extra = sizes(1);
        }),
        case("zip64 sizes in the directory", "zip64", |zip| {
            zip.entries[STORED].central().extra = sizes(1);
        }),
        case("zip64 replaces the sizes", "zip64", |zip| {
            let entry = zip.entries.remove(STORED).with_headers(|header| {
                let size = u64::from(header.size);
                header.extra = sizes(size);
                (header.size, header.compressed_size) = (u32::MAX, u32::MAX);
            });
            zip.push(entry);
        }),
        case("zip64 replaces the local sizes", "zip64", |zip| {
            let local = zip.entries[STORED].local();
            (local.size, local.compressed_size) = (u32::MAX, u32::MAX);
        }),
        case("zip64 replaces the offset", "zip64", |zip| {
            zip.entries[STORED].offset = Some(u32::MAX);
        }),
        case("zip64 locator before the end record", "zip64", |zip| {
            zip.before_end = locator;
        }),
        case("zip64 locator in a comment", "zip64", |zip| {
            let last = zip.entries.last_mut().unwrap();
            last.comment = [&b"PK\x06\x07"[..], &[0; 16]].concat();
        }),
        case("zip64 replaces the number of files", "zip64", |zip| {
            zip.entry_count = Some(u16::MAX);
        }),
        case("zip64 replaces the directory's offset", "zip64", |zip| {
            zip.directory_offset = Some(u32::MAX);
        }),
    ]
}

fn overlaps() -> Vec<Case> {
    let last_local = |zip: &RawZip| {
        let bytes = zip.bytes();
        let directory = bytes.windows(4).position(|window| window == b"PK\x01\x02");
        u32::try_from(directory.unwrap()).unwrap()
    };
    vec![
        case("two names for one file", "overlapping-files", |zip| {
            let offset = last_local(zip);
            zip.push(RawEntry::deflated("a", &[0; 5000]));
            for name in ["b", "c", "d"] {
                let mut entry = RawEntry::deflated(name, &[0; 5000]);
                (entry.local, entry.offset) = (None, Some(offset));
                entry.data.clear();
                zip.push(entry);
            }
        }),
        case(
            "file that quotes the next file",
            "overlapping-files",
            |zip| {
                // A stored block of deflate whose contents are the next local header: the kernel is shared by both.
                let kernel = RawEntry::deflated("b", &[0; 5000]);
                let mut quoted = Vec::new();
                kernel.write_local(&mut quoted);
                let header_length = quoted.len() - kernel.data.len();
                let length = u16::try_from(header_length).unwrap();
                let block = [&[0][..], &length.to_le_bytes(), &(!length).to_le_bytes()].concat();
                let contents = [&quoted[..header_length], &[0; 5000]].concat();
                let mut entry = RawEntry::deflated("a", &contents);
                let size = u32::try_from(block.len() + quoted.len()).unwrap();
                entry = entry.with_headers(|header| header.compressed_size = size);
                entry.data = block;
                zip.push(entry);
                zip.push(kernel);
            },
        ),
        case(
            "file that reaches into the directory",
            "overlapping-files",
            |zip| {
                let last = zip.entries.pop().unwrap();
                zip.push(last.with_headers(|header| {
                    (header.size, header.compressed_size) = (9, 9);
                }));
            },
        ),
        case("file that is listed twice", "duplicate-name", |zip| {
            let mut again = zip.entries[STORED].clone();
            again.offset = Some(0);
            (again.local, again.data) = (None, Vec::new());
            zip.push(again);
        }),
    ]
}

fn truncated() -> Vec<Case> {
    let bytes = good().bytes();
    let find = |signature: &[u8]| {
        let at = bytes.windows(4).position(|window| window == signature);
        at.expect("the record")
    };
    let directory = find(b"PK\x01\x02");
    let cut = |name, length: usize| Case {
        name,
        bytes: bytes[..length].to_vec(),
        expected: "truncated",
    };
    vec![
        cut("cut in the first header", 20),
        cut("cut in a name", 35),
        cut("cut in the data", 100),
        cut("cut in a descriptor", find(b"PK\x07\x08") + 8),
        cut("cut before the directory", directory),
        cut("cut in the directory", directory + 30),
        cut("cut before the end record", bytes.len() - 22),
        cut("cut in the end record", bytes.len() - 4),
        case("cut in the comment", "truncated", |zip| {
            zip.comment = vec![b'x'; 40];
        })
        .cut(10),
    ]
}

impl Case {
    /// The case without its last bytes.
    fn cut(mut self, bytes: usize) -> Self {
        self.bytes.truncate(self.bytes.len() - bytes);
        self
    }
}

fn other_formats() -> Vec<Case> {
    let format = |name, bytes: &[u8]| Case {
        name,
        bytes: bytes.to_vec(),
        expected: "not-a-zip",
    };
    vec![
        format("empty file", b""),
        format("two letters", b"PK"),
        format("manifest", MANIFEST.as_bytes()),
        format("gzip", b"\x1f\x8b\x08\0\0\0\0\0\0\x03"),
        format("7-Zip", b"7z\xbc\xaf\x27\x1c\0\x04"),
        format("RAR", b"Rar!\x1a\x07\x01\0"),
        format("zeros", &[0; 4096]),
        Case {
            name: "PDF that is a zip",
            bytes: {
                let mut zip = good();
                zip.prefix = b"%PDF-1.7\n".to_vec();
                zip.bytes()
            },
            expected: "wrong-directory",
        },
    ]
}
