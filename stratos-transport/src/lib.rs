//! The connection between a Stratos plugin process and its host.
//!
//! A connection runs over any byte stream: a [local socket](local) between processes, or a
//! [pair in memory](stream::memory_pair) in tests. A [`Connection`] sends and receives single messages, which is
//! enough for the handshake. A [`Peer`] takes it over and makes concurrent calls in both directions, with a
//! [`Handler`] for the calls of the other side.

#![warn(missing_docs)]

mod codec;
mod connection;
mod dispatcher;
mod error;
mod handler;
mod host_connection;
pub mod listener;
pub mod local;
mod peer;
mod pending_calls;
pub mod rpc;
pub mod stream;

pub use crate::connection::Connection;
pub use crate::dispatcher::panic_text;
pub use crate::error::{CallError, ConnectionError};
pub use crate::handler::{Handler, PERMITS};
pub use crate::host_connection::{HostConnection, PluginFolders};
pub use crate::peer::{Peer, PeerDriver};
pub use crate::stream::BoxedStream;
