//! The third phase: generates code from the model.
//!
//! The generated code only calls functions of `stratos::__private`; logic belongs there.

mod output;
mod parts;
mod plugin_impl;
mod registration;
mod setting_docs;
mod settings;

pub(crate) use self::output::{manifest, misplaced_attribute, plugin};
