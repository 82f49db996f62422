//! Error and result types of hooks and handlers.

use std::error::Error;

use stratos_protocol::{ErrorCode, RpcError};

pub(crate) use stratos_protocol::error::chain;

/// Error of any type. `?` converts every error type into it, including `anyhow::Error` and strings.
pub type BoxError = Box<dyn Error + Send + Sync>;

/// Result of a hook or a handler. Without parameters it is `Result<(), BoxError>`.
pub type Result<T = (), E = BoxError> = std::result::Result<T, E>;

/// RPC error for a hook or a handler that returned `error`; the message includes all causes.
pub(crate) fn handler_failed(error: &(dyn Error + 'static)) -> RpcError {
    RpcError::new(ErrorCode::HandlerFailed, chain(error))
}
