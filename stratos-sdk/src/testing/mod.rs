#![doc = include_str!("../docs/testing.md")]

mod builder;
mod config_value;
mod error;
mod flight;
mod host_kind;
mod http;
mod leak_detector;
mod plugin;
mod plugin_factory;
mod redaction;
mod report;
mod scenario;
mod shared;
mod shell;
mod start;
mod transcript;
mod waiter;
mod watchdog;

pub use self::builder::TestShellBuilder;
pub use self::error::{InvokeError, StartError};
pub use self::flight::TestFlight;
pub use self::host_kind::HOST_VARIABLE;
pub use self::http::{StreamingResponse, TestRequest, TestResponse};
pub use self::plugin::TestPlugin;
pub use self::plugin_factory::IntoPlugin;
pub use self::report::{Leak, Registered, Report};
pub use self::shell::TestShell;
pub use stratos_flight::{AircraftClass, Command, FlightSetup, LandingWishes};
pub use stratos_host::control::ControlError;
pub use stratos_host::event::{JsonText, LogLine};
pub use stratos_host::event::{ScenarioOutcome, StepReport};
pub use stratos_host::remote::{FlightCommand, FlightInfo, FlightRequest, FlightSourceRequest};
pub use stratos_host::scenario::ScenarioReport;
pub use stratos_host::{FlightError, PluginState, ShellVersion, Veto};
