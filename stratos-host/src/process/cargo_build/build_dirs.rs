//! The folders that cargo builds a package in.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf, absolute};

use cargo_metadata::{Metadata, MetadataCommand};

/// Name of the target folder in the state folder, and of cargo's default one in a workspace.
const TARGET: &str = "target";

/// The folders that cargo builds a package in: the shell's own ones, or those of the command line.
///
/// Builds that an editor or the author runs meanwhile in the project's folder would block and undo the shell's. If
/// the author has configured a target folder (`CARGO_TARGET_DIR`, `build.target-dir`), the own one is in there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct BuildDirs {
    target: PathBuf,
    /// Folder of intermediate results, if it is not the target folder (`build.build-dir`).
    build: Option<PathBuf>,
    /// Whether the arguments of the command line name the target folder.
    is_given: bool,
}

impl BuildDirs {
    /// Name of the folder in a target folder of the author.
    const NAME: &str = "stratos";

    /// Finds the folders for a package; None if its manifest cannot be read. `args` are the arguments for cargo, which
    /// may name a target folder. Without a state folder, the own folder is always in the package's target folder.
    pub(super) fn find(
        cargo: &OsStr,
        cargo_toml: &Path,
        state_dir: Option<&Path>,
        args: &[OsString],
    ) -> Option<Self> {
        let cargo_toml = absolute(cargo_toml).ok()?;
        let package = cargo_toml.parent()?;
        let metadata = metadata(cargo, package, values(args, "--config"))?;
        let configured = metadata.target_directory.as_std_path();
        let build = metadata
            .build_directory
            .as_ref()
            .map(|dir| dir.as_std_path());
        let build = build.filter(|build| *build != configured);
        if contains_target_dir(args) {
            let given = values(args, "--target-dir").next();
            return Some(Self {
                target: given.map_or(configured.to_owned(), |given| package.join(given)),
                build: build.map(Path::to_owned),
                is_given: true,
            });
        }
        let default = metadata.workspace_root.as_std_path().join(TARGET);
        Some(Self {
            target: match state_dir {
                Some(state_dir) if configured == default => {
                    absolute(state_dir.join(TARGET)).ok()?
                }
                _ => configured.join(Self::NAME),
            },
            build: build.map(|build| build.join(Self::NAME)),
            is_given: false,
        })
    }

    /// The folders for a package whose manifest cannot be read, which cargo then reports.
    pub(super) fn own(state_dir: &Path, args: &[OsString]) -> Self {
        let own = state_dir.join(TARGET);
        Self {
            target: absolute(&own).unwrap_or(own),
            build: None,
            is_given: contains_target_dir(args),
        }
    }

    /// The arguments that make cargo build in these folders.
    pub(super) fn args(&self) -> Vec<OsString> {
        if self.is_given {
            return Vec::new();
        }
        let mut args = vec!["--target-dir".into(), self.target.clone().into()];
        if let Some(build) = &self.build {
            // Not as a variable, which a cargo within a build script would inherit, and would wait for this one.
            let path = build.to_string_lossy();
            let config = serde_json::json!(path);
            args.extend([
                "--config".into(),
                format!("build.build-dir={config}").into(),
            ]);
        }
        args
    }

    /// The target folder.
    pub(super) fn target(&self) -> &Path {
        &self.target
    }

    /// The folder with what cargo knows about earlier builds, which several target folders may share.
    pub(super) fn intermediate(&self) -> &Path {
        self.build.as_deref().unwrap_or(&self.target)
    }

    /// The folders that cargo builds in.
    pub(super) fn folders(&self) -> Vec<PathBuf> {
        [self.target.clone()]
            .into_iter()
            .chain(self.build.clone())
            .collect()
    }
}

/// Whether arguments for cargo name a target folder.
fn contains_target_dir(args: &[OsString]) -> bool {
    args.iter().any(|arg| {
        let text = arg.to_string_lossy();
        text.starts_with("--target-dir") || text.contains("target-dir=")
    })
}

/// The values of an option of cargo.
fn values<'a>(args: &'a [OsString], option: &'a str) -> impl Iterator<Item = &'a str> {
    args.iter().enumerate().filter_map(move |(index, arg)| {
        let arg = arg.to_str()?;
        let rest = arg.strip_prefix(option)?;
        match rest {
            "" => args.get(index + 1)?.to_str(),
            _ => rest.strip_prefix('='),
        }
    })
}

/// Reads the manifest in its folder, so that the configuration files there count.
fn metadata<'a>(
    cargo: &OsStr,
    package: &Path,
    config: impl Iterator<Item = &'a str>,
) -> Option<Metadata> {
    let config = config.flat_map(|value| ["--config".to_owned(), value.to_owned()]);
    MetadataCommand::new()
        .cargo_path(cargo)
        .current_dir(package)
        .other_options(config.collect::<Vec<_>>())
        .no_deps()
        .exec()
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn target_folders_in_arguments_are_recognized() {
        for (args, expected) in [
            (vec!["--release"], false),
            (vec!["--target", "x86_64-unknown-linux-gnu"], false),
            (vec!["--target-dir", "out"], true),
            (vec!["--target-dir=out"], true),
            (vec!["--config", "build.target-dir='out'"], true),
        ] {
            let args: Vec<_> = args.iter().map(OsString::from).collect();
            assert_eq!(contains_target_dir(&args), expected, "{args:?}");
        }
        let args = ["--config", "a=1", "--configure", "--config=b=2"].map(OsString::from);
        assert_eq!(
            values(&args, "--config").collect::<Vec<_>>(),
            ["a=1", "b=2"]
        );
    }
}
