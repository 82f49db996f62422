//! The packages on this disk that cargo builds a plugin from.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use cargo_metadata::{Dependency, DependencyKind, Metadata, MetadataCommand, TargetKind};
use serde::{Deserialize, Serialize};
use toml::{Table, Value};

use crate::inputs::canonical_path::canonicalize;

/// A plugin's package, its direct and indirect path dependencies, and the packages on this disk that `[patch]` names.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PathPackages {
    /// The packages, by folder.
    pub(crate) by_folder: BTreeMap<PathBuf, PathPackage>,
    /// Files of the workspace and the toolchain that cargo also reads. They need not exist.
    pub(crate) files: BTreeSet<PathBuf>,
    /// Whether cargo could read all manifests.
    pub(crate) is_complete: bool,
}

/// A package on this disk.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PathPackage {
    /// Name of the package; empty if its manifest is invalid.
    pub(crate) name: String,
    /// Whether the package has a build script, which may read any file in its folder.
    pub(crate) has_build_script: bool,
}

impl PathPackages {
    /// Finds the packages by `cargo metadata --no-deps`, which needs neither a network nor a lock file.
    ///
    /// Packages that cargo cannot describe have no name and no dependencies. `for_tests`: with those that only the
    /// plugin's tests are built from.
    pub(crate) fn find(cargo: &OsStr, cargo_toml: &Path, for_tests: bool) -> Self {
        let mut packages = Self {
            is_complete: true,
            ..Self::default()
        };
        let mut todo = vec![cargo_toml.to_owned()];
        let mut described = BTreeMap::new();
        while let Some(manifest) = todo.pop() {
            let Some(folder) = manifest.parent() else {
                continue;
            };
            let folder = canonicalize(folder);
            if packages.by_folder.contains_key(&folder) {
                continue;
            }
            let is_plugin = packages.by_folder.is_empty();
            todo.extend(packages.add_files(&folder));
            if !described.contains_key(&folder) {
                let metadata = metadata(cargo, &manifest);
                packages.is_complete &= metadata.is_some();
                if let Some(metadata) = &metadata {
                    let workspace = canonicalize(metadata.workspace_root.as_std_path());
                    todo.extend(packages.add_files(&workspace));
                }
                described.extend(describe(metadata));
            }
            // A package with an invalid manifest is kept, so that its repair is noticed.
            let found = described.remove(&folder).unwrap_or_default();
            packages.by_folder.insert(folder, found.package);
            todo.extend(found.path_dependencies);
            if for_tests && is_plugin {
                todo.extend(found.dev_dependencies);
            }
        }
        packages
    }

    /// Replaces the packages by newer ones, or adds the newer ones if those are incomplete.
    pub(crate) fn update(&mut self, newer: Self) {
        if newer.is_complete {
            *self = newer;
        } else {
            for (folder, package) in newer.by_folder {
                match package.name.is_empty() {
                    true => _ = self.by_folder.entry(folder).or_insert(package),
                    false => _ = self.by_folder.insert(folder, package),
                }
            }
            self.files.extend(newer.files);
        }
    }

    /// Adds the files that cargo reads for a package or workspace in this folder. Returns the manifests of the packages
    /// that they put in the place of others.
    fn add_files(&mut self, folder: &Path) -> Vec<PathBuf> {
        let names = [
            "Cargo.toml",
            "Cargo.lock",
            "rust-toolchain.toml",
            "rust-toolchain",
        ];
        let mut files: Vec<_> = names.iter().map(|name| folder.join(name)).collect();
        // Those in all folders above count, too.
        let configs = folder.ancestors().map(|above| above.join(".cargo"));
        files.extend(
            configs.flat_map(|folder| ["config.toml", "config"].map(|name| folder.join(name))),
        );
        files.retain(|file| !self.files.contains(file));
        self.files.extend(files.iter().cloned());
        files.iter().flat_map(|file| patches(file)).collect()
    }
}

/// Whether a file names packages on this disk: a manifest, or a configuration file of cargo.
pub(crate) fn names_packages(file: &Path) -> bool {
    file.ends_with("Cargo.toml")
        || file
            .parent()
            .is_some_and(|folder| folder.ends_with(".cargo"))
}

/// The packages that these files are inputs of: those that contain them, and all for a file outside of all packages,
/// which any of them may include.
pub(crate) fn owners<'p>(
    packages: &'p BTreeMap<PathBuf, PathPackage>,
    files: &[PathBuf],
) -> Vec<&'p PathPackage> {
    let folder = |file: &PathBuf| {
        let mut folders = file.ancestors();
        folders
            .find(|folder| packages.contains_key(*folder))
            .map(Path::to_owned)
    };
    let folders: Option<BTreeSet<_>> = files.iter().map(folder).collect();
    let owners = packages.iter().filter(|(package, _)| {
        let folders = folders.as_ref();
        folders.is_none_or(|folders| folders.contains(*package))
    });
    owners.map(|(_, package)| package).collect()
}

