//! Toolchain of this machine: the standard libraries and linkers that are installed, and the choice of one for a target.

use std::ffi::OsStr;
use std::fmt;
use std::path::Path;
use std::process::{Command, Stdio};

use serde::{Serialize, Serializer};
use stratos_bundle::{Platform, System};

use crate::context::Context;
use crate::error::Error;
use crate::platform::TOKEN_VARIABLE;

/// The command of cargo that builds for a target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Tool {
    /// `cargo build`, with the linker of this name if it is not the target's default one.
    Cargo { linker: Option<String> },
    /// `cargo zigbuild`: Zig as the linker.
    CargoZigbuild,
    /// `cargo xwin build`: LLVM as the linker, with the libraries of Microsoft.
    CargoXwin,
}

/// The toolchain that cargo uses in a plugin's folder.
#[derive(Debug)]
pub(crate) struct Toolchain<'a> {
    cx: &'a Context,
    folder: &'a Path,
    /// The author's configuration of cargo.
    pub(super) config: cargo_config2::Config,
    /// Target of the machine that compiles.
    pub(super) host: String,
    has_zigbuild: bool,
    has_xwin: bool,
}

/// Missing part of the toolchain for a target, with the command that installs it.
struct Missing {
    what: String,
    install: String,
    /// Advice about the command, such as on a licence.
    note: &'static str,
}

impl fmt::Display for Tool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cargo { linker: None } => f.write_str("cargo"),
            Self::Cargo {
                linker: Some(linker),
            } => write!(f, "cargo and {linker}"),
            Self::CargoZigbuild => f.write_str("cargo-zigbuild"),
            Self::CargoXwin => f.write_str("cargo-xwin"),
        }
    }
}

impl Serialize for Tool {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'a> Toolchain<'a> {
    /// The toolchain for a package in this folder.
    pub(super) fn find(cx: &'a Context, folder: &'a Path) -> Result<Self, Error> {
        let config = cx.cargo_config(folder)?;
        let host = config.host_triple().map_err(Error::CargoConfig)?.to_owned();
        let has_subcommand = |name: &str| {
            let mut cargo = Command::new(&cx.cargo);
            cargo.env_remove(TOKEN_VARIABLE);
            succeeds(cargo.args([name, "--help"]).current_dir(folder))
        };
        Ok(Self {
            has_zigbuild: has_subcommand("zigbuild"),
            has_xwin: has_subcommand("xwin") && cx.has_xwin_cache(),
            cx,
            folder,
            config,
            host,
        })
    }

    /// Targets that rustc knows.
    pub(super) fn target_list(&self) -> Result<Vec<String>, Error> {
        let list = self.rustc(&["--print", "target-list"])?;
        Ok(list.lines().map(str::to_owned).collect())
    }

    /// The author's compiler flags for a target.
    pub(super) fn rustflags(&self, triple: &str) -> Result<Vec<String>, Error> {
        let flags = self.config.rustflags(triple).map_err(Error::CargoConfig)?;
        Ok(flags.unwrap_or_default().flags)
    }

    /// The first of a platform's targets for which everything is installed, and the tool that builds for it.
    pub(super) fn choose(
        &self,
        platform: Platform,
        triples: &[String],
    ) -> Result<(String, Tool), Error> {
        let mut missing = Vec::new();
        for triple in triples {
            match self.tool(triple)? {
                Ok(tool) => return Ok((triple.clone(), tool)),
                Err(parts) => missing = parts,
            }
        }
        let join = |part: fn(&Missing) -> &str, separator| {
            missing.iter().map(part).collect::<Vec<_>>().join(separator)
        };
        let what = join(|missing| &missing.what, ", and ");
        let (install, notes) = (
            join(|missing| &missing.install, " && "),
            join(|missing| missing.note, ""),
        );
        Err(Error::MissingTool {
            message: format!("cannot build for {platform}: {what}"),
            help: format!("run `{install}`{notes}"),
        })
    }

