#![doc = include_str!("../docs/testing.md")]

mod builder;
mod error;
mod host;
mod http;
mod leaks;
mod plugin;
mod redact;
mod scenario;
mod shell;
mod transcript;
mod waiting;
mod watchdog;

pub use self::builder::{IntoPlugin, TestShellBuilder};
pub use self::error::{InvokeError, StartError};
pub use self::host::HOST_VARIABLE;
pub use self::http::{StreamingResponse, TestRequest, TestResponse};
pub use self::leaks::{Leak, Registered, Report};
pub use self::plugin::TestPlugin;
pub use self::shell::TestShell;
pub use stratos_host::control::ControlError;
pub use stratos_host::events::LogLine;
pub use stratos_host::scenario::{Ending, Played, StepReport};
pub use stratos_host::{PluginState, ShellVersion};

pub(crate) use self::watchdog::{Watched, Work};
