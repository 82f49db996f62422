//! What `#[stratos::plugin]` makes, at run time: the three forms of a plugin, handlers in place, settings.

mod conflicts;
mod scenario;
mod settings;
mod shell;
