//! The shell's HTTP server: the request guard, the control API, the IPC WebSocket and the proxy to plugins.

mod api;
mod app;
mod connections;
mod counted_stream;
mod error_response;
mod flight_frames;
mod guarded_body;
mod idle_connections;
mod index;
mod ipc_websocket;
mod proxy;
mod refused_origins;
mod request_guard;
mod request_log;
mod response_headers;
mod shell_routes;

pub(crate) use self::app::App;
pub(crate) use self::connections::serve;
pub(crate) use self::request_guard::RequestGuard;
