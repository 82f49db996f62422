//! The output formats of `cargo stratos check`: examples, schemas, and hostile manifests.

mod examples;
mod hostile;
mod log_readers;
mod payloads;
pub mod schemas;

use std::fs;
use std::path::Path;

const FORMATS: [&str; 4] = ["human", "json", "github", "sarif"];

/// Creates a folder with these files.
fn project(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path: &Path = &folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

/// A manifest with errors and a warning, with and without related locations and fixes, and one without findings.
fn mixed() -> tempfile::TempDir {
    let bad = r#"{
  "id": "my-plugin",
  "name": "My plugin",
  "version": "1.0",
  "description": "Zeigt Flüge über 🛩.",
  "type": "users",
  "author": { "id": "me", "name": "Me" },
  "icon_light": "icon-light.svg",
  "icon_dark": "icon-dark.svg", "iconDark": "x",
  "availableSettings": [
    { "key": "a", "name": "A", "type": "text", "scope": "user" },
    { "key": "a", "name": "B", "type": "text", "scope": "user" }
  ],
}
"#;
    let good = r#"{
  "id": "good",
  "name": "Good",
  "version": "1.0.0",
  "description": "A good one.",
  "type": "user",
  "author": { "id": "me", "name": "Me" },
  "icon_light": "icon-light.svg",
  "icon_dark": "icon-dark.svg"
}
"#;
    let icon = r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><path d="M0 0h16v16z"/></svg>"#;
    project(&[
        ("a, b c/plugin.json", bad),
        ("a, b c/icon-light.svg", icon),
        ("a, b c/icon-dark.svg", icon),
        ("good/plugin.json", good),
        ("good/icon-light.svg", icon),
        ("good/icon-dark.svg", icon),
    ])
}
