//! What can be done with a running shell, from within it and, by the same names, from outside.

mod client;
mod inside;
mod request;
mod types;
mod values;

pub use self::client::{Client, ClientError};
pub use self::inside::{Control, ControlError};
pub use self::request::Answered;
pub(crate) use self::types::{API, Failure, SwitchAuth};
pub use self::types::{AuthInfo, ConfigValues, Invoke, PluginInfo};
