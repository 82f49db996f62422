//! The packages that cargo builds a plugin from, as far as they lie on this disk.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, TargetKind};

/// A plugin's package, the packages that it depends on by path, and theirs.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Packages {
    /// Their folders; true for those whose build script may read anything in there.
    pub(super) folders: BTreeMap<PathBuf, bool>,
    /// What else cargo reads: of the workspace and of the toolchain.
    pub(super) files: BTreeSet<PathBuf>,
    /// Cargo could read all manifests.
    pub(super) is_whole: bool,
}

impl Packages {
    /// Asks cargo, without its resolver: that one may want the network, and a lock file that is not there yet.
    ///
    /// Whatever cargo cannot say is left out; the plugin's own folder is there always.
    pub(super) fn of(cargo: &OsStr, cargo_toml: &Path) -> Self {
        let mut packages = Self {
            is_whole: true,
            ..Self::default()
        };
        let mut todo = vec![cargo_toml.to_owned()];
        let mut known = BTreeMap::new();
        while let Some(manifest) = todo.pop() {
            let Some(folder) = manifest.parent() else {
                continue;
            };
            let folder = real(folder);
            if packages.folders.contains_key(&folder) {
                continue;
            }
            packages.add_files(&folder);
            if !known.contains_key(&folder) {
                let metadata = metadata(cargo, &manifest);
                packages.is_whole &= metadata.is_some();
                if let Some(metadata) = &metadata {
                    packages.add_files(&real(metadata.workspace_root.as_std_path()));
                }
                known.extend(described(metadata));
            }
            // By default the package itself, so that a repaired manifest is noticed.
            let about = known.get(&folder).cloned().unwrap_or_default();
            let reads_anything = packages.folders.entry(folder).or_default();
            *reads_anything |= about.reads_anything;
            todo.extend(about.needs);
        }
        packages
    }

    /// Takes what cargo says now, and where it says nothing, all that is known from before.
    pub(super) fn or(self, now: Self) -> Self {
        if now.is_whole {
            return now;
        }
        let mut all = self;
        all.folders.extend(now.folders);
        all.files.extend(now.files);
        all
    }

    fn add_files(&mut self, folder: &Path) {
        let names = [
            "Cargo.toml",
            "Cargo.lock",
            "rust-toolchain.toml",
            "rust-toolchain",
            ".cargo/config.toml",
            ".cargo/config",
        ];
        self.files.extend(names.map(|name| folder.join(name)));
    }
}

/// A package.
#[derive(Debug, Clone, Default)]
struct About {
    reads_anything: bool,
    /// The manifests of its path dependencies.
    needs: Vec<PathBuf>,
}

fn metadata(cargo: &OsStr, cargo_toml: &Path) -> Option<Metadata> {
    MetadataCommand::new()
        .cargo_path(cargo)
        .manifest_path(cargo_toml)
        .no_deps()
        .exec()
        .ok()
}

fn described(metadata: Option<Metadata>) -> impl Iterator<Item = (PathBuf, About)> {
    let packages = metadata.into_iter().flat_map(|metadata| metadata.packages);
    packages.filter_map(|package| {
        let folder = package.manifest_path.as_std_path().parent().map(real)?;
        let scripts = |kind: &TargetKind| *kind == TargetKind::CustomBuild;
        let needs = package
            .dependencies
            .iter()
            .filter(|dependency| dependency.kind != DependencyKind::Development)
            .filter_map(|dependency| dependency.path.as_ref());
        let about = About {
            reads_anything: package.targets.iter().any(|t| t.kind.iter().any(scripts)),
            needs: needs
                .map(|path| path.as_std_path().join("Cargo.toml"))
                .collect(),
        };
        Some((folder, about))
    })
}

/// The one name of a path that the system, cargo and the search agree on.
pub(super) fn real(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn path_dependencies_are_followed_without_a_lock_file() {
        let root = tempfile::tempdir().unwrap();
        let root = real(root.path());
        let write = |name: &str, text: &str| {
            let path = root.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        let package = |name: &str, rest: &str| {
            format!("[package]\nname = \"{name}\"\nversion = \"1.0.0\"\nedition = \"2024\"\n{rest}")
        };
        let needs = "[dependencies]\nnear = { path = \"../near\" }\n\
            published = \"99\"\n[dev-dependencies]\nfor-tests = { path = \"../for-tests\" }\n[workspace]\n";
        write("plugin/Cargo.toml", &package("plugin", needs));
        write("plugin/src/main.rs", "fn main() {}");
        let needs = "[dependencies]\nfar = { path = \"../deep/far\" }\n";
        write("near/Cargo.toml", &package("near", needs));
        write("near/src/lib.rs", "");
        write("near/build.rs", "fn main() {}");
        write("deep/far/Cargo.toml", &package("far", ""));
        write("deep/far/src/lib.rs", "");
        write("for-tests/Cargo.toml", &package("for-tests", ""));
        write("for-tests/src/lib.rs", "");

        #[expect(clippy::disallowed_methods, reason = "cargo sets it for tests")]
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let packages = Packages::of(&cargo, &root.join("plugin/Cargo.toml"));
        let expected = [
            (root.join("deep/far"), false),
            (root.join("near"), true),
            (root.join("plugin"), false),
        ];
        assert_eq!(packages.folders, expected.into());
        assert!(packages.files.contains(&root.join("plugin/Cargo.lock")));

        // A manifest that cargo cannot read is in a package that is known.
        write("deep/far/Cargo.toml", "[pack");
        let broken = Packages::of(&cargo, &root.join("plugin/Cargo.toml"));
        assert_eq!(packages.clone().or(broken), packages);
    }
}
