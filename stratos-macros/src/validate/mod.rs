//! The second phase: checks the parsed parts against the contract and builds the model.
//!
//! All errors are collected, and parts with errors are left out of the model.

mod channel;
mod handlers;
mod hooks;
mod members;
mod plugin;
mod route_path;
mod settings;
mod signature;

pub(crate) use self::members::reserved_type;
pub(crate) use self::plugin::validate;
