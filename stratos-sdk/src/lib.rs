#![doc = include_str!("docs/crate.md")]
#![warn(missing_docs)]

mod builder;
pub mod context;
mod error;
mod generated;
mod plugin;
mod probe;
mod serve;
pub mod session;
#[cfg(feature = "testing")]
pub mod testing;

pub use axum;
pub use serde;
pub use serde_json;
pub use stratos_protocol::auth::AuthState;
pub use stratos_protocol::handshake::Identity;
pub use tokio;
pub use tracing;

/// The [`Identity`] in `plugin.json`, for [`create_plugin`].
///
/// `stratos::manifest!("../plugin.json")` names a file that does not lie beside `Cargo.toml`.
pub use stratos_macros::manifest;

#[doc = include_str!("docs/plugin.md")]
pub use stratos_macros::plugin;

#[doc(inline)]
pub use stratos_macros::{delete, get, ipc, patch, post, put};

pub use crate::builder::{BuildError, BuiltPlugin, PluginBuilder, create_plugin};
pub use crate::context::PluginContext;
pub use crate::error::{BoxError, Result};
pub use crate::plugin::{HookOutput, Plugin};
pub use crate::serve::{serve, serve_plugin};

/// What the macros' output calls. Not for authors: it changes without notice.
#[doc(hidden)]
pub mod __private {
    pub use crate::generated::*;

    /// Of handlers, under names that no function has.
    pub mod attributes {
        pub use stratos_macros::{delete, get, ipc, patch, post, put};
    }
}
