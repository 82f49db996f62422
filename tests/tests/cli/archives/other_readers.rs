//! Other libraries see the same files in an accepted archive.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Cursor, Read as _};
use std::process::Stdio;

use serde_json::Value;
use stratos_bundle::read_archive;
use stratos_tests::Requirement;

/// Prints a JSON object with the files of each zip in a folder: their contents in hexadecimal digits by their names.
const PYTHON: &str = r#"
import json, os, sys, zipfile
archives = {}
for file in os.listdir(sys.argv[1]):
    with zipfile.ZipFile(os.path.join(sys.argv[1], file)) as archive:
        infos = [info for info in archive.infolist() if not info.is_dir()]
        assert len(infos) == len({info.filename for info in infos}), file
        archives[file] = {info.filename: archive.read(info).hex() for info in infos}
json.dump(archives, sys.stdout)
"#;

/// Asserts that archives, which were accepted, have the same files for Python's `zipfile` and for the crate `zip`.
pub fn assert_same_files(archives: &[Vec<u8>]) {
    for bytes in archives {
        assert_same_for_crate(bytes);
    }
    let Some(mut python) = Requirement::Python.program() else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    for (number, bytes) in archives.iter().enumerate() {
        fs::write(folder.path().join(number.to_string()), bytes).unwrap();
    }
    let output = python
        .args(["-c", PYTHON])
        .arg(folder.path())
        .stderr(Stdio::inherit())
        .output()
        .unwrap();
    assert!(output.status.success(), "Python reads every archive");
    let found: BTreeMap<String, Value> = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(found.len(), archives.len());
    for (number, files) in found {
        let bytes = &archives[number.parse::<usize>().unwrap()];
        let listed = read_archive(bytes).unwrap().files.into_iter();
        let listed: BTreeMap<_, _> = listed.map(|(name, bytes)| (name, hex(&bytes))).collect();
        assert_eq!(files, serde_json::to_value(listed).unwrap());
    }
}

/// Asserts that the crate `zip` lists and extracts the files of an archive, which was accepted.
pub fn assert_same_for_crate(bytes: &[u8]) {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).expect("the crate reads it");
    let mut files = BTreeMap::new();
    for index in 0..archive.len() {
        let mut file = archive.by_index(index).expect("the crate reads it");
        let mut contents = Vec::new();
        file.read_to_end(&mut contents).expect("the crate reads it");
        if !file.is_dir() {
            let name = file.name().expect("a name").into_owned();
            assert!(files.insert(name, contents).is_none(), "a name is unique");
        }
    }
    assert_eq!(files, read_archive(bytes).expect("it was accepted").files);
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
