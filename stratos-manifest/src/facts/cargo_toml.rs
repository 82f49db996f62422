//! Facts from a plugin's `Cargo.toml`.

use std::{
    cell::RefCell,
    collections::HashSet,
    io,
    path::{Component, Path, PathBuf, absolute},
};

use cargo_toml::{AbstractFilesystem, DepsSet, Error, Manifest, Product, Value};

use crate::facts::{
    plugin_folder::PluginFolder,
    project_facts::{CrateFacts, Program, SdkSource},
};

/// The package name of the SDK.
const SDK: &str = "stratos-sdk";

/// A crate with its version.
#[derive(Debug)]
pub(super) struct Crate {
    pub(super) facts: CrateFacts,
    pub(super) version: Option<String>,
}

/// Reads the `Cargo.toml` at `file`, relative to the plugin's folder `dir`.
///
/// `None` if the file is missing, or cargo would reject it.
pub(super) fn read_crate(plugin: &mut PluginFolder, dir: &Path, file: &str) -> Option<Crate> {
    let mut manifest = Manifest::from_slice(&plugin.read_config(file)?).ok()?;
    // The parent of a plain file name is an empty path, which has no ancestors.
    let toml = absolute(Path::new(".").join(dir).join(file)).ok()?;
    let folder = CrateFolder {
        plugin: RefCell::new(plugin),
        relative: file.rsplit_once('/').map_or("", |(folder, _)| folder),
        absolute: toml.parent()?.to_owned(),
    };
    manifest
        .complete_from_abstract_filesystem::<Value, _>(folder, None)
        .ok()?;
    Some(Crate {
        facts: CrateFacts {
            file: file.to_owned(),
            package: manifest.package.as_ref().map(|p| p.name.clone()),
            programs: manifest.bin.iter().filter_map(program).collect(),
            sdk: find_sdk(&manifest),
        },
        version: manifest
            .package
            .and_then(|package| Some(package.version.get().ok()?.to_string())),
    })
}

fn program(product: &Product) -> Option<Program> {
    Some(Program {
        name: product.name.clone()?,
        needs_features: !product.required_features.is_empty(),
    })
}

/// Finds the SDK in the dependencies of a package, or in those of a virtual workspace.
fn find_sdk(manifest: &Manifest) -> Option<SdkSource> {
    let of_targets = manifest.target.values().map(|target| &target.dependencies);
    let of_workspace = manifest.workspace.as_ref().map(|w| &w.dependencies);
    let of_workspace = of_workspace.filter(|_| manifest.package.is_none());
    [&manifest.dependencies]
        .into_iter()
        .chain(of_targets)
        .chain(of_workspace)
        .find_map(sdk_source)
}

fn sdk_source(dependencies: &DepsSet) -> Option<SdkSource> {
    let (_, sdk) = dependencies
        .iter()
        .find(|(key, dependency)| dependency.package().unwrap_or(key) == SDK)?;
    let is_path_or_git = sdk
        .detail()
        .is_some_and(|detail| detail.path.is_some() || detail.git.is_some());
    Some(match is_path_or_git {
        true => SdkSource::PathOrGit,
        false => SdkSource::Registry(sdk.try_req().ok()?.to_string()),
    })
}

/// The crate's folder as `cargo_toml` sees it; all access goes through [`PluginFolder`].
struct CrateFolder<'f> {
    plugin: RefCell<&'f mut PluginFolder>,
    /// The folder's path in the plugin's folder.
    relative: &'f str,
    /// The folder's absolute path.
    absolute: PathBuf,
}

