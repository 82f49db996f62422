//! Archives with names that leave the folder, that not every system can have, or that name one file twice.

use stratos_tests::{RawEntry, unicode_path};

use super::{Case, case, entry};

/// Flag of a name in UTF-8.
const UTF8: u16 = 1 << 11;

pub fn cases() -> Vec<Case> {
    let one = |(name, expected, path): (&'static str, &'static str, &[u8])| {
        entry(name, expected, utf8(path))
    };
    let names = UNSAFE.iter().chain(UNPORTABLE).copied().map(one);
    names.chain(encodings()).chain(twins()).collect()
}

fn utf8(path: &[u8]) -> RawEntry {
    RawEntry::stored(path, b"").with_headers(|header| header.flags = UTF8)
}

type Name = (&'static str, &'static str, &'static [u8]);

const UNSAFE: &[Name] = &[
    ("path to the parent", "unsafe-path", b"../up"),
    (
        "path through a folder to the parent",
        "unsafe-path",
        b"ui/../../up",
    ),
    ("parent itself", "unsafe-path", b".."),
    ("folder of the parent", "unsafe-path", b"../"),
    ("absolute path", "unsafe-path", b"/etc/passwd"),
    ("two slashes", "unsafe-path", b"//host/share/a"),
    (
        "path of a server of Windows",
        "unsafe-path",
        b"\\\\host\\share\\a",
    ),
    ("path with backslashes", "unsafe-path", b"ui\\index.css"),
    (
        "path to the parent with backslashes",
        "unsafe-path",
        b"..\\..\\up",
    ),
    ("empty name", "unsafe-path", b""),
    ("name of the root", "unsafe-path", b"/"),
    ("current folder", "unsafe-path", b"."),
    ("path from the current folder", "unsafe-path", b"./a"),
    ("empty segment", "unsafe-path", b"ui//a"),
    ("NUL", "control-character", b"a.js\0.txt"),
    ("line break", "control-character", b"a\nb"),
    ("escape sequence", "control-character", b"\x1b[31ma"),
    (
        "right-to-left mark",
        "control-character",
        "a\u{202e}sj.exe".as_bytes(),
    ),
    ("isolate", "control-character", "a\u{2066}b".as_bytes()),
    (
        "zero-width space",
        "control-character",
        "a\u{200b}".as_bytes(),
    ),
    (
        "byte order mark",
        "control-character",
        "\u{feff}a".as_bytes(),
    ),
    ("soft hyphen", "control-character", "a\u{ad}b".as_bytes()),
    (
        "C1 control character",
        "control-character",
        "a\u{9b}b".as_bytes(),
    ),
    ("path of 151 characters", "path-too-long", &[b'a'; 151]),
    ("path of 60,000 bytes", "path-too-long", &[b'a'; 60_000]),
    ("60,000 folders", "unsafe-path", &[b'/'; 60_000]),
];

const UNPORTABLE: &[Name] = &[
    ("drive letter", "unportable-name", b"C:/windows"),
    ("file on a drive", "unportable-name", b"C:a"),
    ("device", "unportable-name", b"con"),
    ("device with an extension", "unportable-name", b"ui/aux.js"),
    ("empty folder of a device", "unportable-name", b"nul/"),
    (
        "file in the folder of a device",
        "unportable-name",
        b"com1/a",
    ),
    ("alternate data stream", "unportable-name", b"ui/a:b"),
    ("data stream of a file", "unportable-name", b"a::$DATA"),
    ("dot at the end", "unportable-name", b"plugin.json."),
    ("space at the end", "unportable-name", b"plugin.json "),
    ("dots only", "unportable-name", b".../a"),
    ("question mark", "unportable-name", b"a?"),
    ("pipe character", "unportable-name", b"a|b"),
    ("quotes", "unportable-name", b"a\"b"),
];

fn encodings() -> Vec<Case> {
    let raw = |path: &[u8], flags: u16| {
        RawEntry::stored(path, b"").with_headers(|header| header.flags = flags)
    };
    let name = "name-encoding";
    vec![
        entry("Latin-1", name, raw(b"a\xe9", 0)),
        entry("code page 437", name, raw(b"a\x82", 0)),
        entry("Shift JIS", name, raw(b"\x93\xfa\x96{", 0)),
        entry("UTF-8 without its flag", name, raw("é".as_bytes(), 0)),
        entry("Latin-1 with the flag of UTF-8", name, raw(b"a\xe9", UTF8)),
        entry("overlong slash", name, raw(b"..\xc0\xafup", UTF8)),
        entry(
            "half of a surrogate pair",
            name,
            raw(b"a\xed\xa0\x80", UTF8),
        ),
        entry(
            "Unicode path of a name without the flag",
            name,
            raw("é".as_bytes(), 0)
                .with_headers(|header| header.extra = unicode_path("é".as_bytes(), "é")),
        ),
    ]
}

fn twins() -> Vec<Case> {
    let both = |name, expected, [first, second]: [&str; 2]| {
        case(name, expected, |zip| {
            zip.push(utf8(first.as_bytes()));
            zip.push(utf8(second.as_bytes()));
        })
    };
    let clash = "name-clash";
    vec![
        both("one name twice", "duplicate-name", ["a", "a"]),
        both("one folder twice", "duplicate-name", ["a/", "a/"]),
        both("a file and an empty folder", "duplicate-name", ["a", "a/"]),
        both("manifest twice", "duplicate-name", ["plugin.json", "b"]),
        both("a file that is also a folder", clash, ["a", "a/b"]),
        both("upper and lower case", clash, ["a.svg", "A.svg"]),
        both("manifest in upper case", clash, ["Plugin.json", "b"]),
        both("folders in upper and lower case", clash, ["a/b", "A/c"]),
        both("empty folder in upper case", clash, ["a", "A/"]),
        both("composed and decomposed", clash, ["é", "e\u{301}"]),
        both("Kelvin sign and letter", clash, ["\u{212a}", "k"]),
        both("sharp s in capitals", clash, ["ẞ", "ß"]),
        both("final sigma", clash, ["ς", "σ"]),
    ]
}
