//! `cargo stratos new`

mod author;
mod command;
mod place;
mod repository;
mod sdk;
mod words;

pub(crate) use self::command::{Args, run};
