//! Subcommands. Each has its arguments, and calls a library.

pub(crate) mod answer;
pub(crate) mod auth;
pub(crate) mod build;
pub(crate) mod call;
pub(crate) mod check;
pub(crate) mod config;
pub(crate) mod deploy;
pub(crate) mod doctor;
pub(crate) mod explain;
mod find_projects;
pub(crate) mod flight;
mod flight_record;
pub(crate) mod guardian;
pub(crate) mod install;
pub(crate) mod installed;
mod json_arg;
pub(crate) mod new;
pub(crate) mod pack;
pub(crate) mod play;
pub(crate) mod ps;
pub(crate) mod run;
mod scenario_file;
pub(crate) mod schema;
pub(crate) mod shell_args;
pub(crate) mod test;
pub(crate) mod uninstall;
