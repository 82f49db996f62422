//! The operations on a running shell, for code in the same process.
//!
//! [`crate::remote`] has the same operations for other processes; `server/api.rs` connects the two.

mod airline;
mod auth;
mod config_values;
mod error;
mod flight;
mod handle;
mod http_request;
mod ipc;
mod modals;
mod path_lookup;
mod plugins;
mod store_faults;

pub use self::error::ControlError;
pub use self::handle::Control;
pub(crate) use self::http_request::HttpResponse;
pub(crate) use self::path_lookup::{Explanation, NoSession};
