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
//! | any time | plugin | [`GetPath`](database::GetPath), [`GetAirline`](airline::GetAirline), [`Call`](airline::Call) |
//! | any time | plugin | [`Subscribe`](flight::Subscribe) and the like, [`Register`](start_guard::Register), [`Add`](flight_log::Add) and the like |
//! | any time | plugin | [`notify`], [`dialog`], [`prompt`], [`indicator`] |
//! | subscribed | host | [`Updated`](flight::Updated), [`PhaseChanged`](flight::PhaseChanged), [`SimData`](flight::SimData), [`Landed`](flight::Landed) |
//! | registered | host | [`Ask`](start_guard::Ask) |
//! | any time | either | [`Cancel`](cancel::Cancel) |
//!
//! The behaviour behind the messages follows the platform's documentation.
//! **V1** is its guide to background modules, which decides what must work; **V2** and **V3** are
//! its later public pages. Facts that none of them states are marked "assumed".

#![warn(missing_docs)]

pub mod airline;
pub mod auth;
pub mod cancel;
pub mod config;
pub mod database;
pub mod dialog;
pub mod environment;
pub mod error;
pub mod error_body;
pub mod excerpt;
pub mod flight;
pub mod flight_data;
pub mod flight_log;
pub mod flight_state;
#[cfg(test)]
mod golden;
pub mod handshake;
pub mod indicator;
pub mod ipc;
pub mod landing;
mod lenient;
pub mod lifecycle;
pub mod limits;
pub mod logger;
pub mod message;
pub mod method;
pub mod notify;
pub mod prompt;
pub mod server;
mod service;
pub mod start_guard;
mod text_enum;
pub mod time;
pub mod version;

pub use crate::error::{ErrorCode, RpcError};
pub use crate::message::Message;
pub use crate::method::{Notification, Request};
pub use crate::service::Service;
pub use crate::version::ProtocolVersion;

/// The services whose messages are compared with golden lines: one entry per file with `methods!`.
#[cfg(test)]
const SERVICES: &[golden::Service] = &[
    airline::SERVICE,
    auth::SERVICE,
    cancel::SERVICE,
    config::SERVICE,
    database::SERVICE,
    dialog::SERVICE,
    flight::SERVICE,
    flight_log::SERVICE,
    handshake::SERVICE,
    indicator::SERVICE,
    ipc::SERVICE,
    lifecycle::SERVICE,
    logger::SERVICE,
    notify::SERVICE,
    prompt::SERVICE,
    server::SERVICE,
    start_guard::SERVICE,
];
