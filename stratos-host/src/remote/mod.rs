//! The control API, version 1, and its client in another process.

mod client;
mod host_file;
mod operations;
mod types;

pub use self::client::{Client, ClientError};
pub use self::host_file::{HostFile, HostFileError};
pub use self::operations::{
    AnswerModal, CommandFlight, DecodeError, ExportConfig, GetAuth, GetConfigValue, GetFlight,
    GetPluginConfig, GetSettings, ImportConfig, InvokeChannel, ListModals, ListPlugins, Operation,
    RemoveConfigValue, ReplacePluginConfig, SetConfigValue, SetUncheckedConfigValue, StartFlight,
    StartPlugin, StopPlugin, SwitchAuth, UpdatePlugin,
};
pub(crate) use self::types::{API, FLIGHT_FRAMES_PATH, SCENARIO_PATH};
pub use self::types::{AuthInfo, ConfigValues, Invoke, ModalAnswer, PersonaName, PluginInfo};
pub use crate::flight::{FlightCommand, FlightInfo, FlightRequest, FlightSourceRequest, MAX_SPEED};
