//! The project facts of a fixture.

use std::{fs, path::Path};

use serde_json::Value;
use stratos_manifest::{
    CrateFacts, FileStatus, FileVersion, ParsedManifest, Program, ProjectFacts, SdkSource,
    SimilarPlugin,
};

/// The facts about the folder of a fixture, with those of its `.facts` file. A fixture without a folder has no facts
/// about files, or, if `assume_empty_folder`, those of an empty folder.
pub(crate) fn fixture_facts(
    fixture: &Path,
    source: &[u8],
    assume_empty_folder: bool,
) -> ProjectFacts {
    let plugin = fixture.with_extension("");
    let mut facts = match plugin.is_dir() || assume_empty_folder {
        true => ProjectFacts::collect(&plugin, &ParsedManifest::parse(source)),
        false => ProjectFacts::none(),
    };
    if let Ok(json) = fs::read(fixture.with_extension("facts")) {
        add(&mut facts, &serde_json::from_slice(&json).unwrap());
    }
    facts
}

/// Adds the facts of a `.facts` file.
fn add(facts: &mut ProjectFacts, json: &Value) {
    for (key, value) in json.as_object().unwrap() {
        match key.as_str() {
            "file_name" => facts.file_name = value.as_str().map(str::to_owned),
            "folder_name" => facts.folder_name = value.as_str().map(str::to_owned),
            "similar_plugins" => {
                let plugins = pairs(value).map(|(path, id)| SimilarPlugin { id, path });
                facts.similar_plugins = plugins.collect();
            }
            "tags" => facts.tags = texts(value),
            "versions" => {
                let versions = pairs(value).map(|(file, version)| FileVersion { file, version });
                facts.versions = versions.collect();
            }
            "crate" => {
                let found = rust_crate(value);
                facts.files.insert(found.file.clone(), FileStatus::Present);
                facts.rust_crate = Some(found);
            }
            "files" => {
                let files = pairs(value).map(|(path, status)| (path, file_status(&status)));
                facts.files.extend(files);
            }
            _ => panic!("unknown fact {key}"),
        }
    }
}

/// The crate of a fixture. The names of programs that require features end in `?`.
fn rust_crate(json: &Value) -> CrateFacts {
    let text = |key: &str| json[key].as_str().map(str::to_owned);
    CrateFacts {
        file: text("file").unwrap(),
        package: text("package"),
        programs: texts(&json["programs"])
            .into_iter()
            .map(|name| Program {
                needs_features: name.ends_with('?'),
                name: name.trim_end_matches('?').to_owned(),
            })
            .collect(),
        sdk: text("sdk").map(|sdk| match sdk.as_str() {
            "path or git" => SdkSource::PathOrGit,
            _ => SdkSource::Registry(sdk),
        }),
    }
}

/// The fields of an object of strings.
fn pairs(json: &Value) -> impl Iterator<Item = (String, String)> {
    let fields = json.as_object().unwrap().iter();
    fields.map(|(key, value)| (key.clone(), value.as_str().unwrap().to_owned()))
}

fn texts(json: &Value) -> Vec<String> {
    let texts = json.as_array().unwrap().iter();
    texts
        .map(|text| text.as_str().unwrap().to_owned())
        .collect()
}

/// The status of a file that a fixture folder cannot contain: links, pipes and permissions are not portable, and cargo
/// excludes a folder with a `Cargo.toml` from the package.
fn file_status(status: &str) -> FileStatus {
    match status {
        "present" => FileStatus::Present,
        "missing" => FileStatus::Missing,
        "outside" => FileStatus::Outside,
        "special" => FileStatus::Special,
        "unreadable" => FileStatus::Unreadable,
        _ => panic!("unknown file status {status}"),
    }
}
