//! `stratos.toml`, the project's configuration of the mocked shell.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use stratos_manifest::{Position, TomlError, parse_toml, position};
use thiserror::Error;
use toml::Spanned;

use crate::config::ship_tables::{BackgroundTable, DeployTable, PackTable, UiTable};
use crate::config::{AirlineTable, Origin, PilotTable};

/// The content of `stratos.toml`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StratosToml {
    /// Table `[dev]`.
    #[serde(default)]
    pub dev: DevTable,
    /// Table `[env]`: environment variables of the plugins.
    #[serde(default, deserialize_with = "valid_env")]
    pub env: EnvVars,
    /// Tables `[auth.NAME]`: personas in addition to the built-in ones.
    #[serde(default)]
    pub(super) auth: BTreeMap<Spanned<String>, Persona>,
    /// Table `[airline]`.
    #[serde(default)]
    pub airline: AirlineTable,
    /// Table `[pilot]`.
    #[serde(default)]
    pub pilot: PilotTable,
    /// Table `[check]`, which `cargo stratos check` reads.
    #[serde(default, rename = "check")]
    _check: IgnoredTable,
    /// Table `[ui]`.
    #[serde(default)]
    pub ui: UiTable,
    /// Table `[background]`.
    #[serde(default)]
    pub background: BackgroundTable,
    /// Table `[pack]`.
    #[serde(default)]
    pub pack: PackTable,
    /// Table `[deploy]`.
    #[serde(default)]
    pub deploy: DeployTable,
}

/// Environment variables by name.
pub type EnvVars = BTreeMap<String, String>;

/// A table with any content.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
struct IgnoredTable {}

/// The table `[dev]` of `stratos.toml`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DevTable {
    /// Origins whose pages may call the shell in addition to its own, such as `http://localhost:5173`.
    #[serde(default)]
    pub origins: Vec<Origin>,
}

/// A mocked login, which `--auth NAME` and `cargo stratos auth NAME` activate.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Persona {
    /// Whether a user is signed in.
    pub signed_in: bool,
    /// Seconds until the login expires; None for a login without expiry.
    #[serde(default)]
    pub expires_in_seconds: Option<u64>,
}

/// Error of loading `stratos.toml`.
#[derive(Debug, Error)]
pub enum StratosTomlError {
    /// The file exists and cannot be read.
    #[error("cannot read {}", path.display())]
    Read {
        /// Path of the file.
        path: PathBuf,
        /// The error of the file system.
        #[source]
        source: io::Error,
    },
    /// The file is not TOML, or contains an unknown key or a wrong value.
    #[error("{} is not valid at line {}, column {}", path.display(), position.line, position.column)]
    Parse {
        /// Path of the file.
        path: PathBuf,
        /// Position of the error.
        position: Position,
        /// The error.
        #[source]
        source: TomlError,
    },
    /// The file with answers of the mock airline cannot be used.
    #[error("cannot use the airline's fixtures {}: {reason}", path.display())]
    Fixtures {
        /// Path of the file.
        path: PathBuf,
        /// Reason, with the position of a mistake.
        reason: String,
    },
    /// The airline is not valid.
    #[error("cannot use {}: {reason}", path.display())]
    Airline {
        /// Path of the file.
        path: PathBuf,
        /// The table or key, with what is wrong.
        reason: String,
    },
    /// Two files define something differently that all plugins share.
    #[error("`[{table}]` is defined differently in {first} and {second}")]
    Conflict {
        /// Name of the table, such as `auth.short`.
        table: String,
        /// Path, line and column of one definition.
        first: String,
        /// Path, line and column of the other one.
        second: String,
    },
}

/// Reason why an environment variable cannot be set for plugins.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum EnvVarError {
    /// The shell itself uses variables with this prefix.
    #[error(
        "`{0}` is reserved: variables that begin with `STRATOS_` connect a plugin to its shell"
    )]
    Reserved(String),
    /// Operating systems do not accept the name.
    #[error("`{0}` is not a valid name: it must neither be empty nor contain `=` or NUL")]
    Name(String),
    /// Operating systems do not accept the value.
    #[error("the value of `{0}` contains NUL")]
    Value(String),
}

/// Checks that an environment variable can be set for plugins.
///
/// # Errors
///
/// When the shell uses the name, or operating systems do not accept the name or the value.
pub fn validate_env_var(name: &str, value: &[u8]) -> Result<(), EnvVarError> {
    const RESERVED_PREFIX: &str = "STRATOS_";

    let is_reserved = name
        .get(..RESERVED_PREFIX.len())
        .is_some_and(|prefix| prefix.eq_ignore_ascii_case(RESERVED_PREFIX));
    if is_reserved {
        return Err(EnvVarError::Reserved(name.to_owned()));
    }
    if name.is_empty() || name.contains(['=', '\0']) {
        return Err(EnvVarError::Name(name.to_owned()));
    }
    if value.contains(&0) {
        return Err(EnvVarError::Value(name.to_owned()));
    }
    Ok(())
}

