//! The error type of hooks and handlers.

use std::error::Error;

pub(crate) use stratos_protocol::error::chain;

/// Any error. `?` turns every error type into it, also `anyhow::Error` and plain strings.
pub type BoxError = Box<dyn Error + Send + Sync>;

/// What hooks and handlers return.
pub type Result<T = (), E = BoxError> = std::result::Result<T, E>;
