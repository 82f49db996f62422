//! The shell's HTTP server: the request guard, the control API, the IPC WebSocket and the proxy to plugins.

mod api;
mod connections;
mod error_response;
mod ipc_websocket;
mod proxy;
mod request_guard;
mod response_body;
mod response_headers;
mod router;

pub(crate) use self::connections::serve;
pub(crate) use self::request_guard::RequestGuard;
pub(crate) use self::router::router;
