//! The generated code: thin calls into the SDK.

mod hooks;
mod plugin;
mod registration;
mod settings;

pub(crate) use self::plugin::{manifest, misplaced, plugin};
