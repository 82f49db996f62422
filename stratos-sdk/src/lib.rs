#![doc = include_str!("docs/crate.md")]
#![warn(missing_docs)]

mod active_polls;
mod builder;
pub mod context;
mod error;
mod handshake;
mod in_progress;
mod instrument;
mod macro_support;
mod plugin;
mod serve;
pub mod session;
mod settings;
#[cfg(feature = "testing")]
pub mod testing;

pub use axum;
#[cfg(feature = "rusqlite")]
pub use rusqlite;
/// Traits of serde. Its derive macros require a dependency on `serde` itself: `cargo add serde --features derive`.
pub use serde;
pub use serde_json;
pub use stratos_protocol::Service;
pub use stratos_protocol::auth::AuthState;
pub use stratos_protocol::error_body::{ErrorBody, ErrorBodyCode, PluginStatus};
pub use stratos_protocol::handshake::Identity;
pub use tokio;
pub use tracing;

/// The airline that the pilot is bound to, and its API.
pub mod airline {
    pub use crate::context::{AirlineError, AirlineResponse};
    pub use stratos_protocol::airline::Airline;
}

/// Flights: their state, phases, simulator data, landings and log.
pub mod flight {
    pub use crate::context::{FlightEvents, SimFrame, SimFrames, StartGuard, StartVerdict};
    pub use stratos_protocol::flight_data::{FlightData, SimDataSnapshot};
    pub use stratos_protocol::flight_log::{EventCategory, FlightLogEvent};
    pub use stratos_protocol::flight_state::{
        Flight, FlightPlan, FlightState, FlightStatus, Phase, PhaseSnapshot,
    };
    pub use stratos_protocol::landing::{
        BounceData, CapturePoint, LandingEvent, LandingKind, LandingReport,
    };
}

/// Toasts.
pub mod notify {
    pub use stratos_protocol::notify::ToastKind;
}

/// The badge beside the plugin's entry in the sidebar.
pub mod indicator {
    pub use crate::context::Indicator;
}

/// Expands to the [`Identity`] in `plugin.json`, for [`create_plugin`].
///
/// The manifest lies beside `Cargo.toml`; `stratos::manifest!("../plugin.json")` names another path, relative to the
/// folder of `Cargo.toml`.
pub use stratos_macros::manifest;

#[doc = include_str!("docs/plugin.md")]
pub use stratos_macros::plugin;

#[doc(inline)]
pub use stratos_macros::{delete, get, ipc, on, patch, post, put, start_guard};

pub use crate::builder::{BuildError, BuiltPlugin, PluginBuilder, create_plugin};
pub use crate::context::{PluginContext, ServiceError};
pub use crate::error::{BoxError, Result};
pub use crate::plugin::{HookOutput, Plugin};
pub use crate::serve::{ServeOptions, serve, serve_plugin};
pub use crate::settings::SettingsWatch;

/// Support for the code that the macros generate. Not part of the public API.
#[doc(hidden)]
pub mod __private {
    pub use crate::macro_support::*;
    pub use crate::settings::*;

    /// Attributes of handlers, which generated code imports for the plugin's `impl` block.
    pub mod attributes {
        pub use stratos_macros::{delete, get, ipc, on, patch, post, put, start_guard};
    }
}
