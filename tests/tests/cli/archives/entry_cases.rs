//! Archives with entries of unknown or hostile kinds, and with wrong contents.

use stratos_tests::{RawEntry, RawZip, deflate, extra_field, unicode_path};

use super::{Case, STORED, case, entry, good};

pub fn cases() -> Vec<Case> {
    [
        kinds(),
        encryption(),
        methods(),
        extra_fields(),
        wrong_contents(),
        bombs(),
        contents_of_a_bundle(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn kinds() -> Vec<Case> {
    let file = || RawEntry::stored("assets/a", b"../../up");
    vec![
        entry("symbolic link", "link", file().with_mode(0o120_777)),
        entry(
            "symbolic link to a folder",
            "link",
            RawEntry::stored("assets/a/", b"").with_mode(0o120_777),
        ),
        entry("reparse point", "link", file().with_attributes(0x400)),
        entry(
            "character device",
            "special-file",
            file().with_mode(0o020_666),
        ),
        entry("block device", "special-file", file().with_mode(0o060_666)),
        entry("pipe", "special-file", file().with_mode(0o010_666)),
        entry("socket", "special-file", file().with_mode(0o140_666)),
        entry("unknown type", "special-file", file().with_mode(0o150_666)),
        entry("setuid", "special-mode", file().with_mode(0o104_777)),
        entry("label of a disk", "special-file", file().with_attributes(8)),
        entry(
            "file with the mode of a folder",
            "file-or-folder",
            file().with_mode(0o040_755),
        ),
        entry(
            "file with the attribute of a folder",
            "file-or-folder",
            file().with_attributes(0x10),
        ),
        entry(
            "folder with the mode of a file",
            "file-or-folder",
            RawEntry::stored("assets/", b"").with_mode(0o100_644),
        ),
        entry(
            "folder with contents",
            "file-or-folder",
            RawEntry::stored("assets/", b"hidden"),
        ),
    ]
}

fn encryption() -> Vec<Case> {
    let flags = |flags: u16| {
        RawEntry::stored("assets/a", b"abc").with_headers(|header| header.flags = flags)
    };
    vec![
        entry("encrypted", "encrypted", flags(1)),
        entry("strongly encrypted", "encrypted", flags(1 << 6 | 1)),
        entry("encrypted headers", "encrypted", flags(1 << 13)),
        entry(
            "encrypted with AES",
            "encrypted",
            flags(1).with_headers(|header| {
                header.method = 99;
                header.extra = extra_field(0x9901, b"\x02\0AE\x03\x08\0");
            }),
        ),
        entry(
            "field of AES without the flag",
            "encrypted",
            flags(0).with_headers(|header| {
                header.extra = extra_field(0x9901, b"\x02\0AE\x03\x08\0");
            }),
        ),
        entry("patched data", "unknown-flag", flags(1 << 5)),
        entry("reserved flag", "unknown-flag", flags(1 << 15)),
    ]
}

fn methods() -> Vec<Case> {
    let method = |name, method: u16| {
        let entry_with_method = RawEntry::stored("assets/a", b"abc");
        entry(
            name,
            "unsupported-method",
            entry_with_method.with_headers(|header| header.method = method),
        )
    };
    vec![
        method("method shrink", 1),
        method("method implode", 6),
        method("method deflate64", 9),
        method("method bzip2", 12),
        method("method LZMA", 14),
        method("method Zstandard", 93),
        method("method XZ", 95),
        method("unknown method", 0x1234),
        entry(
            "version of LZMA",
            "unsupported-version",
            RawEntry::stored("assets/a", b"abc").with_headers(|header| header.version = 63),
        ),
    ]
}

fn extra_fields() -> Vec<Case> {
    let with = |extra: Vec<u8>| {
        RawEntry::stored("assets/a", b"abc").with_headers(|header| header.extra = extra.clone())
    };
    vec![
        entry(
            "Unicode path with another name",
            "two-names",
            with(unicode_path(b"assets/a", "../up")),
        ),
        entry(
            "Unicode path of another name",
            "two-names",
            with(unicode_path(b"assets/b", "assets/a")),
        ),
        entry(
            "empty Unicode path",
            "two-names",
            with(extra_field(0x7075, b"")),
        ),
        case("Unicode path in one header only", "two-names", |zip| {
            zip.entries[STORED].local().extra = unicode_path(b"assets/icon.svg", "a");
        }),
        entry(
            "extra field with the target of a link",
            "unknown-extra-field",
            with(extra_field(0x756e, b"\0\0\0\0\xff\xa1\x02\0\0\0\0\0\0\0up")),
        ),
        entry(
            "unknown extra field",
            "unknown-extra-field",
            with(extra_field(0x4242, b"abc")),
        ),
        entry(
            "extra field that is too long",
            "damaged-extra-field",
            with(b"UT\xff\0abc".to_vec()),
        ),
        entry(
            "extra field that is cut",
            "damaged-extra-field",
            with(b"UT\0".to_vec()),
        ),
    ]
}

fn wrong_contents() -> Vec<Case> {
    let change = |name, expected, change: fn(&mut RawEntry)| {
        let mut changed = RawEntry::deflated("assets/a", &b"contents ".repeat(100));
        change(&mut changed);
        let size = u32::try_from(changed.data.len()).unwrap();
        let changed = changed.with_headers(|header| header.compressed_size = size);
        entry(name, expected, changed)
    };
    vec![
        change("wrong checksum", "wrong-checksum", |entry| {
            *entry = entry.clone().with_headers(|header| header.crc ^= 1);
        }),
        case("wrong checksum of a stored file", "wrong-checksum", |zip| {
            zip.entries[STORED].data[0] ^= 1;
        }),
        change("larger than stated", "wrong-size", |entry| {
            *entry = entry.clone().with_headers(|header| header.size -= 1);
        }),
        change("larger than no bytes", "wrong-size", |entry| {
            *entry = entry.clone().with_headers(|header| header.size = 0);
        }),
        change("smaller than stated", "wrong-size", |entry| {
            *entry = entry.clone().with_headers(|header| header.size += 1);
        }),
        change(
            "bytes behind the compressed data",
            "hidden-bytes",
            |entry| {
                entry.data.extend(b"hidden");
            },
        ),
        change("two compressed streams", "hidden-bytes", |entry| {
            entry.data.extend(deflate(b"hidden"));
        }),
        change("cut compressed data", "damaged-data", |entry| {
            entry.data.pop();
        }),
        change("unknown block of deflate", "damaged-data", |entry| {
            entry.data = vec![0b111];
        }),
        change("no compressed data", "damaged-data", |entry| {
            entry.data.clear();
        }),
        entry("stored file of another size", "wrong-size", {
            let file = RawEntry::stored("assets/a", b"abc");
            file.with_headers(|header| header.size = 4)
        }),
    ]
}

fn bombs() -> Vec<Case> {
    const MIB: usize = 1024 * 1024;
    let many = (0..10_001).map(|number| RawEntry::stored(format!("assets/{number}"), b""));
    // Contents that deflate packs a hundredfold.
    let packed = deflate(&vec![0; MIB]);
    let stated = RawEntry::deflated("assets/a", &vec![0; MIB]).with_headers(|header| {
        header.size = 0xf000_0000;
    });
    vec![
        entry(
            "bomb of one file",
            "compression-ratio",
            RawEntry::deflated("assets/a", &vec![0; 16 * MIB]),
        ),
        entry("bomb of almost 4 GiB", "bundle-too-large", stated),
        case("bomb of many files", "bundle-too-large", |zip| {
            for number in 0..257 {
                let mut part = RawEntry::stored(format!("assets/{number}"), b"");
                part.data.clone_from(&packed);
                zip.push(part.with_headers(|header| {
                    header.method = 8;
                    header.size = 1024 * 1024;
                    header.compressed_size = u32::try_from(packed.len()).unwrap();
                }));
            }
        }),
        Case {
            name: "10,001 files",
            bytes: RawZip::new(many.collect()).bytes(),
            expected: "too-many-files",
        },
        Case {
            name: "more than 100 MiB",
            bytes: vec![b'P'; 100 * MIB + 1],
            expected: "zip-too-large",
        },
    ]
}

/// Archives that every library reads in the same way, and that are no bundle.
fn contents_of_a_bundle() -> Vec<Case> {
    let nested = |folder: &str| {
        let entries = good().entries.into_iter().map(|entry| {
            entry.with_headers(|header| {
                header.name.splice(0..0, folder.bytes());
            })
        });
        RawZip::new(entries.collect()).bytes()
    };
    vec![
        Case {
            name: "a folder with the plugin in it",
            bytes: nested("my-plugin/"),
            expected: "missing-manifest",
        },
        case("no manifest", "missing-manifest", |zip| {
            zip.entries.remove(0);
        }),
        case("manifest with errors", "not-json", |zip| {
            zip.entries[0] = RawEntry::stored("plugin.json", b"{");
        }),
        entry(
            "environment variables",
            "env-file",
            RawEntry::stored(".env", b"TOKEN=1"),
        ),
        entry(
            "environment variables in upper case",
            "env-file",
            RawEntry::stored("ui/.ENV", b"TOKEN=1"),
        ),
        entry(
            "program in a folder in upper case",
            "misplaced-program",
            RawEntry::stored("Background/Bin/win32-x64/demo.exe", b"text"),
        ),
        case("an error behind a thousand warnings", "env-file", |zip| {
            for number in 0..1001 {
                zip.push(RawEntry::stored(format!("a%20{number}"), b""));
            }
            zip.push(RawEntry::stored("ui/.env", b"TOKEN=1"));
        }),
        entry(
            "files of Finder",
            "warning:system-file",
            RawEntry::stored("__MACOSX/._plugin.json", b"\0\x05\x16\x07"),
        ),
        entry(
            "folder settings of macOS",
            "warning:system-file",
            RawEntry::stored("ui/.DS_Store", b"\0\0\0\x01Bud1"),
        ),
        case("program with another name", "missing-program", |zip| {
            zip.push(RawEntry::stored(
                "background/bin/win32-x64/other.exe",
                b"MZ",
            ));
        }),
        case("text for a program", "not-a-program", |zip| {
            zip.push(RawEntry::stored(
                "background/bin/win32-x64/demo.exe",
                b"text",
            ));
        }),
    ]
}
