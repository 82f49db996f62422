//! Configuration of a run: the plugin folders, the `stratos.toml` files that count, and the version of the shell.

mod airline_fixtures;
mod airline_table;
mod airline_url;
mod discovery;
mod origin;
mod project_settings;
mod shell_version;
mod ship_tables;
mod stratos_toml;

pub use stratos_manifest::{Setting, SettingError, check_value};

pub use self::airline_fixtures::AirlineFixtures;
pub use self::airline_table::{
    AirlineConfig, AirlineSettings, AirlineTable, PilotTable, WeightUnit,
};
pub use self::airline_url::{AirlineUrl, AirlineUrlError};
pub use self::discovery::{Project, ProjectError, ProjectKind};
pub use self::origin::{Origin, OriginError};
pub use self::project_settings::{PluginFolder, ProjectSettings, SettingsFolders};
pub use self::shell_version::ShellVersion;
pub use self::ship_tables::{BackgroundTable, DeployTable, NotSecret, PackTable, UiTable};
pub use self::stratos_toml::{
    DevTable, EnvVarError, EnvVars, Persona, StratosToml, StratosTomlError, validate_env_var,
};
