//! `cargo stratos new`

mod author;
mod command;
mod destination;
mod git_init;
mod next_steps;
mod sdk;
mod shell_quote;
mod single_line;

pub(crate) use self::command::{Args, run};
