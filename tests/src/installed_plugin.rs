//! Plugins as the real shell has them installed: `plugin.json`, the Node entry and the program for this platform.

use std::fs;
use std::path::{Path, PathBuf};

use stratos_bundle::{Platform, layout};
use stratos_templates::{EntryOptions, entry};

/// Installs a plugin into the folder `plugins` and returns the plugin's own folder. `edit` changes the text of the entry.
///
/// # Panics
///
/// When the shell does not run on this platform, or a file cannot be written.
pub fn install_with_entry(
    plugins: &Path,
    id: &str,
    program: &Path,
    edit: impl Fn(String) -> String,
) -> PathBuf {
    let folder = plugins.join(id);
    let write = |path: &str, contents: &str| {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(path, contents).expect("a file");
    };
    write(
        "plugin.json",
        &format!(r#"{{ "id": "{id}", "version": "1.0.0" }}"#),
    );
    for file in entry(&EntryOptions::default()) {
        match file.path == layout::ENTRY {
            true => write(&file.path, &edit(file.contents)),
            false => write(&file.path, &file.contents),
        }
    }
    let platform = Platform::host().expect("a platform of the shell");
    let installed = folder.join(layout::program(platform, id));
    fs::create_dir_all(installed.parent().expect("a parent")).expect("a folder");
    fs::copy(program, installed).expect("a copy");
    folder
}
