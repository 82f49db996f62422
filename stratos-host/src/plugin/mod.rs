//! One plugin over the generations of its program: its state machine, and the actor that executes it.

mod actor;
mod build;
mod draining;
mod error;
mod handle;
mod lifecycle;
#[cfg(test)]
mod lifecycle_proptest;
mod pending_start;
mod restart_backoff;
mod runtime;
mod spec;
mod update;

pub use self::error::PluginError;
pub(crate) use self::error::start_hint;
pub(crate) use self::handle::PluginHandle;
pub(crate) use self::runtime::Runtime;
pub use self::spec::PluginSpec;
