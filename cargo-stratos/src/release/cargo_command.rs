//! The command line of cargo for a program that is shipped.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::Command;

use cargo_metadata::{Metadata, MetadataCommand};
use serde_json::json;

use crate::context::Context;
use crate::error::Error;
use crate::platform::TOKEN_VARIABLE;
use crate::release::toolchain::{Tool, Toolchain};

/// The oldest macOS on which programs run: the first one for Apple's processors.
const MACOS: &str = "11.0";
/// The oldest glibc that Rust supports. Zig links to any version.
const GLIBC: &str = "2.17";
/// Variable with the oldest macOS, which the compilers of Rust and C read.
const MACOS_VARIABLE: &str = "MACOSX_DEPLOYMENT_TARGET";

/// A package to build.
#[derive(Debug)]
pub(super) struct CargoBuild<'a> {
    pub(super) cx: &'a Context,
    pub(super) toolchain: &'a Toolchain<'a>,
    /// The package's `Cargo.toml`, an absolute path.
    pub(super) cargo_toml: &'a Path,
    pub(super) release: bool,
    /// The author's arguments for cargo.
    pub(super) args: &'a [OsString],
}

impl CargoBuild<'_> {
    /// The command that builds the package for a target. `dir_args` name the target folder.
    pub(super) fn command(
        &self,
        triple: &str,
        tool: &Tool,
        dir_args: &[OsString],
    ) -> Result<Command, Error> {
        let mut command = Command::new(&self.cx.cargo);
        command.args(match tool {
            Tool::Cargo { .. } => &["build"][..],
            Tool::CargoZigbuild => &["zigbuild"],
            Tool::CargoXwin => &["xwin", "build"],
        });
        // Always with a target: otherwise the flags would count for build scripts and procedural macros, too.
        let target = match tool {
            Tool::CargoZigbuild if triple.ends_with("linux-gnu") => format!("{triple}.{GLIBC}"),
            _ => triple.to_owned(),
        };
        command.args(["--quiet", "--message-format=json-render-diagnostics"]);
        command.args(["--color", self.cx.output.stderr_colour_option()]);
        command.args(["--target", &target, "--manifest-path"]);
        command.arg(self.cargo_toml);
        if self.release {
            command.arg("--release");
            self.add_rustflags(&mut command, triple)?;
        }
        if let Tool::Cargo {
            linker: Some(linker),
        } = tool
        {
            let config = format!("target.{triple}.linker={}", json!(linker));
            command.args(["--config", &config]);
        }
        if let Some(version) = self.macos_version(triple) {
            command.env(MACOS_VARIABLE, version);
        }
        command.args(dir_args).args(self.args);
        // The configuration files there count.
        command.current_dir(folder(self.cargo_toml));
        Ok(command)
    }

    /// The oldest macOS on which a program of this target runs; `None` if the author's variable decides.
    pub(super) fn macos_version(&self, triple: &str) -> Option<&'static str> {
        let is_ours = self.cx.env_var(MACOS_VARIABLE).is_none();
        (triple.ends_with("apple-darwin") && is_ours).then_some(MACOS)
    }

    /// Adds our flags for the compiler to the author's.
    ///
    /// cargo takes the flags of one source: a variable, otherwise all matching `target` tables together, otherwise
    /// `build.rustflags`. A table in an argument joins the other tables, and with it `build.rustflags` no longer counts.
    fn add_rustflags(&self, command: &mut Command, triple: &str) -> Result<(), Error> {
        let config = &self.toolchain.config;
        let authors = self.toolchain.rustflags(triple)?;
        let ours = self.rustflags(triple)?;
        let variables = ["CARGO_ENCODED_RUSTFLAGS", "RUSTFLAGS"];
        if variables.iter().any(|name| self.cx.env_var(name).is_some()) {
            command.env(variables[0], [authors, ours].concat().join("\x1f"));
            return Ok(());
        }
        let build = config.build.rustflags.as_ref().map(|flags| &flags.flags);
        let flags = match build == Some(&authors) {
            true => [authors, ours].concat(),
            false => ours,
        };
        let config = format!("target.'cfg(all())'.rustflags={}", json!(flags));
        command.args(["--config", &config]);
        Ok(())
    }

    /// Flags that make the program small, and the same in every folder.
    fn rustflags(&self, triple: &str) -> Result<Vec<String>, Error> {
        let mut flags = vec!["-Cstrip=symbols".to_owned()];
        for (from, to) in self.remapped_paths()? {
            if let Some(from) = from.to_str() {
                flags.push(format!("--remap-path-prefix={from}={to}"));
            }
        }
        // Linkers for Windows write the time into the program.
        if triple.ends_with("-msvc") {
            flags.push("-Clink-arg=/Brepro".to_owned());
            // Not every pilot has the runtime library of Visual C++.
            flags.push("-Ctarget-feature=+crt-static".to_owned());
        } else if triple.contains("windows-gnu") {
            flags.push("-Clink-arg=-Wl,--no-insert-timestamp".to_owned());
        }
        Ok(flags)
    }

    /// Folders whose names must not be in the program, and what is in it instead. The last one that matches a path counts.
    fn remapped_paths(&self) -> Result<Vec<(PathBuf, String)>, Error> {
        let metadata = self.metadata()?;
        let mut paths = Vec::new();
        paths.extend(self.cx.home_dir().map(|path| (path, "/home".to_owned())));
        paths.extend(self.cx.cargo_home().map(|path| (path, "/cargo".to_owned())));
        let local = metadata
            .packages
            .iter()
            .filter(|package| package.source.is_none());
        for package in local {
            let path = folder(package.manifest_path.as_std_path());
            paths.push((path.to_owned(), format!("/packages/{}", package.name)));
        }
        // Packages of the workspace have paths relative to it, except for what their build scripts make.
        paths.push((metadata.workspace_root.into(), "/workspace".to_owned()));
        let built = [Some(metadata.target_directory), metadata.build_directory];
        paths.extend(
            built
                .into_iter()
                .flatten()
                .map(|path| (path.into(), "/target".to_owned())),
        );
        Ok(paths)
    }

    fn metadata(&self) -> Result<Metadata, Error> {
        let passed_on = |arg: &&OsString| {
            ["--locked", "--offline", "--frozen"]
                .map(OsStr::new)
                .contains(&arg.as_os_str())
        };
        let options = self.args.iter().filter(passed_on);
        MetadataCommand::new()
            .cargo_path(&self.cx.cargo)
            .manifest_path(self.cargo_toml)
            .current_dir(folder(self.cargo_toml))
            .env_remove(TOKEN_VARIABLE)
            .features(cargo_metadata::CargoOpt::AllFeatures)
            .other_options(
                options
                    .map(|arg| arg.to_string_lossy().into_owned())
                    .collect::<Vec<_>>(),
            )
            .exec()
            .map_err(|error| match error {
                cargo_metadata::Error::CargoMetadata { stderr } => {
                    self.cx.output.compiler_lines(stderr.as_bytes());
                    Error::BuildFailed("cargo cannot read the package".to_owned())
                }
                error => Error::CargoMetadata(error),
            })
    }
}

fn folder(cargo_toml: &Path) -> &Path {
    cargo_toml.parent().unwrap_or(cargo_toml)
}
