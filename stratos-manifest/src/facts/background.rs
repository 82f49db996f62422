//! Where a plugin's background module is, and what it is built from.

use std::collections::BTreeMap;

use cargo_toml::{Dependency, DepsSet, Manifest};

use crate::{
    background::{BUILDS, CONVENTIONAL, built_twin, source_twins},
    facts::{FileFact, folder::PluginFolder},
};

const MAX_CARGO_TOML: u64 = 1024 * 1024;

/// Looks for everything that says how the module at `entry` comes into being.
pub(super) fn look_around(
    folder: &mut PluginFolder,
    entry: Option<&str>,
    files: &mut BTreeMap<String, FileFact>,
) {
    let fixed = BUILDS
        .into_iter()
        .chain(["background", "ui/index.js", CONVENTIONAL])
        .map(str::to_owned);
    let named = entry.into_iter().flat_map(|entry| {
        source_twins(entry)
            .chain(built_twin(entry))
            .chain([entry.to_owned()])
    });
    for path in fixed.chain(named) {
        let fact = folder.look(&path);
        files.insert(path, fact);
    }
}

/// The `Cargo.toml` of a crate that uses the SDK.
pub(super) fn sdk_crate(folder: &mut PluginFolder) -> Option<String> {
    ["Cargo.toml", "background/Cargo.toml"]
        .into_iter()
        .find(|path| {
            let Ok((bytes, _)) = folder.read(path, MAX_CARGO_TOML) else {
                return false;
            };
            Manifest::from_slice(&bytes).is_ok_and(|manifest| uses_sdk(&manifest))
        })
        .map(str::to_owned)
}

fn uses_sdk(manifest: &Manifest) -> bool {
    let has_sdk = |dependencies: &DepsSet| {
        dependencies.iter().any(|(name, dependency)| {
            let renamed = match dependency {
                Dependency::Detailed(detail) => detail.package.as_deref(),
                Dependency::Simple(_) | Dependency::Inherited(_) => None,
            };
            renamed.unwrap_or(name) == "stratos-sdk"
        })
    };
    let mut targets = manifest.target.values();
    has_sdk(&manifest.dependencies) || targets.any(|target| has_sdk(&target.dependencies))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_crate_that_uses_the_sdk_is_found() {
        for (toml, expected) in [
            ("[dependencies]\nstratos-sdk = \"1\"", true),
            ("[dependencies]\nstratos-sdk.workspace = true", true),
            (
                "[dependencies]\nstratos = { package = \"stratos-sdk\", path = \"..\" }",
                true,
            ),
            (
                "[target.'cfg(windows)'.dependencies]\nstratos-sdk = \"1\"",
                true,
            ),
            ("[dev-dependencies]\nstratos-sdk = \"1\"", false),
            (
                "[dependencies]\nstratos-sdk = { package = \"other\", version = \"1\" }",
                false,
            ),
            ("[dependencies", false),
            ("", false),
        ] {
            let toml = format!("[package]\nname = \"a\"\nversion = \"0.1.0\"\n{toml}\n");
            for place in ["Cargo.toml", "background/Cargo.toml"] {
                let dir = tempfile::tempdir().unwrap();
                fs::create_dir(dir.path().join("background")).unwrap();
                fs::write(dir.path().join(place), &toml).unwrap();
                let found = sdk_crate(&mut PluginFolder::new(dir.path()));
                assert_eq!(found.as_deref(), expected.then_some(place), "{toml}");
            }
        }
    }
}
