//! The session of one plugin generation: handshake, calls in both directions, lifecycle hooks and shutdown.

mod changes;
mod context;
mod flight_events;
mod handler;
mod handshake;
mod plugin_session;
mod probe;

pub(crate) use self::context::SessionContext;
pub(crate) use self::plugin_session::{Session, StartHook, StopMode};
pub use self::probe::{ProbeError, probe_version};
