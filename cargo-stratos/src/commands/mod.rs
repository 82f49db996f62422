//! One file per command: its arguments, and the calls into the libraries.

pub(crate) mod auth;
pub(crate) mod call;
pub(crate) mod check;
pub(crate) mod config;
pub(crate) mod explain;
pub(crate) mod guardian;
pub(crate) mod new;
pub(crate) mod play;
pub(crate) mod ps;
mod remote;
pub(crate) mod run;
pub(crate) mod schema;
pub(crate) mod start;
pub(crate) mod stop;
pub(crate) mod test;
pub(crate) mod update;
