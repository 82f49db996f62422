//! The protocol between a Stratos plugin process and its host.
//!
//! Both sides exchange [JSON-RPC 2.0 messages](message::Message), one per line, over a local socket.
//! After the handshake, either side may send requests at any time.
//! This crate defines the messages, the limits and the validation rules that both sides share; it does no I/O.
//!
//! | when | sender | messages |
//! |---|---|---|
//! | first | plugin | [`Hello`](handshake::Hello) |
//! | lifecycle | host | [`Start`](lifecycle::Start), [`Resume`](lifecycle::Resume), [`Stop`](lifecycle::Stop), [`Retire`](lifecycle::Retire) |
//! | any time | host | [`AuthChanged`](auth::AuthChanged), [`ConfigChanged`](config::ConfigChanged), [`Invoke`](ipc::Invoke) |
//! | any time | plugin | [`Log`](logger::Log), [`LogDropped`](logger::LogDropped), [`Get`](config::Get), [`Set`](config::Set), [`Delete`](config::Delete), [`GetAll`](config::GetAll) |
//! | any time | plugin | [`Handle`](ipc::Handle), [`RemoveHandler`](ipc::RemoveHandler), [`Send`](ipc::Send), [`Register`](server::Register) |
//! | any time | either | [`Cancel`](cancel::Cancel) |
//!
//! The behaviour behind the messages follows the platform's documentation.
//! **V1** is its guide to background modules, which decides what must work; **V2** and **V3** are
//! its later public pages. Facts that none of them states are marked "assumed".

#![warn(missing_docs)]

pub mod auth;
pub mod cancel;
pub mod config;
pub mod environment;
pub mod error;
pub mod error_body;
pub mod excerpt;
#[cfg(test)]
mod golden;
pub mod handshake;
pub mod ipc;
pub mod lifecycle;
pub mod limits;
pub mod logger;
pub mod message;
pub mod method;
pub mod server;
pub mod version;

pub use crate::error::{ErrorCode, RpcError};
pub use crate::message::Message;
pub use crate::method::{Notification, Request};
pub use crate::version::ProtocolVersion;

/// The services whose messages are compared with golden lines: one entry per file with `methods!`.
#[cfg(test)]
const SERVICES: &[golden::Service] = &[
    auth::SERVICE,
    cancel::SERVICE,
    config::SERVICE,
    handshake::SERVICE,
    ipc::SERVICE,
    lifecycle::SERVICE,
    logger::SERVICE,
    server::SERVICE,
];
