//! Archives that common programs write are accepted.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Cursor, Write as _};
use std::path::Path;

use stratos_bundle::{Bundle, Zip, read_archive};
use stratos_tests::{ICON, MANIFEST, RawEntry, Requirement, extra_field, folder, unicode_path};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::other_readers::assert_same_files;
use super::{DEFLATED, STORED, UI, good};

const FILES: [(&str, &str); 4] = [
    ("plugin.json", MANIFEST),
    ("assets/icon.svg", ICON),
    ("ui/index.js", UI),
    ("ui/empty.css", ""),
];

/// Writes a zip with folders and files to each file that is named: compressed, stored, and as a stream.
const PYTHON: &str = r#"
import os, sys, zipfile
class Pipe:
    def __init__(self, file): self.file = file
    def write(self, data): return self.file.write(data)
    def flush(self): self.file.flush()
def write(file, method):
    with zipfile.ZipFile(file, "w", method) as archive:
        for folder, _, names in os.walk("."):
            if folder != ".": archive.write(folder)
            for name in names: archive.write(os.path.join(folder, name))
write(sys.argv[1], zipfile.ZIP_DEFLATED)
write(sys.argv[2], zipfile.ZIP_STORED)
with open(sys.argv[3], "wb") as file: write(Pipe(file), zipfile.ZIP_DEFLATED)
"#;

#[test]
fn archives_of_cargo_stratos_pack_are_accepted() {
    let files = FILES.map(|(name, text)| (name.to_owned(), text.as_bytes().to_vec()));
    let mut bundle = Bundle {
        files: files.into_iter().collect(),
    };
    let umlaut = "assets/Flüge 日本 🛩.svg".to_owned();
    bundle.files.insert(umlaut, ICON.as_bytes().to_vec());
    let zip = Zip::write(&bundle).unwrap().bytes;
    assert_eq!(read_archive(&zip), Ok(bundle));
    assert_same_files(&[zip]);
}

#[test]
fn archives_of_the_crate_zip_are_accepted() {
    for method in [CompressionMethod::Stored, CompressionMethod::Deflated] {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        let options = SimpleFileOptions::default().compression_method(method);
        writer.add_directory("assets", options).unwrap();
        for (name, text) in FILES {
            writer.start_file(name, options).unwrap();
            writer.write_all(text.as_bytes()).unwrap();
        }
        assert_accepted(&writer.finish().unwrap().into_inner());
    }
}

#[test]
fn archives_of_python_are_accepted() {
    let Some(mut python) = Requirement::Python.program() else {
        return;
    };
    let folder = folder(&FILES);
    let zips = tempfile::tempdir().unwrap();
    let paths = ["deflated.zip", "stored.zip", "streamed.zip"].map(|name| zips.path().join(name));
    let output = python
        .args(["-c", PYTHON])
        .args(&paths)
        .current_dir(folder.path())
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    paths.iter().for_each(|path| assert_file_accepted(path));
}

#[test]
fn archives_of_info_zip_are_accepted() {
    let Some(mut zip) = Requirement::Zip.program() else {
        return;
    };
    let folder = folder(&FILES);
    let zips = tempfile::tempdir().unwrap();
    let path = zips.path().join("bundle.zip");
    let output = zip
        .args(["-r", "-9"])
        .arg(&path)
        .args(["plugin.json", "assets", "ui"])
        .current_dir(folder.path())
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    assert_file_accepted(&path);
}

#[test]
fn folders_with_nothing_but_folders_in_them_are_accepted() {
    let mut zip = good();
    for folder in ["assets/", "assets/icons/", "assets/icons/dark/"] {
        zip.push(RawEntry::stored(folder, b"").with_mode(0o042_755));
    }
    let icon = RawEntry::stored("assets/icons/dark/a.svg", ICON.as_bytes());
    zip.push(icon);
    // Without the file that lies in it directly.
    zip.entries.remove(STORED);
    let bundle = read_archive(&zip.bytes()).expect("it is accepted");
    assert!(bundle.files.contains_key("assets/icons/dark/a.svg"));
    assert_same_files(&[zip.bytes()]);
}

#[test]
fn fields_that_change_nothing_are_accepted() {
    let mut zip = good();
    let times = extra_field(0x5455, b"\x01abcd");
    let owner = extra_field(0x7875, b"\x01\x04abcd\x04abcd");
    let ntfs = extra_field(0x000a, &[0; 32]);
    let local = zip.entries[DEFLATED].local();
    local.extra = [
        times.clone(),
        owner,
        unicode_path(b"ui/index.js", "ui/index.js"),
    ]
    .concat();
    zip.entries[DEFLATED].central().extra = [times, ntfs].concat();
    let stored = zip.entries[STORED].clone();
    let mut stored = stored.with_headers(|header| header.flags |= 8);
    stored.descriptor = stored.right_descriptor();
    // Numbers that were not known before the data.
    (stored.local().crc, stored.local().compressed_size) = (0, 0);
    zip.entries[STORED] = stored;
    let files = read_archive(&good().bytes()).unwrap();
    assert_eq!(read_archive(&zip.bytes()), Ok(files));
    assert_same_files(&[zip.bytes()]);
}

fn assert_file_accepted(path: &Path) {
    assert_accepted(&fs::read(path).unwrap());
}

fn assert_accepted(bytes: &[u8]) {
    let bundle = read_archive(bytes).expect("it is accepted");
    let expected: BTreeMap<_, _> = FILES
        .into_iter()
        .map(|(name, text)| (name.to_owned(), text.as_bytes().to_vec()))
        .collect();
    assert_eq!(bundle.files, expected);
    assert_same_files(&[bytes.to_vec()]);
}
