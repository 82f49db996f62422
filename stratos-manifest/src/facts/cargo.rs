//! What a plugin's `Cargo.toml` says.

use std::{
    cell::RefCell,
    collections::HashSet,
    io,
    path::{Component, Path, PathBuf, absolute},
};

use cargo_toml::{AbstractFilesystem, DepsSet, Error, Manifest, Product, Value};

use crate::facts::{CrateFact, Program, SdkSource, folder::PluginFolder, read::read};

const SDK: &str = "stratos-sdk";

/// A crate and its version.
#[derive(Debug)]
pub(super) struct Crate {
    pub(super) fact: CrateFact,
    pub(super) version: Option<String>,
}

/// What is known of the crate whose manifest is `file`, relative to the plugin's folder, which is `dir`.
///
/// `None` where there is none, and where cargo would not understand it either.
pub(super) fn look(plugin: &mut PluginFolder, dir: &Path, file: &str) -> Option<Crate> {
    let mut manifest = Manifest::from_slice(&read(plugin, file)?).ok()?;
    // An empty path, which a plain file name has for its folder, is none to walk up from.
    let toml = absolute(Path::new(".").join(dir).join(file)).ok()?;
    let folder = Folder {
        plugin: RefCell::new(plugin),
        inside: file.rsplit_once('/').map_or("", |(folder, _)| folder),
        place: toml.parent()?.to_owned(),
    };
    manifest
        .complete_from_abstract_filesystem::<Value, _>(folder, None)
        .ok()?;
    Some(Crate {
        fact: CrateFact {
            file: file.to_owned(),
            package: manifest.package.as_ref().map(|p| p.name.clone()),
            programs: manifest.bin.iter().filter_map(program).collect(),
            sdk: sdk_of(&manifest),
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

/// A workspace that is no package may say in its own table where its members get the SDK from.
fn sdk_of(manifest: &Manifest) -> Option<SdkSource> {
    let of_targets = manifest.target.values().map(|target| &target.dependencies);
    let of_workspace = manifest.workspace.as_ref().map(|w| &w.dependencies);
    let of_workspace = of_workspace.filter(|_| manifest.package.is_none());
    [&manifest.dependencies]
        .into_iter()
        .chain(of_targets)
        .chain(of_workspace)
        .find_map(sdk_in)
}

fn sdk_in(dependencies: &DepsSet) -> Option<SdkSource> {
    let (_, sdk) = dependencies
        .iter()
        .find(|(key, dependency)| dependency.package().unwrap_or(key) == SDK)?;
    let is_elsewhere = sdk
        .detail()
        .is_some_and(|detail| detail.path.is_some() || detail.git.is_some());
    Some(match is_elsewhere {
        true => SdkSource::Elsewhere,
        false => SdkSource::Registry(sdk.try_req().ok()?.to_string()),
    })
}

/// The crate's folder, whose files are looked at as carefully as all others.
struct Folder<'f> {
    plugin: RefCell<&'f mut PluginFolder>,
    /// Its path in the plugin's folder.
    inside: &'f str,
    /// Where it is on the disk.
    place: PathBuf,
}

impl AbstractFilesystem for Folder<'_> {
    fn file_names_in(&self, path: &str) -> io::Result<HashSet<Box<str>>> {
        let path = format!("{}/{path}", self.inside);
        let mut plugin = self.plugin.borrow_mut();
        let names = plugin.names_in(&path)?;
        Ok(names.iter().map(|name| name.as_str().into()).collect())
    }

    /// Only folders above the crate are looked at: any other may be anywhere, on another computer as well.
    fn parse_root_workspace(&self, given: Option<&Path>) -> Result<(Manifest, PathBuf), Error> {
        let given = given.map(|given| joined(&self.place, given));
        self.place
            .ancestors()
            .skip(1)
            .filter(|place| {
                given
                    .as_ref()
                    .is_none_or(|given| given.as_deref() == Some(place))
            })
            .find_map(|place| {
                let toml = read(&mut PluginFolder::new(place), "Cargo.toml")?;
                let manifest = Manifest::from_slice(&toml).ok()?;
                let is_root = manifest.workspace.is_some();
                is_root.then(|| (manifest, place.join("Cargo.toml")))
            })
            .ok_or(Error::Other("there is no workspace"))
    }
}

/// The folder that is meant by a relative path; nobody looks whether it is there.
fn joined(folder: &Path, relative: &Path) -> Option<PathBuf> {
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

    fn look(dir: &Path, file: &str) -> Option<Crate> {
        super::look(&mut PluginFolder::new(dir), dir, file)
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
        look(dir.path(), "Cargo.toml").unwrap().fact.sdk
    }

    #[test]
    fn the_sdk_is_found_wherever_it_comes_from() {
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
                Some(SdkSource::Elsewhere),
            ),
            (
                "[dependencies]\nstratos-sdk = { git = \"https://example.com/sdk\" }",
                Some(SdkSource::Elsewhere),
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
    fn programs_are_those_that_cargo_finds() {
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
            let programs = look(dir.path(), "Cargo.toml").unwrap().fact.programs;
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
    fn what_a_workspace_says_is_inherited() {
        let root = "[workspace]\nmembers = [\"p\"]\n[workspace.package]\nversion = \"1.2.3\"\n\
                    [workspace.dependencies]\nstratos = { package = \"stratos-sdk\", version = \"0.1\" }";
        let member = "[package]\nname = \"p\"\nversion.workspace = true\n\
                      [dependencies]\nstratos.workspace = true";
        let dir = folder(&[("Cargo.toml", root), ("p/background/Cargo.toml", member)]);
        let plugin = dir.path().join("p");
        let inherited = look(&plugin, "background/Cargo.toml").unwrap();
        assert_eq!(inherited.version.as_deref(), Some("1.2.3"));
        assert_eq!(
            inherited.fact.sdk,
            Some(SdkSource::Registry("^0.1".to_owned()))
        );

        let workspace = look(dir.path(), "Cargo.toml").unwrap();
        assert_eq!(workspace.fact.package, None);
        assert_eq!(workspace.fact.sdk, inherited.fact.sdk);
    }

    #[test]
    fn a_workspace_is_looked_for_above_the_crate_only() {
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
            let found = look(&plugin, "Cargo.toml");
            assert_eq!(found.is_some(), is_found, "{workspace}");
        }
    }

    #[test]
    fn a_manifest_that_cargo_would_not_read_says_nothing() {
        let huge = format!("[package]\nname = \"a\"\n#{}", "x".repeat(1024 * 1024));
        for toml in ["[package", "\u{0}", "[package]\nversion = 1", &huge] {
            let dir = folder(&[("Cargo.toml", toml)]);
            assert!(look(dir.path(), "Cargo.toml").is_none());
        }
        // A workspace that is not there.
        let dir = folder(&[(
            "Cargo.toml",
            "[package]\nname = \"a\"\nworkspace = \"nowhere\"\nversion.workspace = true",
        )]);
        assert!(look(dir.path(), "Cargo.toml").is_none());
        fs::remove_file(dir.path().join("Cargo.toml")).unwrap();
        fs::create_dir(dir.path().join("Cargo.toml")).unwrap();
        assert!(look(dir.path(), "Cargo.toml").is_none());
    }

    #[test]
    fn the_current_folder_may_be_given_as_an_empty_path() {
        let ours = look(Path::new(""), "Cargo.toml").unwrap();
        assert_eq!(ours.fact.package.as_deref(), Some("stratos-manifest"));
        assert_eq!(ours.version.as_deref(), Some(env!("CARGO_PKG_VERSION")));
    }
}
