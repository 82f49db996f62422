//! `#[stratos::plugin]` at run time: the three forms of a plugin, inline handlers, settings.

mod conflicts;
mod error_responses;
mod scenario;
mod settings;
mod settings_watch;
mod shell;
