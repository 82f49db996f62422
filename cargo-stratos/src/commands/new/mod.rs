//! `cargo stratos new`

mod author;
mod command;
mod destination;
mod git_init;
mod next_steps;
mod sdk;
mod shell_quote;
mod single_line;
mod workspace;

pub(crate) use self::command::{Args, run};
