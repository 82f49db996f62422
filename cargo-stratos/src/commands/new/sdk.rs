//! Source of the SDK for a new project.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use stratos_templates::Sdk;

use crate::error::Error;

const PACKAGE: &str = "stratos-sdk";

/// Folder of this package when the program was built. It may be gone, or be on another machine.
const BUILT_IN: &str = env!("CARGO_MANIFEST_DIR");

#[derive(Debug, clap::Args)]
pub(super) struct SdkArgs {
    /// Build against the SDK in this folder [default: the SDK that this program was built with]
    #[arg(long, value_name = "DIR", conflicts_with = "published_sdk")]
    sdk_path: Option<PathBuf>,
    /// Build against the SDK on crates.io, once it is published there
    #[arg(long)]
    published_sdk: bool,
}

/// The SDK of a new project.
#[derive(Debug)]
pub(super) struct FoundSdk {
    pub(super) sdk: Sdk,
    pub(super) origin: SdkOrigin,
}

/// Origin of a new project's SDK.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SdkOrigin {
    /// A folder or a registry that the command line names.
    Given,
    /// The source tree that this program was built from.
    Program,
    /// The source tree that this program was built from, in cargo's cache, which cargo cleans.
    CargoCache,
}

/// The SDK that the command line names, or else the one that this program was built with.
pub(super) fn find(args: &SdkArgs) -> Result<FoundSdk, Error> {
    let given = |sdk| FoundSdk {
        sdk,
        origin: SdkOrigin::Given,
    };
    match &args.sdk_path {
        _ if args.published_sdk => Ok(given(Sdk::Published)),
        Some(folder) => folder_in(folder).map(given),
        None => {
            let program = std::env::current_exe().unwrap_or_default();
            sdk_of_program(&program, Path::new(BUILT_IN))
        }
    }
}

/// The SDK that a program was built with. A program from crates.io uses the SDK there. One from a source tree uses the SDK
/// in the tree around it, in case that was moved, or else in the tree where it was built, if that is still there.
fn sdk_of_program(program: &Path, built_in: &Path) -> Result<FoundSdk, Error> {
    // In a registry, the name of a package's folder ends with the version.
    if !built_in.ends_with(env!("CARGO_PKG_NAME")) {
        return Ok(FoundSdk {
            sdk: Sdk::Published,
            origin: SdkOrigin::Program,
        });
    }
    let tree = built_in.parent().unwrap_or(built_in);
    let mut candidates = program.ancestors().chain([tree]);
    let Some(found) = candidates.find(|folder| is_sdk(&folder.join(PACKAGE))) else {
        return Err(Error::usage(
            format!(
                "the SDK was not found: it is no longer in `{}`, where this program was built",
                tree.display()
            ),
            format!(
                "name the folder `{PACKAGE}` in the SDK's source with `--sdk-path DIR`, or use the SDK on crates.io with \
                 `--published-sdk`, if it is published"
            ),
        ));
    };
    let is_cached = found
        .ancestors()
        .any(|folder| folder.ends_with("git/checkouts"));
    Ok(FoundSdk {
        sdk: folder_in(found)?,
        origin: match is_cached {
            true => SdkOrigin::CargoCache,
            false => SdkOrigin::Program,
        },
    })
}

/// The SDK in the folder `given` or in its subfolder `stratos-sdk`.
fn folder_in(given: &Path) -> Result<Sdk, Error> {
    let usage = |message| {
        Error::usage(
            message,
            format!("name the folder `{PACKAGE}` in the SDK's source"),
        )
    };
    let candidates = [given.to_owned(), given.join(PACKAGE)];
    let Some(folder) = candidates.iter().find(|folder| is_sdk(folder)) else {
        return Err(usage(format!(
            "`{}` is not the folder of {PACKAGE}",
            given.display()
        )));
    };
    let folder = absolute(folder).map_err(|source| Error::file("find", folder, source))?;
    match folder.to_str() {
        Some(text) => Ok(Sdk::Folder(text.to_owned())),
        None => Err(usage(format!(
            "`{}` cannot be written to Cargo.toml, because it is not UTF-8",
            folder.display()
        ))),
    }
}

fn is_sdk(folder: &Path) -> bool {
    let text = fs::read_to_string(folder.join("Cargo.toml"));
    let manifest = text.ok().and_then(|text| text.parse::<toml::Table>().ok());
    let name = manifest
        .as_ref()
        .and_then(|manifest| manifest.get("package")?.get("name"));
    name.and_then(toml::Value::as_str) == Some(PACKAGE)
}

/// The absolute path, so that the project can be moved. On Windows, `canonicalize` would return a path with `\\?\`, which
/// cargo does not accept in a manifest.
fn absolute(folder: &Path) -> io::Result<PathBuf> {
    if cfg!(windows) {
        std::path::absolute(folder)
    } else {
        folder.canonicalize()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sdk_of_a_program_is_in_the_tree_that_it_was_built_from() {
        let root = tempfile::tempdir().unwrap();
        let root = dunce::canonicalize(root.path()).unwrap();
        for tree in ["tree", "git/checkouts/tree-1/abc"] {
            let sdk = root.join(tree).join(PACKAGE);
            fs::create_dir_all(&sdk).unwrap();
            let manifest = format!("[package]\nname = \"{PACKAGE}\"\n");
            fs::write(sdk.join("Cargo.toml"), manifest).unwrap();
        }
        let found = |program: &str, built_in: &str| {
            let found = sdk_of_program(&root.join(program), &root.join(built_in));
            let found = found.map_err(|error| error.exit_code())?;
            let folder = match found.sdk {
                Sdk::Published => "published".to_owned(),
                Sdk::Folder(folder) => {
                    let inside = Path::new(&folder).strip_prefix(&root).unwrap();
                    inside.to_string_lossy().replace('\\', "/")
                }
            };
            Ok((folder, found.origin))
        };
        let of_program = |folder: &str| Ok((folder.to_owned(), SdkOrigin::Program));
        let installed = "home/bin/cargo-stratos";
        let in_target = "tree/target/debug/cargo-stratos";
        assert_eq!(
            found(installed, "tree/cargo-stratos"),
            of_program("tree/stratos-sdk")
        );
        assert_eq!(
            found(in_target, "before/cargo-stratos"),
            of_program("tree/stratos-sdk")
        );
        assert_eq!(
            found(installed, "registry/src/index/cargo-stratos-0.1.0"),
            of_program("published")
        );
        assert_eq!(
            found(installed, "git/checkouts/tree-1/abc/cargo-stratos"),
            Ok((
                "git/checkouts/tree-1/abc/stratos-sdk".to_owned(),
                SdkOrigin::CargoCache
            ))
        );
        assert_eq!(found(installed, "before/cargo-stratos"), Err(2));
    }
}
