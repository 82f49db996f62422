//! What a Stratos plugin process and its host say to each other.
//!
//! The two exchange [JSON-RPC 2.0](message::Message) messages, one a line, over a local socket.
//! Both sides may send requests at any time after the handshake.
//! This crate holds the types, the limits and the rules that both sides must agree on; it does no I/O.
//!
//! | when | who asks | message |
//! |---|---|---|
//! | first | plugin | [`Hello`](hello::Hello) |
//! | life | host | [`Start`](lifecycle::Start), [`Resume`](lifecycle::Resume), [`Stop`](lifecycle::Stop), [`Retire`](lifecycle::Retire) |
//! | any time | host | [`AuthChanged`](auth::AuthChanged), [`Invoke`](ipc::Invoke) |
//! | any time | plugin | [`Log`](log::Log), [`Get`](config::Get), [`Set`](config::Set), [`Delete`](config::Delete), [`GetAll`](config::GetAll) |
//! | any time | plugin | [`Handle`](ipc::Handle), [`RemoveHandler`](ipc::RemoveHandler), [`Send`](ipc::Send), [`Register`](server::Register) |
//! | any time | either | [`Cancel`](method::Cancel) |
//!
//! The behaviour behind the messages comes from the platform's documentation.
//! **V1** is its guide to background modules, which decides what must work; **V2** and **V3** are
//! its later public pages. Where a fact was in none of them, the docs here say "assumed".

#![warn(missing_docs)]

pub mod auth;
pub mod config;
pub mod environment;
pub mod error;
pub mod hello;
pub mod ipc;
pub mod lifecycle;
pub mod limits;
pub mod log;
pub mod message;
pub mod method;
pub mod server;
pub mod version;

pub use crate::error::{ErrorCode, RpcError};
pub use crate::message::Message;
pub use crate::method::{Notification, Request};
pub use crate::version::ProtocolVersion;
