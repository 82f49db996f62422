//! `cargo stratos doctor`

mod answers;
mod command;
mod installed_probe;
mod questions;
mod report;

pub(crate) use self::command::{Args, run};
