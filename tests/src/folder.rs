//! Temporary folders with files.

use std::fs;

use tempfile::TempDir;

/// A manifest without findings, provided that its icon exists.
pub const MANIFEST: &str = r#"{
  "id": "demo",
  "name": "Demo",
  "version": "1.0.0",
  "description": "A demo.",
  "type": "user",
  "author": { "id": "me", "name": "Me" },
  "icon_light": "icon.svg",
  "icon_dark": "icon.svg"
}
"#;

/// An icon without findings.
pub const ICON: &str = r#"<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64" viewBox="0 0 64 64"><path d="M0 0h64v64H0z"/></svg>"#;

/// Creates a temporary folder with these files, which are paths and contents.
#[must_use]
pub fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("it is in the folder")).expect("a folder");
        fs::write(path, text).expect("a file");
    }
    folder
}
