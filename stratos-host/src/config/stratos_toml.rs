//! `stratos.toml`, the project's own settings for the mocked shell.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use stratos_manifest::{Position, position};
use thiserror::Error;

use crate::origin::Origin;

/// What the file may say.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StratosToml {
    /// `[dev]`
    #[serde(default)]
    pub dev: DevTable,
    /// `[env]`: what plugins find in their environment.
    #[serde(default)]
    pub env: EnvVars,
    /// `[auth.NAME]`: logins beside the built-in ones.
    #[serde(default)]
    pub auth: BTreeMap<String, Persona>,
    /// `[check]`: for `cargo stratos check`, which reads it itself.
    #[serde(default)]
    pub check: IgnoredTable,
}

/// Variables of plugins' processes.
pub type EnvVars = BTreeMap<String, String>;

/// A table that is somebody else's to read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
pub struct IgnoredTable {}

/// `[dev]`
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DevTable {
    /// Origins beside the shell's own whose pages may call it, such as `http://localhost:5173`.
    #[serde(default)]
    pub origins: Vec<Origin>,
}

/// `[auth.NAME]`: a login that `--auth NAME` and `cargo stratos auth NAME` switch to.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Persona {
    /// Whether somebody is signed in.
    pub signed_in: bool,
    /// After how many seconds the login expires; without it, never.
    #[serde(default)]
    pub expires_in_seconds: Option<u64>,
}

/// Why the file cannot be used.
#[derive(Debug, Error)]
pub enum StratosTomlError {
    /// It is there but cannot be read.
    #[error("cannot read {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The reason.
        #[source]
        source: io::Error,
    },
    /// It is not TOML or says something unknown.
    #[error("{} is not valid", path.display())]
    Parse {
        /// The file.
        path: PathBuf,
        /// The reason.
        #[source]
        source: TomlError,
    },
    /// A plugin cannot have such a variable.
    #[error("{}: [env]", path.display())]
    Variable {
        /// The file.
        path: PathBuf,
        /// The reason.
        #[source]
        source: EnvVarError,
    },
}

/// Why plugins cannot have a variable in their environment.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum EnvVarError {
    /// The shell itself uses it.
    #[error(
        "`{0}` is the shell's own: names that begin with `STRATOS_` connect a plugin to its shell"
    )]
    Reserved(String),
    /// No system has it.
    #[error("`{0}` is no name of a variable: it must be something without `=` and zeros")]
    Name(String),
    /// No system has it.
    #[error("the value of `{0}` has a zero in it, which ends values")]
    Value(String),
}

/// Whether plugins may have this in their environment.
///
/// # Errors
///
/// When the shell uses the name, or no system has it.
pub fn validate_env_var(name: &str, value: &[u8]) -> Result<(), EnvVarError> {
    let has_prefix = name
        .get(..8)
        .is_some_and(|start| start.eq_ignore_ascii_case("STRATOS_"));
    if has_prefix {
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

/// What is wrong in the file, and where.
#[derive(Debug, Error)]
#[error("line {line}, column {column}: {message}")]
pub struct TomlError {
    line: usize,
    column: usize,
    message: String,
}

impl StratosToml {
    /// Name of the file, in the folder of `plugin.json`.
    pub const FILE_NAME: &str = "stratos.toml";

    /// Reads the file in a project's folder; a missing file is the default.
    ///
    /// # Errors
    ///
    /// When the file is there but cannot be used.
    pub fn load(folder: &Path) -> Result<Self, StratosTomlError> {
        let path = folder.join(Self::FILE_NAME);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(source) => return Err(StratosTomlError::Read { path, source }),
        };
        let settings: Self = match toml::from_str(&text) {
            Ok(settings) => settings,
            Err(error) => {
                let source = TomlError::new(&text, &error);
                return Err(StratosTomlError::Parse { path, source });
            }
        };
        for (name, value) in &settings.env {
            let checked = validate_env_var(name, value.as_bytes());
            checked.map_err(|source| StratosTomlError::Variable {
                path: path.clone(),
                source,
            })?;
        }
        Ok(settings)
    }
}

impl TomlError {
    fn new(text: &str, error: &toml::de::Error) -> Self {
        let start = error.span().map_or(0, |span| span.start);
        let Position { line, column } = position(text, start);
        Self {
            line,
            column,
            message: error.message().trim_end().replace('\n', ", "),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use stratos_protocol::error::chain;

    #[test]
    fn a_file_is_read_whole_or_refused() {
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
            ("[env]\nStratos_Socket = \"x\"", Err("[env]")),
            ("[env]\n\"A=B\" = \"x\"", Err("[env]")),
            ("[env]\nA = \"x\\u0000y\"", Err("[env]")),
            ("[env]\nA = 1", Err("is not valid")),
            ("check = 1", Err("is not valid")),
            ("[dev]\norigin = []", Err("is not valid")),
            ("[dev", Err("is not valid")),
            (
                "[dev]\norigins = [\n  \"http://localhost:5173/\",\n]",
                Err(
                    "line 2, column 11: `http://localhost:5173/` is not an origin: browsers spell it `http://localhost:5173`",
                ),
            ),
        ];
        for (text, expected) in cases {
            let folder = tempfile::tempdir().unwrap();
            fs::write(folder.path().join(StratosToml::FILE_NAME), text).unwrap();
            match (StratosToml::load(folder.path()), expected) {
                (Ok(settings), Ok(origins)) => assert_eq!(settings.dev.origins.len(), origins),
                (Err(error), Err(part)) => assert!(chain(&error).contains(part), "{error:?}"),
                (found, _) => panic!("{text}: {found:?}"),
            }
        }
        let nowhere = tempfile::tempdir().unwrap();
        assert_eq!(
            StratosToml::load(nowhere.path()).unwrap(),
            StratosToml::default()
        );
    }
}