impl AbstractFilesystem for CrateFolder<'_> {
    fn file_names_in(&self, path: &str) -> io::Result<HashSet<Box<str>>> {
        let path = format!("{}/{path}", self.relative);
        let mut plugin = self.plugin.borrow_mut();
        let names = plugin.names_in(&path)?;
        Ok(names.map(Box::from).collect())
    }

    /// Finds the workspace in the folders above the crate. A `package.workspace` that names any other folder is not
    /// followed, since it may be anywhere on the disk or network.
    fn parse_root_workspace(&self, given: Option<&Path>) -> Result<(Manifest, PathBuf), Error> {
        let given = given.map(|given| normalized_join(&self.absolute, given));
        self.absolute
            .ancestors()
            .skip(1)
            .filter(|folder| {
                given
                    .as_ref()
                    .is_none_or(|given| given.as_deref() == Some(folder))
            })
            .find_map(|folder| {
                let toml = PluginFolder::new(folder).read_config("Cargo.toml")?;
                let manifest = Manifest::from_slice(&toml).ok()?;
                let is_root = manifest.workspace.is_some();
                is_root.then(|| (manifest, folder.join("Cargo.toml")))
            })
            .ok_or(Error::Other("there is no workspace"))
    }
}

/// Joins the paths and resolves `..` without access to the disk; `None` if `relative` is absolute.
fn normalized_join(folder: &Path, relative: &Path) -> Option<PathBuf> {
    let mut path = folder.to_owned();
    for component in relative.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => drop(path.pop()),
            Component::Normal(name) => path.push(name),
            Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(path)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn read(dir: &Path, file: &str) -> Option<Crate> {
        super::read_crate(&mut PluginFolder::new(dir), dir, file)
    }

    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        for (file, text) in files {
            let path = dir.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        dir
    }

    fn sdk(dependencies: &str) -> Option<SdkSource> {
        let toml = format!("[package]\nname = \"a\"\nversion = \"1.0.0\"\n{dependencies}");
        let dir = folder(&[("Cargo.toml", &toml)]);
        read(dir.path(), "Cargo.toml").unwrap().facts.sdk
    }

    #[test]
    fn the_sdk_is_found_in_all_dependency_tables() {
        let registry = |req: &str| Some(SdkSource::Registry(req.to_owned()));
        for (dependencies, expected) in [
            ("[dependencies]\nstratos-sdk = \"0.1\"", registry("^0.1")),
            (
                "[dependencies]\nstratos = { package = \"stratos-sdk\", version = \"=0.1.2\" }",
                registry("=0.1.2"),
            ),
            (
                "[target.'cfg(unix)'.dependencies]\nstratos-sdk = { version = \"1\", registry = \"ours\" }",
                registry("^1"),
            ),
            (
                "[dependencies]\nstratos-sdk = { path = \"../sdk\", version = \"0.1\" }",
                Some(SdkSource::PathOrGit),
            ),
            (
                "[dependencies]\nstratos-sdk = { git = \"https://example.com/sdk\" }",
                Some(SdkSource::PathOrGit),
            ),
            ("[dev-dependencies]\nstratos-sdk = \"0.1\"", None),
            ("[dependencies]\nstratos = \"1\"", None),
            (
                "[dependencies]\nstratos-sdk = { package = \"other\", version = \"1\" }",
                None,
            ),
            ("", None),
        ] {
            assert_eq!(sdk(dependencies), expected, "{dependencies}");
        }
    }

    #[test]
    fn programs_are_the_binary_targets_of_cargo() {
        let main = ("src/main.rs", "");
        for (toml, files, expected) in [
            ("", vec![main], vec!["a"]),
            ("", vec![("src/lib.rs", "")], vec![]),
            ("", vec![], vec![]),
            (
                "",
                vec![main, ("src/bin/b.rs", ""), ("src/bin/c/main.rs", "")],
                vec!["a", "b", "c"],
            ),
            (
                "[[bin]]\nname = \"x\"\npath = \"src/main.rs\"",
                vec![main],
                vec!["x"],
            ),
            (
                "[[bin]]\nname = \"x\"\npath = \"x.rs\"\nrequired-features = [\"f\"]",
                vec![main],
                vec!["a", "x?"],
            ),
        ] {
            let toml = format!("[package]\nname = \"a\"\nversion = \"1.0.0\"\n{toml}");
            let files = [vec![("Cargo.toml", toml.as_str())], files].concat();
            let dir = folder(&files);
            let programs = read(dir.path(), "Cargo.toml").unwrap().facts.programs;
            let found: Vec<_> = programs
                .iter()
                .map(|program| match program.needs_features {
                    true => format!("{}?", program.name),
                    false => program.name.clone(),
                })
                .collect();
            assert_eq!(found, expected, "{files:?}");
        }
    }

    #[test]
    fn workspace_values_are_inherited() {
        let root = "[workspace]\nmembers = [\"p\"]\n[workspace.package]\nversion = \"1.2.3\"\n\
                    [workspace.dependencies]\nstratos = { package = \"stratos-sdk\", version = \"0.1\" }";
        let member = "[package]\nname = \"p\"\nversion.workspace = true\n\
                      [dependencies]\nstratos.workspace = true";
        let dir = folder(&[("Cargo.toml", root), ("p/background/Cargo.toml", member)]);
        let plugin = dir.path().join("p");
        let inherited = read(&plugin, "background/Cargo.toml").unwrap();
        assert_eq!(inherited.version.as_deref(), Some("1.2.3"));
        assert_eq!(
            inherited.facts.sdk,
            Some(SdkSource::Registry("^0.1".to_owned()))
        );

        let workspace = read(dir.path(), "Cargo.toml").unwrap();
        assert_eq!(workspace.facts.package, None);
        assert_eq!(workspace.facts.sdk, inherited.facts.sdk);
    }

    #[test]
    fn the_workspace_is_searched_above_the_crate_only() {
        let root = "[workspace]\n[workspace.package]\nversion = \"1.2.3\"";
        let member = |workspace: &str| {
            format!("[package]\nname = \"p\"\nworkspace = '{workspace}'\nversion.workspace = true")
        };
        let dir = folder(&[("up/Cargo.toml", root), ("beside/Cargo.toml", root)]);
        let plugin = dir.path().join("up/plugin");
        fs::create_dir(&plugin).unwrap();
        let absolute = dir.path().join("beside");
        for (workspace, is_found) in [
            ("..", true),
            ("./../", true),
            ("../../up", true),
            ("../../beside", false),
            (absolute.to_str().unwrap(), false),
            (plugin.parent().unwrap().to_str().unwrap(), false),
        ] {
            fs::write(plugin.join("Cargo.toml"), member(workspace)).unwrap();
            let found = read(&plugin, "Cargo.toml");
            assert_eq!(found.is_some(), is_found, "{workspace}");
        }
    }

    #[test]
    fn a_cargo_toml_that_cargo_rejects_gives_no_facts() {
        let huge = format!("[package]\nname = \"a\"\n#{}", "x".repeat(1024 * 1024));
        for toml in ["[package", "\u{0}", "[package]\nversion = 1", &huge] {
            let dir = folder(&[("Cargo.toml", toml)]);
            assert!(read(dir.path(), "Cargo.toml").is_none());
        }
        // A workspace that is not there.
        let dir = folder(&[(
            "Cargo.toml",
            "[package]\nname = \"a\"\nworkspace = \"nowhere\"\nversion.workspace = true",
        )]);
        assert!(read(dir.path(), "Cargo.toml").is_none());
        fs::remove_file(dir.path().join("Cargo.toml")).unwrap();
        fs::create_dir(dir.path().join("Cargo.toml")).unwrap();
        assert!(read(dir.path(), "Cargo.toml").is_none());
    }

    #[test]
    fn an_empty_path_is_the_current_folder() {
        let ours = read(Path::new(""), "Cargo.toml").unwrap();
        assert_eq!(ours.facts.package.as_deref(), Some("stratos-manifest"));
        assert_eq!(ours.version.as_deref(), Some(env!("CARGO_PKG_VERSION")));
    }
}