/// A package by its manifest.
#[derive(Debug, Default)]
struct DescribedPackage {
    package: PathPackage,
    /// Paths of the dependencies' manifests.
    path_dependencies: Vec<PathBuf>,
    /// Paths of the manifests of dependencies that only tests are built from.
    dev_dependencies: Vec<PathBuf>,
}

/// Paths of the manifests that `[patch]` names in a manifest or a configuration file of cargo.
fn patches(file: &Path) -> Vec<PathBuf> {
    let table = fs::read_to_string(file)
        .ok()
        .and_then(|text| text.parse::<Table>().ok());
    let folder = match file.parent() {
        Some(folder) if folder.ends_with(".cargo") => folder.parent(),
        folder => folder,
    };
    let (Some(table), Some(folder)) = (table, folder) else {
        return Vec::new();
    };
    let tables = |value: &Value| value.as_table().cloned().unwrap_or_default();
    let sources = table.get("patch").map(tables).unwrap_or_default();
    let patches = sources.values().flat_map(tables);
    let paths = patches.filter_map(|(_, patch)| Some(folder.join(patch.get("path")?.as_str()?)));
    paths.map(|path| path.join("Cargo.toml")).collect()
}

fn metadata(cargo: &OsStr, cargo_toml: &Path) -> Option<Metadata> {
    MetadataCommand::new()
        .cargo_path(cargo)
        .manifest_path(cargo_toml)
        .no_deps()
        .exec()
        .ok()
}

/// The packages of a workspace by their folders.
fn describe(metadata: Option<Metadata>) -> impl Iterator<Item = (PathBuf, DescribedPackage)> {
    let packages = metadata.into_iter().flat_map(|metadata| metadata.packages);
    packages.filter_map(|package| {
        let folder = package.manifest_path.as_std_path().parent()?;
        let mut kinds = package.targets.iter().flat_map(|target| &target.kind);
        let manifest = |dependency: &Dependency| {
            let path = dependency.path.as_ref()?;
            Some(path.as_std_path().join("Cargo.toml"))
        };
        let is_dev = |dependency: &&Dependency| dependency.kind == DependencyKind::Development;
        let (dev, normal): (Vec<_>, Vec<_>) = package.dependencies.iter().partition(is_dev);
        let described = DescribedPackage {
            package: PathPackage {
                name: package.name.to_string(),
                has_build_script: kinds.any(|kind| *kind == TargetKind::CustomBuild),
            },
            path_dependencies: normal.into_iter().filter_map(manifest).collect(),
            dev_dependencies: dev.into_iter().filter_map(manifest).collect(),
        };
        Some((canonicalize(folder), described))
    })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn path_dependencies_are_found_without_a_lock_file() {
        let root = tempfile::tempdir().unwrap();
        let root = canonicalize(root.path());
        let write = |name: &str, text: &str| {
            let path = root.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        let package = |name: &str, rest: &str| {
            format!("[package]\nname = \"{name}\"\nversion = \"1.0.0\"\nedition = \"2024\"\n{rest}")
        };
        let dependencies = "[dependencies]\nnear = { path = \"../near\" }\n\
            published = \"99\"\n[patch.crates-io]\npublished = { path = \"../patched\" }\n[dev-dependencies]\nfor-tests = { path = \"../for-tests\" }\n[workspace]\n";
        write("plugin/Cargo.toml", &package("plugin", dependencies));
        write("plugin/src/main.rs", "fn main() {}");
        let dependencies = "[dependencies]\nfar = { path = \"../deep/far\" }\n";
        write("near/Cargo.toml", &package("near", dependencies));
        write("near/src/lib.rs", "");
        write("near/build.rs", "fn main() {}");
        write("deep/far/Cargo.toml", &package("far", ""));
        write("deep/far/src/lib.rs", "");
        write("patched/Cargo.toml", &package("published", ""));
        write("patched/src/lib.rs", "");
        write("for-tests/Cargo.toml", &package("for-tests", ""));
        write("for-tests/src/lib.rs", "");

        #[expect(clippy::disallowed_methods, reason = "cargo sets it for tests")]
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let packages = PathPackages::find(&cargo, &root.join("plugin/Cargo.toml"), false);
        let expected = [
            ("deep/far", "far", false),
            ("near", "near", true),
            ("patched", "published", false),
            ("plugin", "plugin", false),
        ];
        let expected = expected.map(|(folder, name, has_build_script)| {
            let name = name.to_owned();
            let package = PathPackage {
                name,
                has_build_script,
            };
            (root.join(folder), package)
        });
        assert_eq!(packages.by_folder, expected.into());
        for file in ["plugin/Cargo.lock", ".cargo/config.toml"] {
            assert!(packages.files.contains(&root.join(file)), "{file}");
        }
        let for_tests = PathPackages::find(&cargo, &root.join("plugin/Cargo.toml"), true);
        assert!(for_tests.by_folder.contains_key(&root.join("for-tests")));

        write("deep/far/Cargo.toml", "[pack");
        let mut updated = packages.clone();
        updated.update(PathPackages::find(
            &cargo,
            &root.join("plugin/Cargo.toml"),
            false,
        ));
        assert_eq!(
            updated, packages,
            "packages with invalid manifests are kept"
        );
    }
}
