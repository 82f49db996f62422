//! `cargo stratos config`: the plugins' config values, with a running shell and without one.

mod command;
mod values;

pub(crate) use self::command::{Args, run};
