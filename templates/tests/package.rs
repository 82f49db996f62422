//! Completeness of the published crate.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;

use stratos_templates::{Author, Options, PluginId, PluginType, Sdk, Template, render};

#[test]
fn package_contains_every_template_file() {
    let output = Command::new(env!("CARGO"))
        .args(["package", "--list", "--offline", "--allow-dirty"])
        .args(["--package", env!("CARGO_PKG_NAME")])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let listed = String::from_utf8(output.stdout).unwrap();
    for folder in ["plugin", "flight", "entry", "probe"] {
        let packaged: BTreeSet<String> = listed
            .lines()
            .map(|line| line.replace('\\', "/"))
            .filter(|path| path.starts_with(&format!("{folder}/")))
            .collect();
        assert_eq!(packaged, on_disk(folder));
    }
}

#[test]
fn every_template_file_is_embedded_and_rendered() {
    let project_path = |path: &str| path.trim_end_matches(".j2").replace('_', ".");
    let expected: BTreeSet<String> = on_disk("plugin")
        .into_iter()
        .map(|path| project_path(&path["plugin/".len()..]))
        .collect();
    let plain = rendered(Template::Plain);
    let paths: BTreeSet<String> = plain.keys().cloned().collect();
    assert_eq!(paths, expected);

    let flight = rendered(Template::Flight);
    for path in on_disk("flight") {
        let path = project_path(&path["flight/".len()..]);
        assert!(expected.contains(&path), "{path} replaces no file");
        assert_ne!(plain[&path], flight[&path], "{path}");
    }
}

/// Contents of the files by path.
fn rendered(template: Template) -> BTreeMap<String, String> {
    let id: PluginId = "demo".parse().expect("a valid id");
    let files = render(&Options {
        name: id.display_name(),
        description: "A demo.".to_owned(),
        template,
        plugin_type: PluginType::User,
        author: Author {
            id: "me".to_owned(),
            name: "Me".to_owned(),
            contact: None,
        },
        sdk: Sdk::Published,
        in_workspace: false,
        id,
    });
    let files = files.expect("valid options").into_iter();
    files.map(|file| (file.path, file.contents)).collect()
}

fn on_disk(folder: &str) -> BTreeSet<String> {
    let mut files = BTreeSet::new();
    walk(Path::new(env!("CARGO_MANIFEST_DIR")), folder, &mut files);
    assert!(!files.is_empty());
    files
}

fn walk(root: &Path, folder: &str, files: &mut BTreeSet<String>) {
    for entry in fs::read_dir(root.join(folder)).expect("the folder exists") {
        let entry = entry.expect("the folder is readable");
        let name = entry
            .file_name()
            .into_string()
            .expect("file names are UTF-8");
        let path = format!("{folder}/{name}");
        if entry.path().is_dir() {
            walk(root, &path, files);
        } else {
            files.insert(path);
        }
    }
}
