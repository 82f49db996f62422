//! Configuration of a run: the plugin folders and the project's `stratos.toml`.

mod discovery;
mod stratos_toml;

pub use self::discovery::{Project, ProjectError, ProjectKind};
pub use self::stratos_toml::{
    DevTable, EnvVarError, EnvVars, IgnoredTable, Persona, StratosToml, StratosTomlError,
    TomlError, validate_env_var,
};