fn valid_env<'de, D: Deserializer<'de>>(deserializer: D) -> Result<EnvVars, D::Error> {
    let env = EnvVars::deserialize(deserializer)?;
    for (name, value) in &env {
        validate_env_var(name, value.as_bytes()).map_err(D::Error::custom)?;
    }
    Ok(env)
}

impl StratosToml {
    /// Name of the file.
    pub const FILE_NAME: &str = "stratos.toml";

    /// Loads the file in a plugin's folder. The default if there is none.
    ///
    /// # Errors
    ///
    /// When the file exists, but cannot be read or is not valid.
    pub fn load(folder: &Path) -> Result<Self, StratosTomlError> {
        let file = SettingsFile::load(folder, Path::new(""))?;
        Ok(file.map_or_else(Self::default, |file| file.content))
    }
}

/// A loaded `stratos.toml`.
#[derive(Debug)]
pub(super) struct SettingsFile {
    pub(super) folder: PathBuf,
    /// Path for messages.
    pub(super) path: PathBuf,
    pub(super) content: StratosToml,
    text: String,
}

impl SettingsFile {
    /// Loads the file in a folder; `None` if there is none. Messages name its path relative to `current` if it is inside.
    ///
    /// # Errors
    ///
    /// When the file exists, but cannot be read or is not valid.
    pub(super) fn load(folder: &Path, current: &Path) -> Result<Option<Self>, StratosTomlError> {
        let file = folder.join(StratosToml::FILE_NAME);
        let path = file.strip_prefix(current).unwrap_or(&file).to_owned();
        let text = match fs::read_to_string(&file) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(StratosTomlError::Read { path, source }),
        };
        match parse_toml(&text) {
            Ok(content) => Ok(Some(Self {
                folder: folder.to_owned(),
                path,
                content,
                text,
            })),
            Err(source) => Err(StratosTomlError::Parse {
                path,
                position: position(&text, source.span.start),
                source,
            }),
        }
    }

    /// Path, line and column of a name in the file.
    pub(super) fn place(&self, name: &Spanned<String>) -> String {
        let position = position(&self.text, name.span().start);
        format!("{}:{position}", self.path.display())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use stratos_protocol::error::chain;

    #[test]
    fn an_invalid_file_is_refused_with_the_position() {
        let cases = [
            ("", Ok(0)),
            ("[dev]\norigins = [\"http://localhost:5173\"]", Ok(1)),
            (
                "[auth.late]\nsigned_in = true\nexpires_in_seconds = 5",
                Ok(0),
            ),
            (
                "[dev]\norigins = [\"localhost:5173\"]",
                Err("is not an origin"),
            ),
            (
                "[dev]\norigins = [\"http://localhost:5173/\"]",
                Err("is not an origin"),
            ),
            ("[dev]\norigins = [\"null\"]", Err("is not an origin")),
            (
                "[check.levels]\nunknown-key = \"allow\"\n[[check.exceptions]]\nrule = \"x\"",
                Ok(0),
            ),
            ("[env]\nUPSTREAM = \"http://localhost:9000\"", Ok(0)),
            (
                "[env]\nStratos_Socket = \"x\"",
                Err("line 1, column 1: `Stratos_Socket` is reserved"),
            ),
            ("[env]\n\"A=B\" = \"x\"", Err("not a valid name")),
            ("[env]\nA = \"x\\u0000y\"", Err("contains NUL")),
            ("[env]\nA = 1", Err("is not valid")),
            ("check = 1", Err("is not valid")),
            ("[dev]\norigin = []", Err("is not valid")),
            (
                "[airline]\nname = \"Sky\"\nbase_url = \"https://sky.example\"\n[airline.settings.demo]\nhub = \"EDDF\"",
                Ok(0),
            ),
            (
                "[airline]\nbase_url = \"sky.example\"",
                Err(
                    "line 2, column 12: `sky.example` is not a URL such as `https://api.example.org`",
                ),
            ),
            ("[pilot]\nweight_unit = \"kg\"", Ok(0)),
            ("[pilot]\nweight_unit = \"stone\"", Err("is not valid")),
            ("[dev", Err("is not valid")),
            (
                "[dev]\norigins = [\n  \"http://localhost:5173/\",\n]",
                Err(
                    "line 2, column 11: `http://localhost:5173/` is not an origin: browsers write it as `http://localhost:5173`",
                ),
            ),
        ];
        for (text, expected) in cases {
            let folder = tempfile::tempdir().unwrap();
            fs::write(folder.path().join(StratosToml::FILE_NAME), text).unwrap();
            let loaded = SettingsFile::load(folder.path(), folder.path());
            match (loaded.map(Option::unwrap), expected) {
                (Ok(file), Ok(origins)) => assert_eq!(file.content.dev.origins.len(), origins),
                (Err(error), Err(part)) => assert!(chain(&error).contains(part), "{error:?}"),
                (found, _) => panic!("{text}: {found:?}"),
            }
        }
        let nowhere = Path::new("no such folder");
        assert!(SettingsFile::load(nowhere, nowhere).unwrap().is_none());
    }
}
