//! `cargo stratos config`: config values of plugins.

mod access;
mod command;
mod nearby_plugins;

pub(crate) use self::command::{Args, run};
