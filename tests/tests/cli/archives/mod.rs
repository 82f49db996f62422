//! `cargo stratos check bundle.zip`: hostile archives are refused by name, honest ones are read as other libraries read
//! them.

mod command;
mod entry_cases;
mod honest;
mod hostile;
mod mutations;
mod name_cases;
mod other_readers;
mod structure_cases;

use stratos_tests::{ICON, MANIFEST, RawEntry, RawZip};

/// A hostile archive.
struct Case {
    name: &'static str,
    bytes: Vec<u8>,
    /// Name of an error of the check, or of a warning with the prefix `warning:`.
    expected: &'static str,
}

/// A case that changes one thing in [`good`].
fn case(name: &'static str, expected: &'static str, change: impl FnOnce(&mut RawZip)) -> Case {
    let mut zip = good();
    change(&mut zip);
    Case {
        name,
        bytes: zip.bytes(),
        expected,
    }
}

/// A case that adds an entry to [`good`].
fn entry(name: &'static str, expected: &'static str, entry: RawEntry) -> Case {
    case(name, expected, |zip| zip.push(entry))
}

/// Entry of [`good`] that is not compressed.
const STORED: usize = 1;
/// Entry of [`good`] that is compressed.
const DEFLATED: usize = 2;
/// Entry of [`good`] whose sizes follow its data.
const STREAMED: usize = 3;

const UI: &str = "export default function Plugin() { return null; }\n";

/// A bundle without findings, with each kind of entry.
fn good() -> RawZip {
    RawZip::new(vec![
        RawEntry::deflated("plugin.json", MANIFEST.as_bytes()).with_mode(0o100_644),
        RawEntry::stored("assets/icon.svg", ICON.as_bytes()).with_mode(0o100_644),
        RawEntry::deflated("ui/index.js", UI.as_bytes()),
        RawEntry::streamed("ui/style.css", b"body { margin: 0; margin: 0; margin: 0; }"),
        RawEntry::stored("ui/", b"")
            .with_mode(0o040_755)
            .with_attributes(0x10),
    ])
}
