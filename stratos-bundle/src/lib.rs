//! The bundle of a plugin: the files that the shell installs, and the zip that carries them.
//!
//! The shell installs a plugin as a folder with the layout of [`layout`]; the platform distributes the same tree as a
//! zip. The program of a plugin that is written in Rust is in it once for each [`Platform`].

#![warn(missing_docs)]

pub mod layout;
mod platform;

pub use crate::platform::{Architecture, ParsePlatformError, Platform, System};
