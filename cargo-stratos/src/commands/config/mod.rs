//! `cargo stratos config`: config values of plugins.

mod access;
mod command;
mod entry;

pub(crate) use self::command::{Args, run};
