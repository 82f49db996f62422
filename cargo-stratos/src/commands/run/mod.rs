//! `cargo stratos run`: runs plugins in a mocked shell until it is stopped.

mod args;
mod command;
mod descriptor_limit;
mod env_args;
mod event_filter;
mod event_printer;
mod exit_reason;
mod key_bindings;
mod keyboard;
mod plan;
mod scenario_task;
mod start;
mod status;

pub(crate) use self::args::Args;
pub(crate) use self::command::run;
