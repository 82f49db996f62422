//! What can be done with a running shell, from within it and, by the same names, from outside.

mod client;
mod inside;
mod request;
mod types;
mod values;

pub use self::client::{Client, ClientError};
pub use self::inside::{Control, ControlError};
pub use self::request::Answered;
pub use self::types::{
    AUTH_PATH, AuthInfo, CONFIG_PATH, ConfigValues, Failure, Invoke, PLUGINS_PATH, PluginInfo,
    SCENARIO_PATH, SwitchAuth,
};
