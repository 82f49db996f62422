//! `cargo stratos pack`

mod command;
mod dist;
mod plugin_check;
mod program_copies;
mod program_version;
mod sign;

pub(crate) use self::command::{Args, run};
