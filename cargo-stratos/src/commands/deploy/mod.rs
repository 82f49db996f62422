//! `cargo stratos deploy`

mod command;
mod record;
mod report;

pub(crate) use self::command::{Args, run};
