//! What is known around a fixture.

use std::{fs, path::Path};

use serde_json::Value;
use stratos_manifest::{
    CrateFacts, FileStatus, FileVersion, ParsedManifest, Program, ProjectFacts, SdkSource,
    SimilarPlugin,
};

/// What its folder holds and its `.facts` file says; without a folder, nothing or `even_of_an_empty_plugin`.
pub(crate) fn facts_of(
    fixture: &Path,
    source: &[u8],
    even_of_an_empty_plugin: bool,
) -> ProjectFacts {
    let plugin = fixture.with_extension("");
    let mut facts = match plugin.is_dir() || even_of_an_empty_plugin {
        true => ProjectFacts::collect(&plugin, &ParsedManifest::parse(source)),
        false => ProjectFacts::none(),
    };
    if let Ok(said) = fs::read(fixture.with_extension("facts")) {
        add(&mut facts, &serde_json::from_slice(&said).unwrap());
    }
    facts
}

/// What a `.facts` file says.
fn add(facts: &mut ProjectFacts, said: &Value) {
    for (key, value) in said.as_object().unwrap() {
        match key.as_str() {
            "file_name" => facts.file_name = value.as_str().map(str::to_owned),
            "neighbours" => {
                facts.similar_plugins = value
                    .as_object()
                    .unwrap()
                    .iter()
                    .map(|(path, id)| SimilarPlugin {
                        id: id.as_str().unwrap().to_owned(),
                        path: path.clone(),
                    })
                    .collect();
            }
            "tags" => facts.tags = texts(value),
            "versions" => {
                facts.versions = value
                    .as_object()
                    .unwrap()
                    .iter()
                    .map(|(file, version)| FileVersion {
                        file: file.clone(),
                        version: version.as_str().unwrap().to_owned(),
                    })
                    .collect();
            }
            "crate" => {
                let found = rust_crate(value);
                facts.files.insert(found.file.clone(), FileStatus::Present);
                facts.rust_crate = Some(found);
            }
            "files" => {
                for (path, fact) in value.as_object().unwrap() {
                    facts.files.insert(path.clone(), file_fact(fact));
                }
            }
            _ => panic!("no fact is called {key}"),
        }
    }
}

/// A program with `?` needs features.
fn rust_crate(said: &Value) -> CrateFacts {
    let text = |key: &str| said[key].as_str().map(str::to_owned);
    CrateFacts {
        file: text("file").unwrap(),
        package: text("package"),
        programs: texts(&said["programs"])
            .into_iter()
            .map(|name| Program {
                needs_features: name.ends_with('?'),
                name: name.trim_end_matches('?').to_owned(),
            })
            .collect(),
        sdk: text("sdk").map(|sdk| match sdk.as_str() {
            "elsewhere" => SdkSource::PathOrGit,
            _ => SdkSource::Registry(sdk),
        }),
    }
}

fn texts(said: &Value) -> Vec<String> {
    let texts = said.as_array().unwrap().iter();
    texts
        .map(|text| text.as_str().unwrap().to_owned())
        .collect()
}

/// What no checkout has everywhere (links, pipes, permissions), and a `Cargo.toml`, which would keep its folder out
/// of the package.
fn file_fact(said: &Value) -> FileStatus {
    match said.as_str().unwrap() {
        "present" => FileStatus::Present,
        "missing" => FileStatus::Missing,
        "outside" => FileStatus::Outside,
        "special" => FileStatus::Special,
        "unreadable" => FileStatus::Unreadable,
        fact => panic!("no file is {fact}"),
    }
}