    fn tool(&self, triple: &str) -> Result<Result<Tool, Vec<Missing>>, Error> {
        let mut missing = Vec::new();
        if !self.has_std(triple)? {
            missing.push(Missing {
                what: format!("the standard library for {triple} is not installed"),
                install: format!("rustup target add {triple}"),
                note: "",
            });
        }
        let linker = self.config.linker(triple).map_err(Error::CargoConfig)?;
        let linked = match linker {
            Some(_) => Ok(Tool::Cargo { linker: None }),
            None => self.linking_tool(triple),
        };
        Ok(match linked {
            Ok(tool) if missing.is_empty() => Ok(tool),
            Ok(_) => Err(missing),
            Err(linker) => {
                missing.push(linker);
                Err(missing)
            }
        })
    }

    /// The tool for a target whose linker the author has not configured.
    fn linking_tool(&self, triple: &str) -> Result<Tool, Missing> {
        let cargo = Tool::Cargo { linker: None };
        let is_gnu = triple.ends_with("-gnu");
        let (target, host) = (Platform::of_target(triple), Platform::of_target(&self.host));
        let is_same_system = target.map(|t| t.system) == host.map(|h| h.system);
        let arch = triple.split('-').next().unwrap_or_default();
        match target.map(|target| target.system) {
            // Zig links to old versions of the C library, the system's compiler to its own one only.
            Some(System::Linux) if is_gnu && self.has_zigbuild => Ok(Tool::CargoZigbuild),
            Some(System::Linux) if target == host => Ok(cargo),
            Some(System::Linux) if is_gnu && runs(&format!("{arch}-linux-gnu-gcc")) => {
                Ok(Tool::Cargo {
                    linker: Some(format!("{arch}-linux-gnu-gcc")),
                })
            }
            Some(System::Windows | System::MacOs) if is_same_system => Ok(cargo),
            Some(System::Windows) if triple.ends_with("-msvc") => match self.has_xwin {
                true => Ok(Tool::CargoXwin),
                false => Err(missing_xwin()),
            },
            Some(System::Windows) if is_gnu && runs(&format!("{arch}-w64-mingw32-gcc")) => {
                Ok(cargo)
            }
            _ if self.has_zigbuild => Ok(Tool::CargoZigbuild),
            _ => Err(Missing {
                what: format!("no linker for {triple} was found"),
                install: "pip install cargo-zigbuild".to_owned(),
                note: ", which brings Zig along",
            }),
        }
    }

    /// Whether the standard library for a target is installed, where the author's flags say or in the toolchain.
    fn has_std(&self, triple: &str) -> Result<bool, Error> {
        let mut args = self.rustflags(triple)?;
        args.extend(["--print", "target-libdir", "--target", triple].map(str::to_owned));
        let folder = self.rustc(&args)?;
        Ok(Path::new(folder.trim_end()).is_dir())
    }

    /// Stdout of the compiler.
    fn rustc(&self, args: &[impl AsRef<OsStr>]) -> Result<String, Error> {
        let path = &self.config.rustc().path;
        let mut rustc = Command::new(path);
        rustc.env_remove(TOKEN_VARIABLE);
        let output = rustc.args(args).current_dir(self.folder).output();
        let output = output.map_err(Error::system("start rustc"))?;
        if !output.status.success() {
            self.cx.output.compiler_lines(&output.stderr);
            return Err(Error::BuildFailed(
                "rustc cannot be asked for its targets".to_owned(),
            ));
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }
}

/// The licence of Microsoft's libraries is between the author and Microsoft: the author starts the download.
fn missing_xwin() -> Missing {
    Missing {
        what: "cargo-xwin with the libraries of Microsoft is not installed".to_owned(),
        install: "pip install cargo-xwin && cargo xwin cache xwin".to_owned(),
        note: ", if you accept the licence of the libraries that the second command downloads \
               (https://go.microsoft.com/fwlink/?LinkId=2086102), or build with `--target x86_64-pc-windows-gnu`",
    }
}

/// Whether a compiler of this name is on the `PATH`.
fn runs(program: &str) -> bool {
    succeeds(
        Command::new(program)
            .env_remove(TOKEN_VARIABLE)
            .arg("--version"),
    )
}

fn succeeds(command: &mut Command) -> bool {
    let command = command.stdin(Stdio::null()).stdout(Stdio::null());
    let status = command.stderr(Stdio::null()).status();
    status.is_ok_and(|status| status.success())
}
