//! `cargo stratos config`: config values of plugins.

mod access;
mod command;

pub(crate) use self::command::{Args, run};
