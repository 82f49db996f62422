//! The connection between a Stratos plugin process and its host.
//!
//! A connection is any byte stream: a [local socket](local) between processes, or a
//! [pair in memory](stream::memory_pair) under test. On top of it a [`Connection`] sends and receives single
//! messages, which is enough for a handshake, and a [`Peer`] makes calls both ways at once.

#![warn(missing_docs)]

mod connection;
pub mod endpoint;
#[doc(hidden)]
pub mod guard;
mod lines;
pub mod local;
mod peer;
mod pending;
pub mod rpc;
mod serving;
pub mod stream;

pub use crate::connection::{Connection, ConnectionError};
pub use crate::peer::{CallError, Peer, PeerDriver};
pub use crate::serving::{Service, TURNS};
pub use crate::stream::BoxedStream;
