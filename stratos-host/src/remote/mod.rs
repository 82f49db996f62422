//! The control API, version 1, and its client in another process.

mod client;
mod host_file;
mod operations;
mod types;

pub use self::client::{Client, ClientError};
pub use self::host_file::{HostFile, HostFileError};
pub use self::operations::{
    AnswerModal, DecodeError, ExportConfig, GetAuth, GetConfigValue, GetPluginConfig, GetSettings,
    ImportConfig, InvokeChannel, ListModals, ListPlugins, Operation, RemoveConfigValue,
    ReplacePluginConfig, SetConfigValue, SetUncheckedConfigValue, StartPlugin, StopPlugin,
    SwitchAuth, UpdatePlugin,
};
pub(crate) use self::types::{API, SCENARIO_PATH};
pub use self::types::{AuthInfo, ConfigValues, Invoke, ModalAnswer, PersonaName, PluginInfo};
