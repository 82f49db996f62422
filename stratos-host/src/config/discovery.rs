//! Discovery of plugins in folders, and of the programs to run for them.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use stratos_manifest::{Level, Manifest, ProjectFacts, check, position};
use thiserror::Error;

/// A plugin in the folder of its project.
#[derive(Debug, Clone)]
pub struct Project {
    /// The folder with `plugin.json`.
    pub folder: PathBuf,
    /// The parsed `plugin.json`.
    pub manifest: Manifest,
    /// The program or module to run.
    pub kind: ProjectKind,
}

/// The kind of a plugin's background part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProjectKind {
    /// A Rust program that cargo builds from this `Cargo.toml`.
    Rust(PathBuf),
    /// A program that is built by other means: `background/{id}`, with `.exe` on Windows. It may be missing.
    Program(PathBuf),
    /// A module in JavaScript or TypeScript, which only the real shell runs.
    Script(PathBuf),
    /// No background part.
    UiOnly,
}

/// Error of the discovery of plugins.
#[derive(Debug, Error)]
pub enum ProjectError {
    /// There is no such folder.
    #[error("there is no file or folder {}", path.display())]
    NotFound {
        /// The path as it was given.
        path: PathBuf,
    },
    /// The path is that of another file than `plugin.json`.
    #[error("{} is neither a folder nor a plugin.json", path.display())]
    NotAFolder {
        /// The path as it was given.
        path: PathBuf,
    },
    /// `plugin.json` or the folder cannot be read.
    #[error("cannot read {}", path.display())]
    Read {
        /// Path of the file or folder.
        path: PathBuf,
        /// The error of the file system.
        #[source]
        source: io::Error,
    },
    /// `plugin.json` has errors.
    #[error("{}:{line}:{column}: {message}", path.display())]
    Manifest {
        /// Path of `plugin.json`.
        path: PathBuf,
        /// Line of the first error, counted from 1.
        line: usize,
        /// Column of the first error, counted from 1.
        column: usize,
        /// Message of the first error.
        message: String,
    },
    /// Two folders contain plugins with the same id.
    #[error("{} and {} both hold a plugin with the id `{id}`", first.display(), second.display())]
    SameId {
        /// Id of both plugins.
        id: String,
        /// The folder that was found first.
        first: PathBuf,
        /// The other folder.
        second: PathBuf,
    },
}

impl Project {
    /// Reads the plugin in a folder.
    ///
    /// # Errors
    ///
    /// When `plugin.json` is missing or has errors.
    pub fn read(folder: &Path) -> Result<Self, ProjectError> {
        let path = folder.join(Manifest::FILE_NAME);
        let bytes = read_regular_file(&path).map_err(|source| ProjectError::Read {
            path: path.clone(),
            source,
        })?;
        let report = check(&bytes, &ProjectFacts::none());
        let Some(manifest) = report.manifest else {
            let error = report.diagnostics.iter().find(|d| d.level == Level::Error);
            let text = String::from_utf8_lossy(&bytes);
            let at = position(&text, error.map_or(0, |d| d.span.start));
            return Err(ProjectError::Manifest {
                path,
                line: at.line,
                column: at.column,
                message: error.map_or_else(String::new, |d| d.message.clone()),
            });
        };
        let kind = kind(folder, &manifest);
        Ok(Self {
            folder: folder.to_owned(),
            manifest,
            kind,
        })
    }

    /// Reads the plugins in all folders. `plugin.json` stands for its folder. A folder that is named twice counts once.
    ///
    /// # Errors
    ///
    /// When `plugin.json` is missing or has errors, or an id occurs twice.
    pub fn discover(folders: &[PathBuf]) -> Result<Vec<Self>, ProjectError> {
        let mut found: Vec<Self> = Vec::new();
        for folder in folders {
            let folder = plugin_folder(folder)?;
            if found.iter().any(|other| is_same(&other.folder, &folder)) {
                continue;
            }
            let project = Self::read(&folder)?;
            if let Some(other) = found.iter().find(|p| p.manifest.id == project.manifest.id) {
                return Err(ProjectError::SameId {
                    id: project.manifest.id,
                    first: other.folder.clone(),
                    second: project.folder,
                });
            }
            found.push(project);
        }
        Ok(found)
    }
}

/// Reads a file, unless it is one such as a named pipe, which would block.
fn read_regular_file(path: &Path) -> io::Result<Vec<u8>> {
    match fs::metadata(path)?.is_file() {
        true => fs::read(path),
        false => Err(io::Error::other("it is not a regular file")),
    }
}

/// Whether two paths lead to the same folder.
fn is_same(one: &Path, other: &Path) -> bool {
    let (one, other) = (fs::canonicalize(one), fs::canonicalize(other));
    matches!((one, other), (Ok(one), Ok(other)) if one == other)
}

