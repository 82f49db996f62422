//! Checks of the invariants in ARCHITECTURE.md and the rules in CONTRIBUTING.md.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand};

/// Allowed dependencies between the crates of the workspace, except for development dependencies.
const ALLOWED: [(&str, &[&str]); 9] = [
    ("stratos-protocol", &[]),
    ("stratos-flight", &["stratos-protocol"]),
    ("stratos-transport", &["stratos-protocol"]),
    ("stratos-manifest", &[]),
    ("stratos-macros", &["stratos-manifest"]),
    (
        "stratos-sdk",
        &[
            "stratos-flight",
            "stratos-host",
            "stratos-macros",
            "stratos-protocol",
            "stratos-transport",
        ],
    ),
    (
        "stratos-host",
        &[
            "stratos-flight",
            "stratos-manifest",
            "stratos-protocol",
            "stratos-transport",
        ],
    ),
    ("stratos-templates", &["stratos-manifest"]),
    (
        "cargo-stratos",
        &[
            "stratos-flight",
            "stratos-host",
            "stratos-manifest",
            "stratos-protocol",
            "stratos-templates",
        ],
    ),
];

/// Maximum number of crates that plugins compile.
const SDK_CRATES: usize = 65;
/// Maximum number of crates that tests of plugins compile, including the mocked shell.
const SDK_CRATES_WITH_TESTING: usize = 116;

const FILE_LINES: usize = 500;

#[test]
fn crates_depend_only_on_allowed_crates() {
    let metadata = metadata();
    for (name, allowed) in ALLOWED {
        let package = metadata
            .packages
            .iter()
            .find(|package| package.name == name)
            .expect(name);
        let normal = package
            .dependencies
            .iter()
            .filter(|d| d.kind != DependencyKind::Development);
        let ours: BTreeSet<_> = normal
            .map(|dependency| dependency.name.as_str())
            .filter(|dependency| ALLOWED.iter().any(|(ours, _)| ours == dependency))
            .collect();
        let surplus: Vec<_> = ours
            .difference(&allowed.iter().copied().collect())
            .copied()
            .collect();
        assert!(surplus.is_empty(), "{name} must not depend on {surplus:?}");
    }
}

#[test]
fn the_macros_have_four_dependencies() {
    let metadata = metadata();
    let macros = metadata
        .packages
        .iter()
        .find(|package| package.name == "stratos-macros")
        .expect("a crate of the workspace");
    let normal = macros
        .dependencies
        .iter()
        .filter(|d| d.kind != DependencyKind::Development);
    let names: BTreeSet<_> = normal.map(|dependency| dependency.name.as_str()).collect();
    assert_eq!(
        names,
        BTreeSet::from(["proc-macro2", "quote", "stratos-manifest", "syn"])
    );
}

#[test]
fn the_sdk_depends_on_the_host_only_with_the_testing_feature() {
    let metadata = metadata();
    let mut packages = metadata.packages.iter();
    let sdk = packages.find(|package| package.name == "stratos-sdk");
    let sdk = sdk.expect("a crate of the workspace");
    for dependency in sdk.dependencies.iter().filter(|d| d.name == "stratos-host") {
        assert!(dependency.optional);
    }
    let host = "dep:stratos-host".to_owned();
    let with_host = sdk.features.iter().filter(|(_, on)| on.contains(&host));
    assert_eq!(
        with_host.map(|(name, _)| name).collect::<Vec<_>>(),
        ["testing"]
    );
    assert!(!sdk.features.contains_key("default"));
}

#[test]
fn the_number_of_crates_in_the_sdks_tree_is_bounded() {
    let limits = [("", SDK_CRATES), ("testing", SDK_CRATES_WITH_TESTING)];
    let numbers = limits.map(|(features, most)| {
        let crates = sdk_crates(features);
        assert!(crates.len() > 20, "cargo lists the crates: {crates:?}");
        assert!(crates.len() <= most, "{} crates: {crates:?}", crates.len());
        crates.len().to_string()
    });
    let row = format!(
        "| crates in the SDK's dependency tree; with the feature `testing` | {} |",
        numbers.join("; ")
    );
    let figures = fs::read_to_string(root().join("book/src/figures.md"));
    assert!(figures.expect("there is a page").contains(&row), "{row}");
}

fn sdk_crates(features: &str) -> BTreeSet<String> {
    let tree = Command::new(env!("CARGO"))
        .args([
            "tree",
            "--offline",
            "--package",
            "stratos-sdk",
            "--edges",
            "normal,build",
            "--prefix",
            "none",
            "--features",
            features,
        ])
        .args(["--format", "{p}", "--target", "x86_64-unknown-linux-gnu"])
        .current_dir(root())
        .output()
        .expect("cargo runs");
    let text = String::from_utf8(tree.stdout).expect("text");
    let names = text.lines().filter_map(|line| line.split(' ').next());
    let named = names.filter(|name| !name.is_empty());
    named.map(str::to_owned).collect()
}

