//! Folders with built plugins, made of the sample program.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

/// A folder of plugin folders; its name has a space in it.
#[derive(Debug)]
pub struct Plugins {
    root: TempDir,
}

impl Plugins {
    /// Plugins with these ids, which say what they do: see `src/sample.rs`.
    #[must_use]
    pub fn new(program: &str, ids: &[&str]) -> Self {
        let root = tempfile::Builder::new()
            .prefix("stratos tests ")
            .tempdir()
            .expect("a folder");
        let plugins = Self { root };
        for id in ids {
            plugins.add(program, id);
        }
        plugins
    }

    /// The folder.
    #[must_use]
    pub fn root(&self) -> &Path {
        self.root.path()
    }

    /// A plugin's program in it.
    #[must_use]
    pub fn program(&self, id: &str) -> PathBuf {
        let name = format!("{id}{}", std::env::consts::EXE_SUFFIX);
        self.root().join(id).join("background").join(name)
    }

    /// One more of them; another of the same id takes its place.
    pub fn add(&self, program: &str, id: &str) {
        let copy = self.program(id);
        fs::create_dir_all(copy.parent().expect("it has a folder")).expect("a folder");
        fs::copy(program, copy).expect("a copy");
        let manifest = format!(
            r#"{{
                "id": "{id}", "name": "Sample", "version": "1.0.0", "description": "For tests.",
                "type": "user", "author": {{ "id": "tests", "name": "Tests" }},
                "icon_light": "assets/light.svg", "icon_dark": "assets/dark.svg"
            }}"#
        );
        fs::write(self.root().join(id).join("plugin.json"), manifest).expect("a manifest");
    }
}