fn plugin_folder(path: &Path) -> Result<PathBuf, ProjectError> {
    let path = path.to_owned();
    if path.ends_with(Manifest::FILE_NAME) && path.is_file() {
        let parent = path.parent().unwrap_or(Path::new(""));
        return Ok(Path::new(".").join(parent));
    }
    match fs::read_dir(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            Err(ProjectError::NotFound { path })
        }
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => {
            Err(ProjectError::NotAFolder { path })
        }
        Err(source) if !path.is_dir() => Err(ProjectError::Read { path, source }),
        _ => Ok(path),
    }
}

fn kind(folder: &Path, manifest: &Manifest) -> ProjectKind {
    let background = folder.join("background");
    let program = background.join(format!("{}{}", manifest.id, std::env::consts::EXE_SUFFIX));
    if let Some(cargo) = [folder, &background]
        .map(|folder| folder.join("Cargo.toml"))
        .into_iter()
        .find(|path| path.is_file())
    {
        return ProjectKind::Rust(cargo);
    }
    if program.is_file() {
        return ProjectKind::Program(program);
    }
    let declared = manifest
        .background
        .as_ref()
        .map(|b| folder.join(&b.entry_module));
    let mut scripts = declared
        .into_iter()
        .chain(conventional_scripts(folder))
        .filter(|path| path.is_file());
    match scripts.next() {
        Some(script) => ProjectKind::Script(script),
        // The manifest declares a background module. The error of starting it names the missing program.
        None if manifest.background.is_some() => ProjectKind::Program(program),
        None => ProjectKind::UiOnly,
    }
}

/// The places of a background module and of its source. A manifest for later shells does not name it, and a project that
/// was not built yet has its source only.
fn conventional_scripts(folder: &Path) -> impl Iterator<Item = PathBuf> {
    const STEMS: [&str; 4] = [
        "background/index",
        "src/background/index",
        "background/src/index",
        "src/background",
    ];
    const EXTENSIONS: [&str; 8] = ["js", "mjs", "cjs", "ts", "mts", "cts", "tsx", "jsx"];

    STEMS.into_iter().flat_map(move |stem| {
        EXTENSIONS.map(|extension| folder.join(format!("{stem}.{extension}")))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANIFEST: &str = r#"{
        "id": "demo", "name": "Demo", "version": "1.0.0", "description": "A demo.",
        "type": "user", "author": { "id": "me", "name": "Me" },
        "icon_light": "icon-light.svg", "icon_dark": "icon-dark.svg"
    }"#;

    #[test]
    fn the_kind_depends_on_the_files() {
        let exe = format!("background/demo{}", std::env::consts::EXE_SUFFIX);
        for (files, expected) in [
            (vec![], "UiOnly"),
            (vec!["background/index.ts"], "Script"),
            (vec!["src/background/index.ts"], "Script"),
            (vec!["background/src/index.mts"], "Script"),
            (vec!["src/background.js"], "Script"),
            (vec!["src/index.ts"], "UiOnly"),
            (vec!["background/index.js", exe.as_str()], "Program"),
            (vec!["Cargo.toml", "background/index.js"], "Rust"),
            (vec!["background/Cargo.toml"], "Rust"),
        ] {
            let folder = tempfile::tempdir().unwrap();
            fs::write(folder.path().join("plugin.json"), MANIFEST).unwrap();
            for file in &files {
                let file = folder.path().join(file);
                fs::create_dir_all(file.parent().unwrap()).unwrap();
                fs::write(file, "").unwrap();
            }
            let project = Project::read(folder.path()).unwrap();
            assert!(
                format!("{:?}", project.kind).starts_with(expected),
                "{files:?}"
            );
        }
    }

    #[test]
    fn a_plugin_with_a_missing_background_module_is_not_ui_only() {
        let folder = tempfile::tempdir().unwrap();
        let manifest = MANIFEST.replacen(
            '{',
            r#"{ "background": { "entryModule": "background/index.js" },"#,
            1,
        );
        fs::write(folder.path().join("plugin.json"), manifest).unwrap();
        let project = Project::read(folder.path()).unwrap();
        assert!(
            matches!(project.kind, ProjectKind::Program(_)),
            "{:?}",
            project.kind
        );
    }

    #[test]
    fn errors_contain_the_path_of_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let error = Project::discover(&[folder.path().to_owned()]).unwrap_err();
        assert!(error.to_string().ends_with("plugin.json"), "{error}");
        fs::write(folder.path().join("plugin.json"), "{\n  \"id\": 7\n}").unwrap();
        let error = Project::discover(&[folder.path().to_owned()])
            .unwrap_err()
            .to_string();
        assert!(error.contains("plugin.json:"), "{error}");
    }

    #[test]
    fn two_plugins_with_the_same_id_are_an_error() {
        let root = tempfile::tempdir().unwrap();
        for name in ["a", "b"] {
            fs::create_dir(root.path().join(name)).unwrap();
            fs::write(root.path().join(name).join("plugin.json"), MANIFEST).unwrap();
        }
        let error = Project::discover(&["a", "b"].map(|name| root.path().join(name))).unwrap_err();
        assert!(matches!(error, ProjectError::SameId { .. }), "{error}");
    }
}