#[test]
fn rust_version_covers_all_dependencies() {
    let metadata = metadata();
    let versions: BTreeMap<_, _> = metadata
        .packages
        .iter()
        .map(|package| {
            (
                format!("{} {}", package.name, package.version),
                package.rust_version.clone(),
            )
        })
        .collect();
    for (name, _) in ALLOWED {
        let package = metadata
            .packages
            .iter()
            .find(|package| package.name == name)
            .expect(name);
        let stated = package
            .rust_version
            .as_ref()
            .expect("a published crate states it");
        for dependency in tree(&metadata, name) {
            let needed = versions[&dependency].as_ref();
            assert!(
                needed.is_none_or(|needed| needed <= stated),
                "{name} says {stated}, {dependency} needs {needed:?}"
            );
        }
    }
}

#[test]
fn files_have_at_most_500_lines() {
    let (root, mut long) = (root(), Vec::new());
    for file in rust_files(&root) {
        let path = file.strip_prefix(&root).expect("a file of the workspace");
        let text = fs::read_to_string(&file).expect("a readable file");
        let code = text
            .lines()
            .take_while(|line| *line != "#[cfg(test)]")
            .count();
        let is_test = !path.starts_with("tests/src")
            && path.components().any(|part| part.as_os_str() == "tests");
        if code > FILE_LINES && !is_test {
            long.push(format!("{} ({code} lines)", path.display()));
        }
    }
    assert!(long.is_empty(), "split these: {long:#?}");
}

#[test]
fn module_names_are_specific() {
    for file in rust_files(&root()) {
        let name = file
            .file_stem()
            .and_then(|stem| stem.to_str())
            .expect("a name");
        let vague = [
            "utils", "util", "helpers", "common", "imp", "manager", "misc",
        ];
        assert!(
            !vague.contains(&name),
            "{} says nothing about its content",
            file.display()
        );
    }
}

/// The rules' documentation is prose for the book, so that its paragraphs may open with any word.
#[test]
fn paragraphs_of_doc_comments_open_with_their_subject() {
    let (root, mut found) = (root(), Vec::new());
    for file in rust_files(&root) {
        let path = file.strip_prefix(&root).expect("a file of the workspace");
        if path.starts_with("stratos-manifest/src/rules") {
            continue;
        }
        let text = fs::read_to_string(&file).expect("a readable file");
        let mut is_paragraph = false;
        for (number, line) in text.lines().enumerate() {
            let line = line.trim_start();
            let doc = line.strip_prefix("///").or(line.strip_prefix("//!"));
            let words = doc.unwrap_or_default().trim();
            let first = words.split(|char: char| !char.is_alphabetic()).next();
            let riddles = [
                "It",
                "Its",
                "They",
                "This",
                "That",
                "These",
                "Those",
                "Who",
                "Whose",
                "What",
                "Which",
                "Where",
                "Why",
                "How",
                "Somebody",
                "Someone",
                "Something",
                "Anybody",
                "Anyone",
                "Anything",
                "Everybody",
                "Everyone",
                "Everything",
                "Nobody",
                "Others",
                "Told",
            ];
            if !is_paragraph && first.is_some_and(|first| riddles.contains(&first)) {
                found.push(format!("{}:{}: {words}", path.display(), number + 1));
            }
            is_paragraph = !words.is_empty();
        }
    }
    assert!(found.is_empty(), "name the thing: {found:#?}");
}

pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the workspace")
        .to_owned()
}

fn metadata() -> Metadata {
    let platform = "x86_64-unknown-linux-gnu".to_owned();
    MetadataCommand::new()
        .manifest_path(root().join("Cargo.toml"))
        .other_options([
            "--filter-platform".to_owned(),
            platform,
            "--offline".to_owned(),
        ])
        .exec()
        .expect("cargo describes the workspace")
}

/// The package and its transitive dependencies, except for development dependencies.
fn tree(metadata: &Metadata, name: &str) -> BTreeSet<String> {
    let resolve = metadata
        .resolve
        .as_ref()
        .expect("dependencies are resolved");
    let package = metadata
        .packages
        .iter()
        .find(|package| package.name == name)
        .expect(name);
    let mut found = BTreeSet::new();
    let mut todo = vec![package.id.clone()];
    while let Some(id) = todo.pop() {
        let package = &metadata[&id];
        if !found.insert(format!("{} {}", package.name, package.version)) {
            continue;
        }
        let node = resolve
            .nodes
            .iter()
            .find(|node| node.id == id)
            .expect("every package has a node");
        let built = node.deps.iter().filter(|dependency| {
            // Optional dependencies may need a newer Rust, see `book/src/testing.md`.
            let name = dependency.name.replace('_', "-");
            let mut declared = package.dependencies.iter().filter(|d| d.name == name);
            let is_optional = declared.clone().next().is_some() && declared.all(|d| d.optional);
            if package.name == "stratos-sdk" && is_optional {
                return false;
            }
            dependency
                .dep_kinds
                .iter()
                .any(|kind| kind.kind != DependencyKind::Development)
        });
        todo.extend(built.map(|dependency| dependency.pkg.clone()));
    }
    found
}

pub(crate) fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let skipped = ["target", "node_modules", ".git", ".stratos"];
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)
        .expect("a readable folder")
        .map_while(Result::ok)
    {
        let path = entry.path();
        if path.is_dir() {
            if !skipped.iter().any(|name| entry.file_name() == *name) {
                files.extend(rust_files(&path));
            }
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files
}
