//! `cargo stratos run`: plugins in a mocked shell, until somebody ends it.

mod command;
mod interrupt;
mod keys;
mod playing;
mod screen;
mod status;
mod variables;

pub(crate) use self::command::{Args, run};
