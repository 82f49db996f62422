//! The session of one plugin generation: handshake, calls in both directions, lifecycle hooks and shutdown.

mod handler;
mod handshake;
mod runtime;
mod session;

pub(crate) use self::runtime::Runtime;
pub(crate) use self::session::{Session, StartHook, StopMode};
